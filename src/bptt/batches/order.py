"""Which rows stand together: buckets of like lengths, in an order that can be made again for any epoch.

XLA compiles once for each shape, so shapes must be few: what is left over of a bucket after its full batches moves up
to the next, longer one, and only the longest bucket ends in a smaller batch. Every epoch then has the same shapes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Group:
    """One batch to be: its rows (B,) int64 and the length T it is padded to."""

    rows: NDArray[np.int64]
    T: int


def edges(bucket_edges: tuple[int, ...], max_length: int, longest: int, fixed: bool) -> NDArray[np.int64]:
    """The lengths batches are padded to, rising: the edges below the last one, which is `longest`, the most ids in a row, or
    `max_length` where `fixed`: a network that reads the padding as words must always read as many."""
    last = max_length if fixed else max(1, min(longest, max_length))
    every = np.array([*(edge for edge in bucket_edges if edge < last), last], np.int64)
    return every[: int(np.searchsorted(every, longest)) + 1]


def in_order(lengths: NDArray[np.int64], edges: NDArray[np.int64], batch_size: int) -> list[Group]:
    """Batches for validation and prediction: rows by bucket, within one in their own order."""
    return _fill(np.arange(len(lengths)), lengths, edges, batch_size)


def shuffled(lengths: NDArray[np.int64], edges: NDArray[np.int64], batch_size: int, seed: int, epoch: int) -> list[Group]:
    """Batches of one epoch of training. Rows and batches are drawn by (seed, epoch) alone, whatever was drawn before."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, epoch])))
    groups = _fill(random.permutation(len(lengths)), lengths, edges, batch_size)
    return [groups[i] for i in random.permutation(len(groups))]


def _fill(rows: NDArray[np.int64], lengths: NDArray[np.int64], edges: NDArray[np.int64], batch_size: int) -> list[Group]:
    bucket = np.searchsorted(edges, lengths[rows])
    groups: list[Group] = []
    waiting = rows[:0]
    for b, T in enumerate(edges.tolist()):
        waiting = np.concatenate([waiting, rows[bucket == b]])
        last = b == len(edges) - 1
        end = len(waiting) if last else len(waiting) // batch_size * batch_size
        groups += [Group(waiting[start : start + batch_size], T) for start in range(0, end, batch_size)]
        waiting = waiting[end:]
    return groups
