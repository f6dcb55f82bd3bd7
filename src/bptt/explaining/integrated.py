"""How much each step moved a number of the answer: integrated gradients.

    effect of step t = sum over its features d of x_td * integral over a of 0 to 1 of dF/dx_td (a x) da

Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", ICML 2017, equation 1, with zeros as the baseline: no word,
or for numbers the mean of the training rows. Their Proposition 1 (completeness) holds for every stretch of the way from 0 to x:
it tells where the sum is off. There the way is halved, until all of it fits. A network that remembers may jump, and points in
even distances would step over the jump.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from bptt.batches import Batch
from bptt.explaining.explanation import Effects
from bptt.explaining.probable import probable
from bptt.models import Head
from bptt.models.dissect import halves, several

STRETCHES, NODES = 4, 8  # of the way that are read at once, and points on each
CALLS = 64  # at most, where the way has many jumps and kinks (the maximum over time, relu)
TOLERANCE = 0.001  # gap that is small enough, as a share of the effects' absolute sum
DIGITS = 6  # of the numbers told
DIGIT = 1e-5  # the same, as a share of the answer: float32 holds no finer one


def _lobatto() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of Gauss's rule on [-1, 1] with both ends among the nodes (Abramowitz and Stegun, 25.4.32)."""
    inner = np.polynomial.legendre.Legendre.basis(NODES - 1)
    nodes = np.concatenate([[-1.0], np.sort(inner.deriv().roots().real), [1.0]])
    return nodes, 2 / (NODES * (NODES - 1) * inner(nodes) ** 2)


NODE, WEIGHT = _lobatto()


@dataclass(frozen=True)
class Aim:
    """A number of the answer that is to be explained: `column` of the K, at `step` where every step has an answer."""

    name: str
    column: int
    step: int | None = None


@dataclass(frozen=True)
class Stretch:
    """A stretch of the way, from the share `low` of the features to `high`: the number at both ends, and how much each step moved
    it in between, (T,)."""

    low: float
    high: float
    first: float
    last: float
    moved: NDArray[np.float64]

    @property
    def gap(self) -> float:
        """What of the change the steps do not explain."""
        return self.last - self.first - float(self.moved.sum())


@dataclass(frozen=True)
class Gradients:
    """The gradients of a model's answers by what its layers read of each step."""

    model: keras.Model
    head: Head

    def effects(self, batch: Batch, aims: Sequence[Aim]) -> list[Effects]:
        """What moved each of the `aims` in the answer to the only row of `batch`."""
        features, *mask = (np.asarray(one) for one in several(self._lower.predict_on_batch(batch.inputs)))
        real = np.flatnonzero(batch.real[0])
        return [self._of(features[0], mask, real, aim) for aim in aims]

    def _of(self, features: NDArray[Any], mask: list[NDArray[Any]], real: NDArray[np.int64], aim: Aim) -> Effects:
        place = None if aim.step is None else int(real[aim.step])

        def along(edges: NDArray[np.float64]) -> list[Stretch]:
            return self._stretches(features, mask, edges, aim.column, place)

        way = along(np.linspace(0, 1, STRETCHES + 1))
        start, value = way[0].first, way[-1].last
        for _call in range(CALLS):
            if closed(sum(abs(one.gap) for one in way), _total(way), value):
                break
            way.sort(key=lambda one: abs(one.gap))
            worst = [way.pop() for _half in range(STRETCHES // 2)]
            way += [half for one in worst for half in along(np.linspace(one.low, one.high, 3))]
        moved = _total(way)
        return Effects(
            name=aim.name,
            step=aim.step,
            value=round(value, DIGITS),
            start=round(start, DIGITS),
            effects=moved[real].round(DIGITS).tolist(),
            padding=round(float(np.delete(moved, real).sum()), DIGITS),
            gap=round(value - start - float(moved.sum()), DIGITS),
        )

    def _stretches(
        self, features: NDArray[Any], mask: list[NDArray[Any]], edges: NDArray[np.float64], column: int, place: int | None
    ) -> list[Stretch]:
        """The stretches between `edges` (S + 1,), S at most STRETCHES, of the way to `features` (T, D)."""
        low, width = edges[:-1, None], np.diff(edges)[:, None]
        shares = (low + width * (NODE + 1) / 2).ravel()
        scale = np.pad(shares, (0, STRETCHES * NODES - len(shares))).astype(features.dtype)
        repeated = [np.repeat(one, len(scale), axis=0) for one in mask]
        slopes, values = self._slopes(scale[:, None, None] * features, repeated, column, place or 0)
        per_step = (np.asarray(slopes, np.float64)[: len(shares)] * features).sum(axis=-1).reshape(len(width), NODES, -1)
        told = np.asarray(values, np.float64)[: len(shares)].reshape(len(width), NODES)
        moved = width * np.tensordot(per_step, WEIGHT / 2, (1, 0))
        ends = zip(edges[:-1].tolist(), edges[1:].tolist(), told[:, 0].tolist(), told[:, -1].tolist(), moved, strict=True)
        return [Stretch(*one) for one in ends]

    @cached_property
    def _halves(self) -> tuple[keras.Model, keras.Model]:
        return halves(self.model)

    @property
    def _lower(self) -> keras.Model:
        return self._halves[0]

    @cached_property
    def _slopes(self) -> Callable[..., tuple[Any, Any]]:
        """Features (P, T, D), masks, a column and a step -> the gradient (P, T, D) of the number of the answer, and that (P,)."""
        upper = self._halves[1]

        def number(features: Any, weights: Any, mask: list[Any], column: Any, place: Any) -> tuple[Any, Any]:
            outputs, _fixed = upper.stateless_call(*weights, [features, *mask], training=False)
            answers = probable(self.head, self.model, outputs, mask[0] if mask else None)
            values = answers[:, place, column] if self.head.per_step else answers[:, column]
            return jnp.sum(values), values

        def weights() -> list[list[Any]]:
            """As they are now: Keras puts other arrays in the place of these each time that it predicts."""
            return [[weight.value for weight in some] for some in (upper.trainable_variables, upper.non_trainable_variables)]

        slopes = jax.jit(jax.grad(number, has_aux=True))
        return lambda features, *rest: slopes(features, weights(), *rest)


def _total(way: Sequence[Stretch]) -> NDArray[np.float64]:
    return np.sum([one.moved for one in way], axis=0)


def closed(gap: float, moved: ArrayLike, value: float) -> bool:
    """Whether the effects `moved` explain the answer `value` up to a `gap` that is small."""
    return abs(gap) <= max(TOLERANCE * float(np.abs(moved).sum()), DIGIT * abs(value), DIGIT)
