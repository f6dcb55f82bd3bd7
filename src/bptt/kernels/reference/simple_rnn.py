"""The step of the SimpleRNN (Elman 1990) and its way back (Rumelhart, Hinton, Williams 1986)."""

from bptt.kernels.options import Norm, Weights
from bptt.kernels.reference.parts import Array, Cell, States, Step, activate, hold, normalise, product


def step(cell: Cell, x: Array, before: States, shares: States) -> Step:
    """h' = f(gain * n(x + h U) + b), without a norm f(x + h U + b).

    Args:
        cell: what every step reads.
        x: x_t W (B, H).
        before: the states before it, (B, H) each.
        shares: how much of each state keeps its old value, (B, H) each.
    """
    (h,), (kept,), w = before, shares, cell.weights
    recurrent, through_product = product(h, w.recurrent_kernel, cell.drops, cell.options.narrow)
    gain = None if w.norm is None else w.norm.recurrent_gain
    normed, through_norm = normalise(x + recurrent, gain, cell.options.epsilon)
    new, slope = activate(normed + w.bias, cell.options.activation)
    after, through_hold = hold(kept, h, new)

    def back(d_after: States) -> tuple[Array, States, Weights]:
        d_h, d_new = through_hold(d_after[0])
        d_z = d_new * slope
        d_sum, d_gain = through_norm(d_z)
        d_read, d_u = through_product(d_sum)
        return d_sum, (d_h + d_read,), Weights(None, d_u, d_z.sum(axis=0), None if w.norm is None else Norm(d_gain))

    return (after,), back
