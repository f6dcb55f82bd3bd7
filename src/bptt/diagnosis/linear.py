"""A second opinion: what a linear model, which reads no order, can tell of the answers. Fast enough to be asked several times."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.data.ragged import Ragged

STRENGTH, PENALTY = 10.0, 1.0  # C of the logistic regression, alpha of the ridge regression
SUREST = 5  # a fifth of the rows
WAVES = 12  # Fourier magnitudes of a row of numbers


@dataclass(frozen=True)
class Opinion:
    """skill: how far from always saying the same (0) to all right (1), of numbers R squared; accuracy, and sure, the share right
    among the fifth of the rows that it is surest of: None of numbers; answers: (N,) what it says of each row."""

    skill: float
    accuracy: float | None
    sure: float | None
    answers: NDArray[Any]


def opinion(learned: Any, answers: NDArray[Any], asked: Any, truth: NDArray[Any], numbers: bool) -> Opinion:
    """Learns `answers` (N,) from features (N, F), and is judged on others of which the `truth` is known."""
    from sklearn.linear_model import LogisticRegression, Ridge  # a second that only who asks should pay
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # a second thread would but spin
        if numbers:
            return _of_numbers(Ridge(PENALTY).fit(learned, answers).predict(asked), truth)
        fitted = LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3).fit(learned, answers)
        return _of_classes(fitted.predict_proba(asked), np.unique(answers), truth)


def _of_numbers(said: NDArray[Any], truth: NDArray[Any]) -> Opinion:
    spread = float(np.sum((truth - truth.mean()) ** 2)) or 1.0
    return Opinion(1 - float(np.sum((truth - said) ** 2)) / spread, None, None, said)


def _of_classes(likely: NDArray[Any], classes: NDArray[Any], truth: NDArray[Any]) -> Opinion:
    said = classes[likely.argmax(axis=1)]
    right, common = said == truth, float(np.bincount(truth).max()) / len(truth)
    sure = np.argsort(-likely.max(axis=1), kind="stable")[: max(1, len(truth) // SUREST)]
    accuracy = float(right.mean())
    return Opinion((accuracy - common) / max(1 - common, 1e-9), accuracy, float(right[sure].mean()), said)


def bags(learned: Ragged, asked: Ragged, words: int) -> tuple[Any, Any]:
    """tf-idf of the ids of each row, but those below 0 or in one training row alone, as two sparse matrices (N, F) with rows of
    length 1."""
    from scipy.sparse import csr_array, diags_array

    found = []
    for rows in (learned, asked):
        known = rows.ids >= 0
        row = np.repeat(np.arange(len(rows)), rows.lengths)[known]
        found.append(csr_array((np.ones(len(row)), (row, rows.ids[known])), shape=(len(rows), words)))
        found[-1].sum_duplicates()
    seen = np.bincount(found[0].tocoo().col, minlength=words)
    common = np.flatnonzero(seen >= min(2, seen.max(initial=0)))
    found, seen = [one[:, common] for one in found], seen[common]
    rarity = np.log((1 + len(learned)) / (1 + seen)) + 1
    for one in found:
        one.data = (1 + np.log(one.data)) * rarity[one.indices]
    lengths = [np.sqrt(np.maximum(np.asarray((one * one).sum(axis=1)).ravel(), 1e-12)) for one in found]
    first, second = (diags_array(1 / length) @ one for one, length in zip(found, lengths, strict=True))
    return first, second


def summaries(rows: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """(N, F) what can be said of rows of numbers (T, D) without a network: moments, ends and waves of each of the D."""
    return np.stack([_summary(row) for row in rows])


def _summary(row: NDArray[Any]) -> NDArray[np.float64]:
    row = row.astype(np.float64)
    change = np.abs(np.diff(row, axis=0)).mean(axis=0) if len(row) > 1 else np.zeros(row.shape[1])
    waves = np.zeros((WAVES, row.shape[1]))
    found = np.abs(np.fft.rfft(row - row.mean(axis=0), axis=0))[1 : WAVES + 1] / len(row)
    waves[: len(found)] = found
    return np.concatenate([row.mean(axis=0), row.std(axis=0), row.min(axis=0), row.max(axis=0), change, row[0], row[-1], *waves])
