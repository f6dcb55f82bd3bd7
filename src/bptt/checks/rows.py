"""The rows of all parts in one sequence, and which of them have the same text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bptt.data.splits import Splits, identity

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Rows:
    """N rows, the parts one behind the other. labels: (N,) int32; part: (N,) int64, an index into PARTS; text: (N,) int64, the
    same number for the same text, counted from 0 in the order of first sight (`splits.identity` says what the same is)."""

    texts: list[str]
    origins: list[str]
    classes: tuple[str, ...]
    labels: NDArray[np.int32]
    part: NDArray[np.int64]
    text: NDArray[np.int64]

    @classmethod
    def of(cls, splits: Splits) -> "Rows":
        """The rows of `splits`; those that it left out are not among them."""
        parts = [part for part in (splits.train, splits.validation, splits.test) if part]
        texts = [text for part in parts for text in part.texts]
        numbers: dict[str, int] = {}
        return cls(
            texts=texts,
            origins=[origin for part in parts for origin in part.origins],
            classes=splits.train.classes,
            labels=np.concatenate([part.labels for part in parts]),
            part=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
            text=np.array([numbers.setdefault(identity(text), len(numbers)) for text in texts], np.int64),
        )

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def first_of_text(self) -> NDArray[np.int64]:
        """The first row of each text."""
        return np.unique(self.text, return_index=True)[1]

    @property
    def learned(self) -> NDArray[np.bool_]:
        """(N,) whether the row is one of training or validation, which come first."""
        return self.part < PARTS.index("test")

    def places(self, rows: Sequence[int] | NDArray[np.int64]) -> list[str]:
        """Where the rows named came from."""
        return [self.origins[row] for row in rows]
