"""Whether two models differ on the same rows by more than chance.

Rows right or wrong: McNemar's test, exact (McNemar, "Note on the sampling error of the difference between correlated proportions
or percentages", Psychometrika 12, 1947): of the rows that just one model has right, each has them with probability 1/2 if neither
is better. Any other figure: the paired bootstrap (Efron and Tibshirani 1993, chapter 13; Koehn 2004), whose p-value is twice the
share of resampled sets of rows on which the difference has the other sign. Of several comparisons the p-values are Holm's (Holm,
"A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979). None of them knows of the
chance in training: another seed is another model.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from bptt.evaluation.intervals import Figure, figure, resampled
from bptt.evaluation.measures import Counts, Measure


def mcnemar(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> tuple[int, int, float]:
    """How many of N rows only we have right, only they, and the two-sided p-value; ours, theirs: (N,) 1 where right."""
    us, them = int(((ours > 0) & (theirs <= 0)).sum()), int(((theirs > 0) & (ours <= 0)).sum())
    if us == them:
        return us, them, 1.0
    return us, them, min(1.0, 2 * float(bdtr(min(us, them), us + them, 0.5)))


def difference(measure: Measure, ours: Counts, theirs: Counts) -> tuple[Figure, float]:
    """`measure` of ours less that of theirs on the same N rows, with its interval, and the bootstrap's two-sided p-value."""
    rows = len(next(iter(ours.values())))
    drawn = [np.arange(rows), *resampled(rows, seed=0)]
    gains = measure.of(_sums(ours, drawn)) - measure.of(_sums(theirs, drawn))
    value, others = float(gains[0]), gains[1:]
    p = 2 * min(float((others <= 0).mean()), float((others >= 0).mean()))
    return figure(value, others.tolist()), min(1.0, max(p, 1 / len(others)))


def value(measure: Measure, counts: Counts) -> float:
    """`measure` of all rows."""
    return float(measure.of(_sums(counts, [np.arange(len(next(iter(counts.values()))))]))[0])


def holm(p: Sequence[float]) -> list[float]:
    """The p-values of several tests, each as large as it must be for all of them to hold together."""
    order = np.argsort(p, kind="stable")
    scaled = np.array(p)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted.tolist()


def _sums(counts: Counts, drawn: Sequence[NDArray[np.int64]]) -> dict[str, NDArray[np.float64]]:
    """Each count summed over each set of rows: (R,)."""
    names, table = list(counts), np.stack(list(counts.values()), axis=1)
    sums = np.stack([table[rows].sum(axis=0) for rows in drawn])
    sizes = np.array([len(rows) for rows in drawn], np.float64)
    return {name: sums[:, place] for place, name in enumerate(names)} | {"rows": sizes}
