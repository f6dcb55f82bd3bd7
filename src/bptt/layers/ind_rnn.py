"""IndRNN: each unit remembers by one weight of its own, held within bounds that no gradient explodes or vanishes past."""

from typing import Any, ClassVar

import keras
from keras import ops

from bptt.kernels import diagonal
from bptt.layers.arguments import count
from bptt.layers.cell import Cell
from bptt.layers.cell_rnn import CellRNN
from bptt.messages import _


@keras.saving.register_keras_serializable(package="bptt")
class IndRNNCell(Cell):
    """h_t = f(x_t W + u * h_{t-1} + b) (Li, Li, Cook, Zhu & Gao 2018, equation 2), u (H,) within bounds (section 3).

    Over T steps a gradient is multiplied by |u|^T or less (relu and tanh have slopes of 1 at most). So with T the
    `longest_dependence`, min_gain <= |u|^T <= max_gain: min_gain^(1/T) <= |u| <= max_gain^(1/T), kept after every step of
    training, and from the start: an initializer's values are moved to the nearer bound.

    Args:
        units: H.
        activation, use_bias: f, relu as in the paper; whether there is a b.
        longest_dependence: T in steps; None for sequences of any length: then |u| <= 1.
        max_gain: the paper's 2; above 0.
        min_gain: 0 lets units forget; the paper's code gives the layer that is read at its last step 1 / max_gain, so that
            all of its units remember. Needs a longest_dependence.
        recurrent_initializer: None draws u evenly between the bounds.
        kernel_*, recurrent_*, bias_*: initializers, regularizers and constraints of W, u and b, as in Keras. A
            recurrent_constraint acts before the bounds.

    Raises ValueError for units or a longest_dependence below 1, and for gains that leave no room.
    """

    LINEAR = False
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "activation": "relu",
        "use_bias": True,
        "longest_dependence": None,
        "min_gain": 0.0,
        "max_gain": 2.0,
        "kernel_initializer": "glorot_uniform",
        "recurrent_initializer": None,
        "bias_initializer": "zeros",
        "kernel_regularizer": None,
        "recurrent_regularizer": None,
        "bias_regularizer": None,
        "kernel_constraint": None,
        "recurrent_constraint": None,
        "bias_constraint": None,
    }

    def __init__(self, units: int, **given: Any) -> None:
        super().__init__(units, **given)
        if not 0 <= self.min_gain <= self.max_gain or self.max_gain == 0:
            message = _("min_gain is {low} and max_gain {high}; expected 0 <= min_gain <= max_gain, and max_gain above 0.")
            raise ValueError(message.format(low=self.min_gain, high=self.max_gain))
        if self.longest_dependence is not None:
            count("longest_dependence", self.longest_dependence)
        elif self.min_gain:
            message = _("min_gain is {low}, and longest_dependence None; say for how many steps the gain is to hold.")
            raise ValueError(message.format(low=self.min_gain))

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest |u|."""
        if self.longest_dependence is None:
            return 0.0, 1.0
        return self.min_gain ** (1 / self.longest_dependence), self.max_gain ** (1 / self.longest_dependence)

    def build(self, input_shape: Any) -> None:
        self.kernel = self.weight("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(self.units,),
            initializer=self._first,
            regularizer=self.recurrent_regularizer,
            constraint=self._kept,
        )
        self.bias = self.weight("bias", (self.units,)) if self.use_bias else None

    def _first(self, shape: Any, dtype: Any = None) -> Any:
        initializer = self.recurrent_initializer or keras.initializers.RandomUniform(*self.bounds)
        return self._bounded(initializer(shape, dtype=dtype))

    def _kept(self, weight: Any) -> Any:
        return self._bounded(weight if self.recurrent_constraint is None else self.recurrent_constraint(weight))

    def _bounded(self, weight: Any) -> Any:
        return ops.where(weight < 0, -1, 1) * ops.clip(ops.abs(weight), *self.bounds)

    def call(self, inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """(h_t, [h_t]), (B, H), from x_t (B, D) and [h_{t-1}]."""
        state = self.activation(self._driven(inputs) + self.computed(self.recurrent_kernel) * states[0])
        return state, [state]

    def all_steps(self, sequences: Any, states: list[Any], mask: Any, every: bool) -> tuple[Any, list[Any]]:
        weight = self.computed(self.recurrent_kernel)
        outputs = diagonal.recurrence(weight, self._driven(sequences), states[0], mask, self.activation)
        return outputs, [outputs[:, -1]]

    def _driven(self, inputs: Any) -> Any:
        """x W + b of one step or of all."""
        driven = ops.matmul(inputs, self.computed(self.kernel))
        return driven if self.bias is None else driven + self.computed(self.bias)


@keras.saving.register_keras_serializable(package="bptt")
class IndRNN(CellRNN):
    """A recurrent layer of `IndRNNCell` (Li et al. 2018), with its arguments and those of Keras's RNN.

        layers.IndRNN(128, return_sequences=True, longest_dependence=1000)
        layers.IndRNN(128, longest_dependence=1000, min_gain=0.5)  # the layer that is read at its last step

    Input (B, T, D); output (B, H), or (B, T, H) with `return_sequences`. Units do not see one another: stack two layers.
    """

    CELL = IndRNNCell
