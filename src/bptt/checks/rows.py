"""The rows of all parts in one sequence, and which of them have the same text."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bptt.data.inputs import as_text, identity
from bptt.data.splits import Splits

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Rows:
    """N rows, the parts one behind the other. part: (N,) int64, an index into PARTS; labels, text: (N,) int64, one number for
    the same answer or text, counted from 0 in the order of first sight (`inputs.identity` says what the same text is)."""

    texts: list[str]
    origins: list[str]
    readable: bool  # whether rows are texts, or tokens: those of numbers say nothing to a reader
    counts: dict[str, int]  # of training and validation, by class
    labels: NDArray[np.int64]
    part: NDArray[np.int64]
    text: NDArray[np.int64]

    @classmethod
    def of(cls, splits: Splits) -> "Rows":
        """The rows of `splits`; those that it left out are not among them."""
        parts = [part for part in (splits.train, splits.validation, splits.test) if part]
        rows = [row for part in parts for row in part.inputs]
        counts = Counter(splits.train.targets.counts())
        counts.update(splits.validation.targets.counts())
        words = [part.targets.word(row) for part in parts for row in range(len(part))]
        return cls(
            texts=list(map(as_text, rows)),
            origins=[origin for part in parts for origin in part.origins],
            readable=not isinstance(splits.train.inputs[0], np.ndarray),
            counts=dict(counts),
            labels=_numbered(words),
            part=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
            text=_numbered(map(identity, rows)),
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


def _numbered(values: Iterable[Hashable]) -> NDArray[np.int64]:
    """The same number for the same value, from 0 in the order of first sight."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)
