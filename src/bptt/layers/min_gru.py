"""MinGRU: a GRU whose gate and candidate look at the input alone, so that all steps are computed at once."""

from typing import Any, ClassVar

import keras
from keras import ops

from bptt.kernels import diagonal
from bptt.layers.cell import Cell
from bptt.layers.cell_rnn import CellRNN


@keras.saving.register_keras_serializable(package="bptt")
class MinGRUCell(Cell):
    """h_t = (1 - z_t) h_{t-1} + z_t f(x_t W_h + b_h), z_t = sigmoid(x_t W_z + b_z) (Feng et al. 2024, section 3.1).

    W is (D, 2H), b (2H,), in the order z h. The gate writes: where Keras's GRU remembers with z, this does with 1 - z.

    The states are computed as they stand, not by their logarithms: the paper needs those (appendix B) because it divides by
    products of decays, which underflow. Here decays are only multiplied, and all are between 0 and 1. So f may be
    negative, and is the paper's linear one by default.

    Args:
        units: H.
        activation, use_bias: f; whether there is a b.
        kernel_*, bias_*: initializers, regularizers and constraints of W and b, as in Keras. For long memory:
            bias_initializer=initializers.Chrono(units, t_max, "min_gru").

    Raises ValueError for units below 1.
    """

    LINEAR = True
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "activation": None,
        "use_bias": True,
        "kernel_initializer": "glorot_uniform",
        "bias_initializer": "zeros",
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }

    def build(self, input_shape: Any) -> None:
        self.kernel = self.weight("kernel", (input_shape[-1], 2 * self.units))
        self.bias = self.weight("bias", (2 * self.units,)) if self.use_bias else None

    def call(self, inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """(h_t, [h_t]), (B, H), from x_t (B, D) and [h_{t-1}]."""
        decay, drive = self._line(inputs)
        state = decay * states[0] + drive
        return state, [state]

    def all_steps(self, sequences: Any, states: list[Any], mask: Any, every: bool) -> tuple[Any, list[Any]]:
        decay, drive = self._line(sequences)
        outputs = diagonal.recurrence(decay, drive, states[0], mask)
        return outputs, [outputs[:, -1]]

    def _line(self, inputs: Any) -> tuple[Any, Any]:
        """1 - z and z h~ of one step or of all."""
        both = ops.matmul(inputs, self.computed(self.kernel))
        both = both if self.bias is None else both + self.computed(self.bias)
        gate, candidate = ops.split(both, 2, axis=-1)
        return ops.sigmoid(-gate), ops.sigmoid(gate) * self.activation(candidate)


@keras.saving.register_keras_serializable(package="bptt")
class MinGRU(CellRNN):
    """A recurrent layer of `MinGRUCell` (Feng et al. 2024), with its arguments and those of Keras's RNN.

    Input (B, T, D); output (B, H), or (B, T, H) with `return_sequences`. One layer's gates see one step: stack two or three.
    """

    CELL = MinGRUCell
