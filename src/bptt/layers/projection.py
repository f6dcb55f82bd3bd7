"""x W, normalised: what LSTM and GRU with layer normalisation hand to their kernels in place of x (Ba et al. 2016)."""

import functools
import math
from typing import Any

import keras
from keras import ops

from bptt import kernels
from bptt.kernels import Options, Tokens, Weights
from bptt.layers.backend import native
from bptt.layers.distribution import batch_mesh


def project(inputs: Any, sequences: Any, kernel: Any, drops: Any, mask: Any) -> Any:
    """x W, (B, T, G H); or Tokens with the table times W, (V, G H), where that is less work.

    Args:
        inputs: x (B, T, D), or Tokens.
        sequences: what Tokens name, (B, T, D).
        kernel: W (D, G H).
        drops: masks (M, B, D) on x, or None.
        mask: (B, T) bool, or None.
    """
    if isinstance(inputs, Tokens):
        if inputs.table.shape[0] <= math.prod(inputs.ids.shape):
            return inputs._replace(table=inputs.table @ kernel)
        inputs = sequences + zero_if_known(inputs, mask)[..., None]
    if mask is not None:  # a masked NaN times a zero gradient would be NaN
        inputs = ops.where(mask[..., None], inputs, 0)
    if drops is None:
        return inputs @ kernel
    gates = ops.split(kernel, drops.shape[0], axis=1)
    return ops.concatenate([(inputs * drop[:, None]) @ gate for drop, gate in zip(drops, gates, strict=True)], axis=-1)


def normalise(projected: Any, gain: Any, parts: list[int], epsilon: float) -> Any:
    """n(x) times the gain (G H,) over the last axis, cut where `parts` says; of Tokens, their table's rows."""
    if isinstance(projected, Tokens):
        return projected._replace(table=normalise(projected.table, gain, parts, epsilon))
    if not parts:  # Keras on PyTorch does not split into one
        return _normalised(projected, gain, epsilon)
    pieces = zip(ops.split(projected, parts, axis=-1), ops.split(gain, parts), strict=True)
    return ops.concatenate([_normalised(x, g, epsilon) for x, g in pieces], axis=-1)


def _normalised(x: Any, gain: Any, epsilon: float) -> Any:
    distributed = batch_mesh()[0] is not None
    if kernels.choose_elementwise(keras.backend.backend(), str(x.dtype), distributed).kernel == "native":
        return kernels.layer_norm(epsilon, x, gain, ops.zeros_like(gain))
    mean, variance = ops.moments(x, axes=[-1], keepdims=True)
    return (x - mean) * ops.rsqrt(variance + epsilon) * gain


def zero_if_known(tokens: Tokens, mask: Any) -> Any:
    """0 (B, 1), by a recurrence of one unit that does nothing but read the ids: so one outside the table is an error here too."""
    mesh, batch_axis = batch_mesh()
    zeros = functools.partial(ops.zeros, dtype=tokens.table.dtype)
    nothing = Tokens(tokens.ids, zeros((tokens.table.shape[0], 1)))
    weights, states = Weights(None, zeros((1, 1)), zeros(1)), (zeros((tokens.ids.shape[0], 1)),)
    (state,), _ = native.recurrence(Options(mesh=mesh, batch_axis=batch_axis), nothing, weights, states, mask)
    return state
