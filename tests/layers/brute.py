"""Every label sequence of small rows, one by one, in NumPy and float64: the judge of `layers.chains`."""

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import numpy as np

from bptt.layers.chains import Weights
from bptt.shapes import NO_LABEL, Floats, Mask

B, T, K = 7, 5, 3


def drawn(seed: int) -> tuple[Weights, Floats, Mask, Any]:
    """Weights, emissions (B, T, K), labels (B, T) and a mask (B, T): a whole row, an empty one, padding at either end, holes."""
    random = np.random.default_rng(seed)
    weights = Weights(random.normal(0, 2, (K, K)), random.normal(0, 2, K), random.normal(0, 2, K))
    mask = random.random((B, T)) < 0.6
    mask[0], mask[1], mask[2, :2], mask[2, 2:], mask[3, :2], mask[3, 2:] = True, False, True, False, False, True
    return weights, random.normal(0, 2, (B, T, K)), mask, random.integers(0, K, (B, T)).astype(np.int32)


def score_of(weights: Weights, emissions: Floats, path: tuple[int, ...]) -> float:
    """s(path) over emissions (n, K) of n real steps."""
    if not path:
        return 0.0
    inner = sum(emissions[t, label] for t, label in enumerate(path)) + sum(weights.transitions[i, j] for i, j in pairwise(path))
    return float(weights.start[path[0]] + inner + weights.end[path[-1]])


def paths(weights: Weights, emissions: Floats, mask: Mask) -> Iterator[tuple[list[tuple[int, ...]], Floats]]:
    """For each row all label sequences of its real steps, and their scores."""
    for row, real in zip(emissions, mask, strict=True):
        found = list(product(range(K), repeat=int(real.sum())))
        yield found, np.array([score_of(weights, row[real], path) for path in found])


def normalisers(weights: Weights, emissions: Floats, mask: Mask) -> Floats:
    """(B,)."""
    return np.array([np.log(np.exp(scores).sum()) for _found, scores in paths(weights, emissions, mask)])


def scores(weights: Weights, emissions: Floats, labels: Any, mask: Mask) -> Floats:
    """(B,)."""
    rows = zip(emissions, labels, mask, strict=True)
    return np.array([score_of(weights, row[real], tuple(answer[real])) for row, answer, real in rows])


def marginals(weights: Weights, emissions: Floats, mask: Mask) -> Floats:
    """(B, T, K)."""
    shares = np.zeros(emissions.shape)
    for b, (found, values) in enumerate(paths(weights, emissions, mask)):
        likely = np.exp(values) / np.exp(values).sum()
        for path, share in zip(found, likely, strict=True):
            shares[b, np.flatnonzero(mask[b]), list(path)] += share
    return shares


def best(weights: Weights, emissions: Floats, mask: Mask) -> tuple[Any, Floats]:
    """Labels (B, T), NO_LABEL where the step is not real, and scores (B,)."""
    labels, values = np.full(mask.shape, NO_LABEL), np.zeros(len(mask))
    for b, (found, reached) in enumerate(paths(weights, emissions, mask)):
        labels[b, mask[b]], values[b] = found[reached.argmax()], reached.max()
    return labels, values
