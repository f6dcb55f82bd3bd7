"""Rows of different length, one behind the other in one array."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Ragged:
    """N rows of any number of steps. steps: (S, ...), those of all rows; starts: (N + 1,) int64; row n is
    steps[starts[n]:starts[n + 1]]. A step is an id, or several numbers of which the first is an id."""

    steps: NDArray[Any]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> "Ragged":
        """The rows given, of ids (int32)."""
        return cls(np.fromiter(chain.from_iterable(rows), np.int32), np.cumsum([0, *map(len, rows)], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> NDArray[Any]:
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.steps[self.starts[row] : self.starts[row + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(N,) steps in each row."""
        return np.diff(self.starts)

    @property
    def ids(self) -> NDArray[Any]:
        """(S,) the id of each step."""
        return self.steps if self.steps.ndim == 1 else self.steps[:, 0]

    def pieces(self, longest: int) -> "Ragged":
        """The same steps as rows of at most `longest`: a longer row is cut into several, none is left out."""
        lengths = self.lengths
        count = np.maximum(-(-lengths // longest), 1)
        place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return Ragged(self.steps, np.append(np.repeat(self.starts[:-1], count) + place * longest, self.starts[-1]))

    def take(self, rows: NDArray[Any]) -> "Ragged":
        """The rows named, in the order named, as often as named."""
        lengths = self.lengths[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        return Ragged(self.steps[np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)], starts)
