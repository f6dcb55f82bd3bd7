"""How far back an input still moves the answer: by its gradient, and by putting another in its place."""

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, NonNegativeInt, PositiveInt
from typing_extensions import TypedDict

from bptt.batches import Batch, Batches
from bptt.models import Head
from bptt.models.dissect import halves, several

from .probe import figures

ROWS = 64  # that are looked at, evenly from all
MOST = 0.95  # share of the effect that lies within the horizon


class Lengths(TypedDict):
    """Of whole rows, in steps."""

    median: FiniteFloat
    p90: FiniteFloat
    longest: NonNegativeInt


class Horizon(TypedDict):
    """Steps are counted back from a row's end; the last is 1. Lists by `steps_back`: 1, 2, 4, ..."""

    steps_back: list[PositiveInt]
    gradient_share: list[FiniteFloat]  # of the steps up to here that lie beyond the number before; they sum to 1
    moved: list[FiniteFloat]  # mean change of the answer, at its most changed number, with another row's input in this one step
    horizon: NonNegativeInt  # steps back within which MOST of the gradient lies; 0 where no input moves the answer
    lengths: Lengths


def measure(model: keras.Model, head: Head, batches: Batches) -> Horizon | None:
    """Of a `model` that gives each row one answer; None of others, whose answers stand at every step."""
    if head.per_step:
        return None
    batch = _sample(batches)
    back = _steps_back(batch.real)
    longest = int(back.max(initial=1))
    share = _share(_slopes(model, batch), back, longest)
    steps = [1 << k for k in range(longest.bit_length() + (longest & (longest - 1) > 0))]
    edges = [0, *(min(step, longest) for step in steps)]
    within = np.cumsum(share)
    before = head.answers(model, batch)
    whole = batches.whole_lengths
    return {
        "steps_back": edges[1:],
        "gradient_share": figures([share[first:last].sum() for first, last in pairwise(edges)]),
        "moved": figures([_moved(model, head, batch, before, back == step) for step in edges[1:]]),
        "horizon": int(np.searchsorted(within, MOST * within[-1] * (1 - 1e-9))) + 1 if within[-1] else 0,
        "lengths": {
            "median": float(np.median(whole)),
            "p90": float(np.quantile(whole, 0.9)),
            "longest": int(whole.max()),
        },
    }


def _sample(batches: Batches) -> Batch:
    """Up to ROWS rows as one batch, as long as the longest of them."""
    total = len(batches.whole_lengths)
    picked = set(np.linspace(0, total - 1, min(ROWS, total)).round().astype(int).tolist())
    found = []
    for batch in batches.epoch(0):
        here = np.array([row in picked for row in batch.rows.tolist()])
        if here.any():
            found.append((batch.inputs[here], batch.targets[here], batch.rows[here]))
    longest = max(inputs.shape[1] for inputs, *_others in found)
    padded = [np.pad(one, ((0, 0), (0, longest - one.shape[1]), *[(0, 0)] * (one.ndim - 2))) for one, *_others in found]
    targets, rows = (np.concatenate([part[place] for part in found]) for place in (1, 2))
    return Batch(np.concatenate(padded), targets, rows)


def _steps_back(real: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(B, T): 1 at a row's last real step, 2 before it, ...; 0 where no step is real."""
    return real[:, ::-1].cumsum(axis=1)[:, ::-1] * real


def _slopes(model: keras.Model, batch: Batch) -> NDArray[np.float64]:
    """(B, T): the norm of the gradient of the answer's largest number by what stands at each step."""
    lower, upper = halves(model)
    features, *mask = several(lower.predict_on_batch(batch.inputs))
    weights = [[weight.value for weight in some] for some in (upper.trainable_variables, upper.non_trainable_variables)]

    def answer(features: Any) -> Any:
        outputs, _fixed = upper.stateless_call(*weights, [features, *mask] if mask else features, training=False)
        return jnp.sum(jnp.max(outputs, axis=-1))

    return np.linalg.norm(np.asarray(jax.jit(jax.grad(answer))(jnp.asarray(features)), np.float64), axis=-1)


def _share(slopes: NDArray[np.float64], back: NDArray[np.int64], longest: int) -> NDArray[np.float64]:
    """(longest,) the share of each number of steps back in a row's gradient, mean over the rows whose answer an input moves."""
    slopes = np.where(back > 0, slopes, 0)
    total = slopes.sum(axis=1, keepdims=True)
    moves = total[:, 0] > 0
    shares = slopes[moves] / total[moves]
    return np.bincount(back[moves].ravel(), shares.ravel(), longest + 1)[1:] / max(int(moves.sum()), 1)


def _moved(model: keras.Model, head: Head, batch: Batch, before: NDArray[Any], at: NDArray[np.bool_]) -> float:
    """The mean change of the answers `before` where the input of each row that has one `at` (B, T) is that of the next such row;
    0 of fewer than two."""
    rows, places = np.nonzero(at)
    if len(rows) < 2:
        return 0.0
    other = batch.inputs.copy()
    other[rows, places] = np.roll(batch.inputs[rows, places], 1, axis=0)
    change = np.abs(head.answers(model, Batch(other, batch.targets, batch.rows)) - before)[rows]
    return float(np.mean(change.reshape(len(rows), -1).max(axis=1)))
