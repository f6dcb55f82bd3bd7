"""What the rows of a Dataset are to be answered with; one class a kind of answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray


class Targets(Protocol):
    """N answers. values: (N, ...), what the loss reads; names: the K classes, none where the answer is a number."""

    @property
    def values(self) -> NDArray[Any]: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The answers of the rows named, in the order named."""

    def strata(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """(N,) the group of each row, and each group's name: a split takes the same share of every group."""

    def counts(self) -> dict[str, int]:
        """How many rows have each of the K classes."""

    def word(self, row: int) -> str:
        """The answer of one row, for a person; two that read the same are the same."""


@dataclass(frozen=True)
class Classes:
    """One class a row. values: (N,) int32, an index into `names`."""

    values: NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, labels: Sequence[str], names: tuple[str, ...]) -> Self:
        """The classes `labels`, each one of `names`. Raises KeyError for any other."""
        index = {name: i for i, name in enumerate(names)}
        return cls(np.array([index[label] for label in labels], np.int32), names)

    def take(self, rows: NDArray[np.int64]) -> Self:
        return type(self)(self.values[rows], self.names)

    def strata(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        return self.values.astype(np.int64), self.names

    def counts(self) -> dict[str, int]:
        return dict(zip(self.names, np.bincount(self.values, minlength=len(self.names)).tolist(), strict=True))

    def word(self, row: int) -> str:
        return self.names[self.values[row]]
