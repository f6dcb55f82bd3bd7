"""`keras.layers.SimpleRNN` over our kernels."""

from typing import Any

import keras
from keras import ops

from bptt import kernels
from bptt.kernels import native, scan
from bptt.layers import lookups
from bptt.layers.distribution import batch_mesh
from bptt.messages import _


@keras.saving.register_keras_serializable(package="bptt")
class SimpleRNN(keras.layers.SimpleRNN):
    """Keras's SimpleRNN, same arguments, weights and config, as one fused call whatever the mask.

    h_t = f(x_t W + h_{t-1} U + b) (Elman 1990). Input (B, T, D); output (B, H), or (B, T, H) with `return_sequences`.
    `kernel_choice` tells which kernel computes it in training, and why. `unroll` changes nothing: masked steps before the
    first real one show the initial state, where Keras's unrolled loop alone shows 0.

    Raises ValueError for a mask that is not (B, T), (B, T, 1) or (1, T), and for an initial state that is not (B, H).
    """

    @property
    def kernel_choice(self) -> kernels.Choice:
        return self._choose(training=True)

    def _choose(self, training: bool) -> kernels.Choice:
        dropping = bool(training and (self.dropout or self.recurrent_dropout))
        return kernels.choose_recurrence(keras.backend.backend(), self.compute_dtype, self._activation_name(), dropping)

    def _activation_name(self) -> str | None:
        return next((name for name in kernels.ACTIVATIONS if self.activation is getattr(keras.activations, name)), None)

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> tuple[Any, Any, list[Any]]:
        """(last output (B, H), outputs (B, T, H), [state (B, H)]); arguments as Keras's RNN gives them."""
        choice = self._choose(training)
        if choice.kernel == "keras":
            return super().inner_loop(sequences, initial_state, mask, training)
        cell = self.cell
        mesh, batch_axis = batch_mesh()
        options = kernels.Options(
            activation=self._activation_name() or "tanh",
            go_backwards=self.go_backwards,
            zero_output_for_mask=self.zero_output_for_mask,
            return_sequences=self.return_sequences,
            mesh=mesh,
            batch_axis=batch_axis,
        )
        batch, time = sequences.shape[:2]
        state = initial_state[0] if isinstance(initial_state, list | tuple) else initial_state
        if tuple(state.shape) != (batch, self.units):
            raise _misfit("initial_state", state, (batch, self.units))
        mask = None if mask is None else _steps_of(mask, batch, time)
        bias = cell.bias if self.use_bias else ops.zeros((self.units,), self.compute_dtype)
        given = (cell.kernel, cell.recurrent_kernel, bias)
        kernel, recurrent_kernel, bias = (ops.convert_to_tensor(w, dtype=self.compute_dtype) for w in given)
        tokens = lookups.recall(sequences)
        if choice.kernel == "native":
            known = tokens is not None and tokens.table.dtype == self.compute_dtype
            inputs = tokens if known else ops.cast(sequences, self.compute_dtype)
            state, outputs = native.simple_rnn(options, inputs, kernel, recurrent_kernel, bias, state, mask)
        else:
            inputs = ops.cast(sequences, self.compute_dtype)
            state, outputs = scan.simple_rnn(options, inputs, kernel, recurrent_kernel, bias, state, mask, self.activation)
        last = self._last_output(state, mask)
        return last, last if outputs is None else outputs, [state]

    def _last_output(self, state: Any, mask: Any) -> Any:
        """The output of the step read last: zero where that step is masked and masked outputs are zero."""
        if mask is None or not self.zero_output_for_mask:
            return state
        last = mask[:, 0] if self.go_backwards else mask[:, -1]
        return ops.where(last[:, None], state, 0)


def _steps_of(mask: Any, batch: int, time: int) -> Any:
    """`mask` as (B, T) bool; Keras's loop takes (1, T) and (B, T, 1) too. Raises ValueError for other shapes."""
    flat = mask[..., 0] if len(mask.shape) == 3 and mask.shape[2] == 1 else mask
    if tuple(flat.shape) not in ((batch, time), (1, time)):
        raise _misfit("mask", mask, (batch, time))
    return ops.broadcast_to(ops.cast(flat, "bool"), (batch, time))


def _misfit(name: str, array: Any, expected: tuple[int, int]) -> ValueError:
    message = _("{name} has shape {shape}; expected {expected}, as the inputs have it.")
    return ValueError(message.format(name=name, shape=tuple(array.shape), expected=expected))
