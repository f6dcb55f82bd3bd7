"""What all tasks share whose rows are texts."""

from collections.abc import Mapping, Sequence
from typing import Any

from bptt.data import Ragged, TextConfig, Vocabulary


class OfTexts:
    """Texts become words, of which the vocabulary is that of the training rows."""

    defaults: Mapping[str, Any] = {}  # those of the configuration are made for it

    def fit_encode(self, rows: Sequence[str], text: TextConfig) -> tuple[Vocabulary, Ragged]:
        return Vocabulary.fit_encode(rows, text)
