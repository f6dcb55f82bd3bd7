"""Scores of label sequences along a chain: their log-sum, one's own, the best, and how probable each label is.

The score of labels y_1 ... y_n of a row (Lample et al. 2016, section 2.2), start and end being labels 0 and n + 1 there:

    s(y) = start[y_1] + sum over t of emissions[t, y_t] + sum over t > 1 of transitions[y_(t-1), y_t] + end[y_n]

Everywhere emissions are (B, T, K), transitions (K, K) as [from, to], start and end (K,), mask (B, T) True where the step is real.
A step that is not real, be it at either end or between, counts as though it were not there, and a row without any scores 0.
"""

from typing import Any, NamedTuple

import numpy as np
from keras import ops
from numpy.typing import NDArray

from bptt.messages import _
from bptt.shapes import NO_LABEL, Floats, Ids, Mask


class Weights(NamedTuple):
    """What a chain adds to its emissions: transitions (K, K) as [from, to], start and end (K,)."""

    transitions: Any
    start: Any
    end: Any


def negative_log_likelihood(weights: Weights, emissions: Any, labels: Any, mask: Any) -> Any:
    """(B,): -log p(labels), the log-normaliser less the score (Lample et al. 2016, equation 1). Labels (B, T) int."""
    return log_normaliser(weights, emissions, mask) - score(weights, emissions, labels, mask)


def log_normaliser(weights: Weights, emissions: Any, mask: Any) -> Any:
    """(B,): log of the sum over all label sequences y of exp s(y), by the forward algorithm (Lafferty et al. 2001, section 3)."""
    return _total(weights, _forward(weights, _cleaned(emissions, mask), mask)[0], mask)


def score(weights: Weights, emissions: Any, labels: Any, mask: Any) -> Any:
    """(B,): s(labels). Labels (B, T) int; those of steps that are not real may be anything."""
    labels, before = ops.where(mask, labels, 0), _before(mask)
    emitted = ops.take_along_axis(_cleaned(emissions, mask), labels[..., None], axis=2)[..., 0]
    previous = ops.take_along_axis(labels, ops.maximum(before, 0), axis=1)  # (B, T + 1): behind all steps, the last label
    moved = ops.take(ops.reshape(weights.transitions, (-1,)), previous[:, :-1] * emissions.shape[-1] + labels)
    moved = ops.where(before[:, :-1] < 0, ops.take(weights.start, labels), moved)
    ended = ops.where(before[:, -1] < 0, 0, ops.take(weights.end, previous[:, -1]))
    return ops.sum(ops.where(mask, emitted + moved, 0), axis=1) + ended


def marginals(weights: Weights, emissions: Any, mask: Any) -> Any:
    """(B, T, K): the probability of each label at each step, by the forward-backward algorithm (Lafferty et al. 2001, section 3).

    0 where the step is not real.
    """
    emissions = _cleaned(emissions, mask)
    last, ahead = _forward(weights, emissions, mask)
    mirrored = Weights(ops.transpose(weights.transitions), weights.end, weights.start)
    behind = ops.flip(_forward(mirrored, ops.flip(emissions, 1), ops.flip(mask, 1))[1], 1)
    total = _total(weights, last, mask)[:, None, None]
    return ops.where(mask[..., None], ops.exp(ahead + behind - emissions - total), 0)  # both passes count the step's own emission


def best_paths(weights: Weights, emissions: Floats, mask: Mask) -> tuple[Ids, NDArray[np.float64]]:
    """The labels y (B, T) of largest s(y), NO_LABEL where the step is not real, and their scores (B,) (Lample et al. 2016,
    equation 2), by Viterbi's algorithm in float64. Of equal scores the lowest label wins, from the last step on.

    Weights may be -inf: what they forbid is not taken. Raises ValueError for a real step whose emissions are not finite.
    """
    emissions = np.where(mask[..., None], emissions, 0).astype(np.float64)
    if not np.isfinite(emissions).all():
        raise ValueError(_("emissions hold NaN or infinity; expected finite numbers at every step that is not masked."))
    transitions, start, end = (np.asarray(one, np.float64) for one in (weights.transitions, weights.start, weights.end))
    B, T, K = emissions.shape
    best, begun, came = np.zeros((B, K)), np.zeros((B, 1), bool), np.empty((T, B, K), np.int32)
    for t in range(T):
        real = mask[:, t, None]
        through = best[:, :, None] + transitions
        came[t] = np.where(real & begun, through.argmax(axis=1), np.arange(K))
        best = np.where(real, np.where(begun, through.max(axis=1), start) + emissions[:, t], best)
        begun |= real
    best = np.where(begun, best + end, 0)
    paths, label = np.empty((B, T), np.int32), best.argmax(axis=1)
    for t in reversed(range(T)):
        paths[:, t] = label
        label = came[t, np.arange(B), label]
    return np.where(mask, paths, NO_LABEL).astype(np.int32), best.max(axis=1)


def _cleaned(emissions: Any, mask: Any) -> Any:
    """A masked NaN times a zero gradient would be NaN."""
    return ops.where(mask[..., None], emissions, 0)


def _before(mask: Any) -> Any:
    """(B, T + 1): the last real step before each, and before the end; -1 where there is none."""
    steps = ops.where(mask, ops.arange(mask.shape[1], dtype="int32"), -1)
    return ops.pad(ops.associative_scan(ops.maximum, steps, axis=1), ((0, 0), (1, 0)), constant_values=-1)


def _forward(weights: Weights, emissions: Any, mask: Any) -> tuple[Any, Any]:
    """log of the sum of exp s over all that may stand up to a step, by its label: up to the last (B, K), up to each (B, T, K)."""
    columns = [ops.moveaxis(one, 1, 0) for one in (emissions, mask[..., None], _before(mask)[:, :-1, None] < 0)]
    start, transitions = ops.convert_to_tensor(weights.start), ops.convert_to_tensor(weights.transitions)
    (last, *_rest), each = ops.scan(_step, (ops.zeros_like(emissions[:, 0]), start, transitions), columns)
    return last, ops.moveaxis(each, 0, 1)


def _step(carry: Any, one: Any) -> tuple[Any, Any]:
    """One step of `_forward`. Not a closure over the weights: outside of jit JAX would compile each anew."""
    (sums, start, transitions), (emission, real, first) = carry, one
    through = ops.logsumexp(sums[:, :, None] + transitions, axis=1)
    sums = ops.where(real, ops.where(first, start, through) + emission, sums)
    return (sums, start, transitions), sums


def _total(weights: Weights, last: Any, mask: Any) -> Any:
    return ops.where(ops.any(mask, axis=1), ops.logsumexp(last + weights.end, axis=1), 0)
