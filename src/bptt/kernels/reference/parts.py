"""What the cells are made of. Each part returns its value and the way back: from dL/dvalue to dL/d what it read."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bptt.kernels.options import Options, Weights

Array = NDArray[np.float64]
States = tuple[Array, ...]
Step = tuple[States, Callable[[States], tuple[Array, States, Weights]]]  # the way back gives dL/d x, states, weights


class Cell(NamedTuple):
    """What every step reads. `drops` (M, B, H) acts on h before U."""

    options: Options
    weights: Weights
    drops: Array | None


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
    "sigmoid": lambda z: 0.5 * (1.0 + np.tanh(0.5 * z)),
    "hard_sigmoid": lambda z: np.clip(z / 6.0 + 0.5, 0.0, 1.0),
    "linear": lambda z: z,
}
_SLOPES: dict[str, Callable[[Array], Array]] = {  # f'(z) from f(z)
    "tanh": lambda h: 1.0 - h * h,
    "relu": lambda h: (h > 0.0).astype(np.float64),
    "sigmoid": lambda h: h * (1.0 - h),
    "hard_sigmoid": lambda h: ((h > 0.0) & (h < 1.0)) / 6.0,
    "linear": np.ones_like,
}


def activate(z: Array, name: str) -> tuple[Array, Array]:
    """f(z) and f'(z)."""
    h = FUNCTIONS[name](z)
    return h, _SLOPES[name](h)


def rounded(a: Array) -> Array:
    """The nearest number of bfloat16, of 8 significant bits, the even one at a tie; 0 for a denormal."""
    fraction, exponent = np.frexp(a)
    return np.where(np.abs(a) < np.finfo(np.float32).tiny, 0.0, np.ldexp(np.rint(fraction * 256), exponent - 8))


def product(a: Array, kernel: Array, masks: Array | None, narrow: bool) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    """a (..., K) times kernel (K, G H), under masks (M, ..., K) for M equal parts of the columns; back: to a, to the kernel.

    `narrow`: what a product multiplies is rounded to bfloat16, on the way back too.
    """
    ready = rounded if narrow else np.asarray
    masks = np.ones((1,) * (a.ndim + 1)) if masks is None else masks
    parts = np.split(ready(kernel), len(masks), axis=1)

    def back(d: Array) -> tuple[Array, Array]:
        d_a, d_parts = np.zeros_like(a), []
        for mask, part, d_columns in zip(masks, parts, np.split(ready(d), len(masks), axis=-1), strict=True):
            d_a += (d_columns @ part.T) * mask
            d_parts.append(np.einsum("...k,...g->kg", ready(a * mask), d_columns, optimize=True))
        return d_a, np.concatenate(d_parts, axis=1)

    return np.concatenate([ready(a * mask) @ part for mask, part in zip(masks, parts, strict=True)], axis=-1), back


def normalise(a: Array, gain: Array | None, epsilon: float) -> tuple[Array, Callable[[Array], tuple[Array, Array | None]]]:
    """gain * n(a) over the last axis, `a` itself without a gain; back: to a, to the gain.

    With y = n(a) = (a - mean) r, r = 1 / sqrt(variance + epsilon), and g = dL/dy: dL/da = r (g - mean(g) - y mean(g y))
    (Ba et al. 2016).
    """
    if gain is None:
        return a, lambda d: (d, None)
    r = 1.0 / np.sqrt(a.var(axis=-1, keepdims=True) + epsilon)
    y = (a - a.mean(axis=-1, keepdims=True)) * r

    def back(d: Array) -> tuple[Array, Array]:
        g = d * gain
        return r * (g - g.mean(axis=-1, keepdims=True) - y * (g * y).mean(axis=-1, keepdims=True)), (d * y).sum(axis=0)

    return y * gain, back


def recur(cell: Cell, h: Array, first: int, end: int) -> tuple[Array, Callable[[Array], tuple[Array, Array, Array | None]]]:
    """gain * n(h U) for the gates from `first` to before `end`, normalised together; back: to h, to U, to the gain."""
    w, masks, columns = cell.weights, cell.drops, slice(first * h.shape[1], end * h.shape[1])
    masks = masks if masks is None or len(masks) == 1 else masks[first:end]
    value, through_product = product(h, w.recurrent_kernel[:, columns], masks, cell.options.narrow)
    gain = None if w.norm is None else w.norm.recurrent_gain[columns]
    value, through_norm = normalise(value, gain, cell.options.epsilon)

    def back(d: Array) -> tuple[Array, Array, Array | None]:
        d_product, d_gain = through_norm(d)
        return *through_product(d_product), d_gain

    return value, back


def hold(share: Array, old: Array, new: Array) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    """share * old + (1 - share) * new; back: to old, to new."""
    return share * old + (1.0 - share) * new, lambda d: (share * d, (1.0 - share) * d)
