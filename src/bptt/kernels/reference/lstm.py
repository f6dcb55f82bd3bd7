"""The step of the LSTM (Hochreiter, Schmidhuber 1997; Gers et al. 2000) and its way back (Greff et al. 2017, appendix A)."""

import numpy as np

from bptt.kernels.options import Norm, Weights
from bptt.kernels.reference.parts import Array, Cell, States, Step, activate, hold, normalise, recur


def step(cell: Cell, x: Array, before: States, shares: States) -> Step:
    """With z = x + gain * n(h U) + b, i, f, o = s(z_i), s(z_f), s(z_o) and g = a(z_g):

        c' = f c + i g,   h' = o a(state_gain * n(c') + state_bias),   without a norm z = x + h U + b, h' = o a(c').

    Args:
        cell: what every step reads.
        x: x_t W (B, 4 H).
        before: h and c before it, (B, H) each.
        shares: how much of h and of c keeps its old value, (B, H) each; h' is made from the c' that this leaves.
    """
    (h, c), (kept_h, kept_c), w, options = before, shares, cell.weights, cell.options
    norm = w.norm or Norm(None, None, 0.0)
    recurrent, through_recurrent = recur(cell, h, 0, 4)
    z_i, z_f, z_g, z_o = np.split(x + recurrent + w.bias, 4, axis=1)
    (i, slope_i), (f, slope_f), (o, slope_o) = (activate(z, options.recurrent_activation) for z in (z_i, z_f, z_o))
    g, slope_g = activate(z_g, options.activation)
    c_after, through_c = hold(kept_c, c, f * c + i * g)
    shown, through_norm = normalise(c_after, norm.state_gain, options.epsilon)
    y, slope_y = activate(shown + norm.state_bias, options.activation)
    h_after, through_h = hold(kept_h, h, o * y)

    def back(d_after: States) -> tuple[Array, States, Weights]:
        d_h, d_new = through_h(d_after[0])
        d_shown = d_new * o * slope_y
        d_c_shown, d_state_gain = through_norm(d_shown)
        d_c, d_c_new = through_c(d_after[1] + d_c_shown)
        gates = (d_c_new * g * slope_i, d_c_new * c * slope_f, d_c_new * i * slope_g, d_new * y * slope_o)
        d_z = np.concatenate(gates, axis=1)
        d_read, d_u, d_gain = through_recurrent(d_z)
        d_norm = None if w.norm is None else Norm(d_gain, d_state_gain, d_shown.sum(axis=0))
        return d_z, (d_h + d_read, d_c + d_c_new * f), Weights(None, d_u, d_z.sum(axis=0), d_norm)

    return (h_after, c_after), back
