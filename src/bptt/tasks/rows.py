"""What tasks share that know no better."""

from collections.abc import Mapping
from typing import Any

import keras

from bptt.data import Dataset, Encoder, Ragged, TextConfig
from bptt.evaluation.baselines import Rivals


class OfRows:
    """No defaults of its own, its classes as they stand in the data, no first weights that the rows tell of, and nothing known
    that it has to beat."""

    mixes = False
    defaults: Mapping[str, Any] = {}  # those of the configuration are made for it

    def names(self, classes: tuple[str, ...], encoder: Encoder) -> tuple[str, ...]:
        return classes

    def check(self, longest: int, learned: Ragged, validated: Ragged) -> None:
        pass

    def begin(self, model: keras.Model, encoded: Ragged) -> None:
        pass

    def rivals(self, train: Dataset, text: TextConfig) -> Rivals | None:
        return None
