"""What the rows of a Dataset are to be answered with; one class a kind of answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bptt.data.ragged import Ragged


class Targets(Protocol):
    """N answers. values: (N, ...), or one a step, what the loss reads; names: the K classes, none where the answer is a
    number."""

    @property
    def values(self) -> NDArray[Any] | Ragged: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The answers of the rows named, in the order named."""

    def strata(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """(N,) the group of each row, and each group's name: a split takes the same share of every group."""

    def counts(self) -> dict[str, int]:
        """How many rows, or steps, have each of the K classes."""

    def word(self, row: int) -> str:
        """The answer of one row, for a person; two that read the same are the same."""


@dataclass(frozen=True)
class Tags:
    """One class a step. values: N rows of int32, an index into `names`."""

    values: Ragged
    names: tuple[str, ...]

    @classmethod
    def of(cls, labels: Sequence[Sequence[str]], names: tuple[str, ...]) -> Self:
        """The tags `labels`, a row each. Raises KeyError for one that is not among `names`."""
        index = {name: i for i, name in enumerate(names)}
        return cls(Ragged.of([[index[tag] for tag in row] for row in labels]), names)

    def take(self, rows: NDArray[np.int64]) -> Self:
        return type(self)(self.values.take(rows), self.names)

    def strata(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """One group: a row holds many tags."""
        return np.zeros(len(self.values), np.int64), ("",)

    def counts(self) -> dict[str, int]:
        """How many steps have each of the K tags."""
        return dict(zip(self.names, np.bincount(self.values.steps, minlength=len(self.names)).tolist(), strict=True))

    def word(self, row: int) -> str:
        return " ".join(self.names[tag] for tag in self.values[row])


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
