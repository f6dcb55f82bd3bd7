"""Whether a probability means what it says: of the answers given with 0.8, are eight in ten right?"""

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat
from typing_extensions import TypedDict

BINS = 10


class Bin(TypedDict):
    """The answers whose probability lies in one of the BINS equal parts of 0 to 1, each with its upper end."""

    rows: int
    probability: FiniteFloat  # mean probability of the answers; 0 where there is none
    accuracy: FiniteFloat  # share of the answers that are right; 0 where there is none


def bins(probability: NDArray[np.floating], right: NDArray[np.bool_]) -> list[Bin]:
    """The reliability diagram of N answers: `probability` (N,) of the class answered, and whether it is `right` (N,)."""
    inner = np.arange(1, BINS) / BINS
    place = np.searchsorted(inner, probability, side="left")  # a value on an edge belongs below it
    rows = np.bincount(place, minlength=BINS)
    held = np.maximum(rows, 1)
    means = np.bincount(place, weights=probability, minlength=BINS) / held
    shares = np.bincount(place, weights=right, minlength=BINS) / held
    figures = zip(rows.tolist(), means.tolist(), shares.tolist(), strict=True)
    return [Bin(rows=n, probability=mean, accuracy=share) for n, mean, share in figures]


def error(found: list[Bin]) -> float:
    """The expected calibration error, 0 (each probability keeps its word) to 1:

        ECE = sum over bins m of |B_m| / N * |accuracy(B_m) - mean probability(B_m)|

    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, equation 3, with M = BINS.
    """
    total = sum(one["rows"] for one in found)
    return sum(one["rows"] * abs(one["accuracy"] - one["probability"]) for one in found) / total
