"""The recurrence as the textbook writes it, in NumPy float64: the judge of the other two.

Forward: h_t = f(x_t W + h_{t-1} U + b). Backward through time by hand (Rumelhart, Hinton, Williams 1986; Werbos 1990):
with g_t = dL/dh_t and dz_t = g_t * f'(z_t),
    dW += x_t^T dz_t,   dU += h_{t-1}^T dz_t,   db += dz_t,   dx_t = dz_t W^T,   g_{t-1} += dz_t U^T.
A masked step is no step: the state passes through it unchanged, and so does the gradient.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bptt.kernels.options import Options

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Gradients:
    """dL/d each input, in the input's shape."""

    inputs: Array  # (B, T, D)
    kernel: Array  # (D, H)
    recurrent_kernel: Array  # (H, H)
    bias: Array  # (H,)
    initial_state: Array  # (B, H)


def activate(z: Array, activation: str) -> Array:
    return np.tanh(z) if activation == "tanh" else np.maximum(z, 0.0)


def slope(h: Array, activation: str) -> Array:
    """f'(z) from h = f(z)."""
    return 1.0 - h * h if activation == "tanh" else (h > 0).astype(np.float64)


def rnn_step(x: Array, h: Array, kernel: Array, recurrent_kernel: Array, bias: Array, activation: str = "tanh") -> Array:
    """One time step. x (B, D), h (B, H) the state before it; returns the state after it (B, H)."""
    return activate(x @ kernel + h @ recurrent_kernel + bias, activation)


def _time_order(steps: int, options: Options) -> range:
    return range(steps - 1, -1, -1) if options.go_backwards else range(steps)


def _clean(inputs: Array, mask: NDArray[np.bool_] | None) -> tuple[Array, NDArray[np.bool_]]:
    """Inputs with masked steps at 0, whatever stands there, and a mask that is always an array."""
    mask = np.ones(inputs.shape[:2], bool) if mask is None else mask
    return np.where(mask[..., None], inputs, 0.0), mask


def forward(
    options: Options,
    inputs: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array,
    initial_state: Array,
    mask: NDArray[np.bool_] | None = None,
) -> tuple[Array, Array]:
    """The state after the last real step (B, H), and every output (B, T, H) in processing order.

    Args: inputs (B, T, D), kernel (D, H), recurrent_kernel (H, H), bias (H,), initial_state (B, H), mask (B, T).
    """
    inputs, mask = _clean(inputs, mask)
    h, outputs = initial_state, []
    for t in _time_order(inputs.shape[1], options):
        real = mask[:, t, None]
        h = np.where(real, rnn_step(inputs[:, t], h, kernel, recurrent_kernel, bias, options.activation), h)
        outputs.append(np.where(real, h, 0.0) if options.zero_output_for_mask else h)
    return h, np.stack(outputs, axis=1)


def backward(
    options: Options,
    inputs: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array,
    initial_state: Array,
    mask: NDArray[np.bool_] | None,
    d_state: Array,
    d_sequence: Array,
) -> Gradients:
    """Gradients of a loss of which dL/dstate (B, H) and dL/dsequence (B, T, H) are given; arguments as in `forward`."""
    inputs, mask = _clean(inputs, mask)
    hold = Options(activation=options.activation, go_backwards=options.go_backwards)
    _, states = forward(hold, inputs, kernel, recurrent_kernel, bias, initial_state, mask)
    order = list(_time_order(inputs.shape[1], options))
    d_inputs, d_kernel = np.zeros_like(inputs), np.zeros_like(kernel)
    d_recurrent, d_bias, g = np.zeros_like(recurrent_kernel), np.zeros_like(bias), d_state.copy()
    for p in range(len(order) - 1, -1, -1):
        t, real = order[p], mask[:, order[p], None]
        before = states[:, p - 1] if p else initial_state
        g = g + (np.where(real, d_sequence[:, p], 0.0) if options.zero_output_for_mask else d_sequence[:, p])
        dz = np.where(real, g * slope(states[:, p], options.activation), 0.0)
        d_kernel += inputs[:, t].T @ dz
        d_recurrent += before.T @ dz
        d_bias += dz.sum(axis=0)
        d_inputs[:, t] = dz @ kernel.T
        g = np.where(real, dz @ recurrent_kernel.T, g)
    return Gradients(d_inputs, d_kernel, d_recurrent, d_bias, g)
