"""The step of the GRU (Cho et al. 2014) and its way back, by the chain rule."""

import numpy as np

from bptt.kernels.options import Norm, Weights
from bptt.kernels.reference.parts import Array, Cell, States, Step, activate, hold, recur


def step(cell: Cell, x: Array, before: States, shares: States) -> Step:
    """With z, r = s(x + b + gain * n(h U) + b') in their 2 H columns, and in the candidate's H columns

        g = a(x + b + r (gain * n(h U) + b'))    reset after the product, b' the second row of the bias,
        g = a(x + b + gain * n((r h) U))         reset before it, b' = 0:

        h' = z h + (1 - z) g.   Without a norm, gain * n(h U) is h U.

    Args:
        cell: what every step reads.
        x: x_t W (B, 3 H).
        before: the states before it, (B, H) each.
        shares: how much of each state keeps its old value, (B, H) each.
    """
    (h,), (kept,), w, options, after = before, shares, cell.weights, cell.options, cell.options.reset_after
    bias, recurrent_bias = w.bias if after else (w.bias, np.zeros_like(w.bias))
    x, x_candidate = np.split(x + bias, [2 * h.shape[1]], axis=1)
    b, b_candidate = np.split(recurrent_bias, [2 * h.shape[1]])
    recurrent, through_gates = recur(cell, h, 0, 2)
    gates, slopes = activate(x + recurrent + b, options.recurrent_activation)
    z, r = np.split(gates, 2, axis=1)
    recurrent, through_candidate = recur(cell, h if after else r * h, 2, 3)
    inner = recurrent + b_candidate
    g, slope = activate(x_candidate + (r * inner if after else inner), options.activation)
    h_after, through_hold = hold(kept, h, z * h + (1.0 - z) * g)

    def back(d_after: States) -> tuple[Array, States, Weights]:
        d_h, d_new = through_hold(d_after[0])
        d_g = d_new * (1.0 - z) * slope
        d_inner = d_g * r if after else d_g
        d_read, d_u_candidate, d_gain_candidate = through_candidate(d_inner)  # it read h, or r h
        d_r, d_h_candidate = (d_g * inner, d_read) if after else (d_read * h, d_read * r)
        d_gates = np.concatenate([d_new * (h - g), d_r], axis=1) * slopes
        d_h_gates, d_u, d_gain = through_gates(d_gates)
        d_x, d_recurrent = np.concatenate([d_gates, d_g], axis=1), np.concatenate([d_gates, d_inner], axis=1)
        d_bias = np.stack([d_x.sum(axis=0), d_recurrent.sum(axis=0)]) if after else d_x.sum(axis=0)
        d_norm = None if d_gain is None else Norm(np.concatenate([d_gain, d_gain_candidate]))
        d_weights = Weights(None, np.concatenate([d_u, d_u_candidate], axis=1), d_bias, d_norm)
        return d_x, (d_h + d_new * z + d_h_candidate + d_h_gates,), d_weights

    return (h_after,), back
