"""What all tasks share that have one answer a row."""

from collections.abc import Mapping
from typing import Any

from bptt.data import Dataset, TextConfig
from bptt.evaluation.baselines import Rivals


class OfRows:
    """No defaults of its own, and nothing known that it has to beat."""

    mixes = False
    defaults: Mapping[str, Any] = {}  # those of the configuration are made for it

    def rivals(self, train: Dataset, text: TextConfig) -> Rivals | None:
        return None
