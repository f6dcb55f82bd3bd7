"""What a recurrence is asked for, and the arrays it reads: one form for every cell and every kernel."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from jax.sharding import Mesh

CELLS = ("simple_rnn", "lstm", "gru")
GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}  # G; in Keras's order: LSTM i f c o, GRU z r h
STATES = {"simple_rnn": 1, "lstm": 2, "gru": 1}  # h, and c of the LSTM
ACTIVATIONS = ("tanh", "relu", "sigmoid", "hard_sigmoid", "linear")


@dataclass(frozen=True)
class Options:
    """The static half of a recurrence; hashable, so that JAX compiles once for each.

    Args:
        cell: "simple_rnn", "lstm" or "gru".
        activation: one of ACTIVATIONS; of the candidate and of what the LSTM puts out.
        recurrent_activation: one of ACTIVATIONS; of the gates.
        reset_after: of the GRU: the reset gate multiplies h U_h (as cuDNN does); otherwise h, before the product.
        go_backwards: read the last time step first; outputs stand in the order in which they are made, as in Keras.
        zero_output_for_mask: a masked step outputs zeros; otherwise the state it holds.
        return_sequences: give every step's output.
        zoneout, zoneout_cell: share of the elements of h, and of the LSTM's c, that keep their old value at a step,
            [0, 1) (Krueger et al. 2017): drawn anew for each step in training, mixed in that share otherwise.
        training: whether zoneout draws.
        epsilon: what layer normalisation adds to the variance.
        narrow: round the operands of every product to bfloat16; sums, states and all else stay float32 (Kalamkar et al. 2019).
            Of float32 arrays. The native kernel does so where it pays (`compiled.narrows`), and computes in float32 elsewhere.
        mesh, batch_axis: the devices that share a batch, and the mesh axis that cuts it; None on one device.
        tap: under which number the native kernel's backward pass is read where somebody looks (`kernels.tap`); 0 for never.
    """

    cell: str = "simple_rnn"
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    reset_after: bool = True
    go_backwards: bool = False
    zero_output_for_mask: bool = False
    return_sequences: bool = False
    zoneout: float = 0.0
    zoneout_cell: float = 0.0
    training: bool = False
    epsilon: float = 1e-3
    narrow: bool = False
    mesh: Mesh | None = None
    batch_axis: str | None = None
    tap: int = 0


class Tokens(NamedTuple):
    """Inputs named by id: row `ids[b, t]` of `table` is x_t. The (B, T, D) array is never made."""

    ids: Any  # (B, T) int32
    table: Any  # (V, D)


class Norm(NamedTuple):
    """The gains of layer normalisation inside the recurrence (Ba et al. 2016).

    With n(a) = (a - mean(a)) / sqrt(variance(a) + epsilon) over a vector's last axis:
        SimpleRNN  h = f(recurrent_gain * n(x W + h U) + b)                                          (equation 4)
        LSTM       z = x W + recurrent_gain * n(h U) + b over all 4 H, h = o * f(state_gain * n(c) + state_bias)
        GRU        n(h U) apart over the 2 H of z and r, and over the H of the candidate, each times recurrent_gain
    For LSTM and GRU the layer normalises x W itself, and hands it over as the inputs, with `kernel` None.
    """

    recurrent_gain: Any  # (G H,)
    state_gain: Any = None  # (H,), LSTM
    state_bias: Any = None  # (H,), LSTM


class Weights(NamedTuple):
    """What a cell learns."""

    kernel: Any  # W (D, G H); None: the inputs are x W already, D = G H
    recurrent_kernel: Any  # U (H, G H)
    bias: Any  # (G H,); (2, G H) for the GRU with reset_after: of x W, of h U
    norm: Norm | None = None


class Drops(NamedTuple):
    """Dropout inside the cell: one mask a batch, held over time (Gal & Ghahramani 2016), of 0 and 1 / (1 - rate).

    M is 1, or G where each gate has a mask of its own, as Keras draws them for LSTM and GRU with recurrent_dropout.
    """

    inputs: Any = None  # (M, B, D), on x before W
    recurrent: Any = None  # (M, B, H), on h before U
