"""How long the texts are, in figures that a page can show."""

from itertools import count

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeInt, PositiveInt
from typing_extensions import TypedDict

_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
_BINS = 40  # at most, and one for what is longer than they reach


class Histogram(TypedDict):
    """Rows by length in words: rows[i] holds the lengths from i * width to (i + 1) * width - 1, the last bin all longer ones."""

    width: PositiveInt
    rows: list[NonNegativeInt]


def quantiles(lengths: NDArray[np.int64]) -> dict[str, float]:
    """The length that each share of the N `lengths` (N,) stays within."""
    found = np.quantile(lengths, _QUANTILES).tolist() if len(lengths) else [0.0] * len(_QUANTILES)
    return {f"{share:g}": length for share, length in zip(_QUANTILES, found, strict=True)}


def histogram(lengths: NDArray[np.int64], max_length: int) -> Histogram:
    """Bins of a round width over the N `lengths` (N,): they reach as far as 99 in 100 of them and, where a text is longer,
    `max_length`."""
    longest = int(lengths.max(initial=0))
    reach = max(int(np.quantile(lengths, 0.99)) if len(lengths) else 0, min(max_length, longest)) + 1
    width = next(step * 10**power for power in count() for step in (1, 2, 5) if step * 10**power * _BINS >= reach)
    bins = np.minimum(lengths // width, -(-reach // width))
    return Histogram(width=width, rows=np.bincount(bins).tolist())
