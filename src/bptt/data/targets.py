"""What the rows of a Dataset are to be answered with; one class a kind of answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bptt.data.ragged import Ragged
from bptt.messages import _


class Targets(Protocol):
    """N answers. values: (N, ...), or one a step, what the loss reads, None where a row is its own answer; names: the K classes,
    none where the answer is a number."""

    @property
    def values(self) -> NDArray[Any] | Ragged | None: ...

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
        return np.zeros(len(self.values), np.int64), (_("rows"),)

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


_RANGES, _LEAST = 10, 10  # ranges of numbers, each with so many rows at least


@dataclass(frozen=True)
class Numbers:
    """A number a row. values: (N,) float64, in units of their own."""

    values: NDArray[np.float64]
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, labels: Sequence[float]) -> Self:
        return cls(np.array(labels, np.float64))

    def take(self, rows: NDArray[np.int64]) -> Self:
        return type(self)(self.values[rows])

    def strata(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """The deciles, fewer of few rows; which of two that a value lies in does not matter."""
        ranges = max(1, min(_RANGES, len(self.values) // _LEAST))
        order = np.argsort(self.values, kind="stable")
        stratum = np.empty(len(order), np.int64)
        stratum[order] = np.arange(len(order)) * ranges // max(len(order), 1)
        held = [self.values[stratum == place] for place in range(ranges)]
        return stratum, tuple(f"{one.min():g} – {one.max():g}" if len(one) else "–" for one in held)

    def counts(self) -> dict[str, int]:
        return {}

    def word(self, row: int) -> str:
        return repr(float(self.values[row])).removesuffix(".0")


@dataclass(frozen=True)
class Labels:
    """Any number of labels a row. values: (N, K) uint8, 1 where row n has the label k."""

    values: NDArray[np.uint8]
    names: tuple[str, ...]

    @classmethod
    def of(cls, labels: Sequence[Sequence[str]], names: tuple[str, ...]) -> Self:
        """The labels of each row, all of `names`. Raises KeyError for any other."""
        index = {name: place for place, name in enumerate(names)}
        values = np.zeros((len(labels), len(names)), np.uint8)
        for row, held in enumerate(labels):
            values[row, [index[name] for name in held]] = 1
        return cls(values, names)

    def take(self, rows: NDArray[np.int64]) -> Self:
        return type(self)(self.values[rows], self.names)

    def strata(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """By the rarest label of each row, so that rare ones come on both sides of a split; a row that is alone with its
        rarest goes with the next, the rows without any label together. (In the spirit of Sechidis, Tsoumakas and Vlahavas,
        On the stratification of multi-label data, 2011.)"""
        stratum, names = np.full(len(self.values), -1), list[str]()
        for label in np.argsort(self.values.sum(axis=0), kind="stable"):
            rows = np.flatnonzero((stratum < 0) & (self.values[:, label] > 0))
            if len(rows) > 1:
                stratum[rows] = len(names)
                names.append(self.names[label])
        left = stratum < 0
        if left.sum() > 1 or not names:
            stratum[left] = len(names)
            names.append("–")
        stratum[stratum < 0] = len(names) - 1  # a single row that is left goes with the commonest label
        return stratum, tuple(names)

    def counts(self) -> dict[str, int]:
        return dict(zip(self.names, self.values.sum(axis=0, dtype=np.int64).tolist(), strict=True))

    def word(self, row: int) -> str:
        return " + ".join(name for name, on in zip(self.names, self.values[row], strict=True) if on)
