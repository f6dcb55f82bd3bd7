"""How far a figure may be off because the judged rows are a sample: 95 % intervals, and those of a difference.

A share of rows gets Wilson's interval (Wilson, "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22, 1927), which stays wide where all rows or none are right. Any other
figure, and each difference of two answers to the same rows, gets the percentile interval of the bootstrap over rows (Efron
and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13): both answers are judged on the same resampled rows, as
in Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004, so that what is hard for both
cancels out. Neither knows of the chance in training: another seed moves a figure, too.
"""

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat
from typing_extensions import TypedDict

CONFIDENCE = 0.95
RESAMPLES = 1000

Numbers = NDArray[np.number[Any]]  # (N,) classes by index, or quantities
Metric = Callable[[Numbers, Numbers], float]  # truth (N,), answers (N,) -> a figure


class Figure(TypedDict):
    """A figure, and the interval that holds its value on all rows of the kind with a probability of CONFIDENCE."""

    value: FiniteFloat
    low: FiniteFloat
    high: FiniteFloat


def share(right: int, rows: int) -> Figure:
    """The share `right` of `rows` (at least 1), with Wilson's interval."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    value = right / rows
    middle = value + z**2 / (2 * rows)
    reach = z * (value * (1 - value) / rows + (z / (2 * rows)) ** 2) ** 0.5
    low, high = ((middle + side * reach) / (1 + z**2 / rows) for side in (-1, 1))
    return Figure(value=value, low=min(low, value), high=max(high, value))  # all right: 1, to the last bit


def bootstrap(metric: Metric, truth: Numbers, answers: Numbers, seed: int = 0) -> Figure:
    """`metric` of `answers` (N,) to `truth` (N,)."""
    return figure(metric(truth, answers), [metric(truth[rows], answers[rows]) for rows in resampled(len(truth), seed)])


def difference(metric: Metric, truth: Numbers, ours: Numbers, theirs: Numbers, seed: int = 0) -> Figure:
    """`metric` of `ours` less that of `theirs`, answers (N,) to the same N rows. Above 0 throughout, the gain is no chance of
    which rows were judged."""

    def gain(rows: slice | NDArray[np.int64]) -> float:
        return metric(truth[rows], ours[rows]) - metric(truth[rows], theirs[rows])

    return figure(gain(slice(None)), [gain(rows) for rows in resampled(len(truth), seed)])


def resampled(rows: int, seed: int) -> list[NDArray[np.int64]]:
    """RESAMPLES times as many rows as there are, drawn with replacement: the same ones at each call."""
    draw = np.random.default_rng(seed)
    return [draw.integers(0, rows, rows) for _again in range(RESAMPLES)]


def figure(value: float, resampled: list[float]) -> Figure:
    low, high = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Figure(value=value, low=float(low), high=float(high))
