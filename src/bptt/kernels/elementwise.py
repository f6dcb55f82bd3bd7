"""Dropout and layer normalisation by compiled kernels: what XLA computes around a recurrence costs as much as itself."""

import functools
import math
from typing import Any

import jax
import numpy as np

from bptt.kernels import ffi
from bptt.kernels.derivatives import once

Struct = jax.ShapeDtypeStruct


def draw_groups(shape: tuple[int, ...], noise_shape: tuple[int, ...]) -> tuple[int, int, int] | None:
    """(outer, repeat, inner) such that one draw serves the `repeat` positions; None where `noise_shape` is not of that form.

    One draw an element is (1, 1, all); (B, 1, D) on (B, T, D), as in SpatialDropout1D, is (B, T, D).
    """
    if noise_shape == shape:
        return 1, 1, math.prod(shape)
    if len(noise_shape) != len(shape):
        return None
    shared = [axis for axis, (n, noise) in enumerate(zip(shape, noise_shape, strict=True)) if n != noise]
    if any(noise_shape[axis] != 1 for axis in shared) or shared[-1] - shared[0] >= len(shared):
        return None
    first, last = shared[0], shared[-1] + 1
    return math.prod(shape[:first]), math.prod(shape[first:last]), math.prod(shape[last:])


@functools.partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def dropout(rate: float, groups: tuple[int, int, int], inputs: jax.Array, seed: jax.Array) -> jax.Array:
    """Inverted dropout (Srivastava et al. 2014): each draw keeps with probability 1 - rate, and what is kept is divided by that.

    Args:
        rate: share dropped, [0, 1).
        groups: from `draw_groups`.
        inputs: any shape, float32 or float64.
        seed: (2,) uint32; the same seed draws the same mask. The mask is drawn again in the backward pass, not stored.
    """
    grouped = inputs.reshape(groups)
    result = ffi.call("dropout", inputs.dtype, Struct(groups, inputs.dtype), grouped, seed, rate=np.float64(rate))
    return result.reshape(inputs.shape)


def _dropout_forward(rate: float, groups: Any, inputs: jax.Array, seed: jax.Array) -> tuple[jax.Array, jax.Array]:
    return dropout(rate, groups, inputs, seed), seed


def _dropout_backward(rate: float, groups: Any, seed: jax.Array, gradient: jax.Array) -> tuple[jax.Array, None]:
    return dropout(rate, groups, gradient, seed), None  # linear in its inputs: its own derivative


dropout.defvjp(_dropout_forward, _dropout_backward)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def layer_norm(epsilon: float, inputs: jax.Array, gamma: jax.Array, beta: jax.Array) -> jax.Array:
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta over the last axis (Ba et al. 2016).

    Args: inputs (..., D) float32 or float64; gamma, beta (D,).
    """
    rows = inputs.reshape(math.prod(inputs.shape[:-1]), inputs.shape[-1])
    result = Struct(rows.shape, rows.dtype)
    out = ffi.call("layer_norm_forward", rows.dtype, result, rows, gamma, beta, epsilon=np.float64(epsilon))
    return out.reshape(inputs.shape)


def _norm_forward(epsilon: float, inputs: jax.Array, gamma: jax.Array, beta: jax.Array) -> tuple[jax.Array, Any]:
    return once(functools.partial(layer_norm, epsilon), inputs, gamma, beta), (inputs, gamma)


def _norm_backward(epsilon: float, kept: Any, gradient: jax.Array) -> Any:
    return once(functools.partial(_norm_backward_call, epsilon), *kept, gradient)


def _norm_backward_call(epsilon: float, inputs: jax.Array, gamma: jax.Array, gradient: jax.Array) -> Any:
    rows = inputs.reshape(math.prod(inputs.shape[:-1]), inputs.shape[-1])
    results = (Struct(rows.shape, rows.dtype), Struct(gamma.shape, gamma.dtype), Struct(gamma.shape, gamma.dtype))
    d_rows, d_gamma, d_beta = ffi.call(
        "layer_norm_backward", rows.dtype, results, rows, gamma, gradient.reshape(rows.shape), epsilon=np.float64(epsilon)
    )
    return d_rows.reshape(inputs.shape), d_gamma, d_beta


layer_norm.defvjp(_norm_forward, _norm_backward)
