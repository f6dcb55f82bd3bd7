"""What our SimpleRNN, LSTM and GRU share: Keras's layer around, our kernels inside."""

from typing import Any

import keras
from keras import ops

from bptt import kernels
from bptt.kernels import Drops, Norm, Options, Tokens, Weights, scan
from bptt.layers import lookups
from bptt.layers.backend import device, native
from bptt.layers.distribution import batch_mesh
from bptt.messages import _


class Recurrent:
    """Stands before a recurrent layer of Keras and computes its loop; Keras keeps arguments, weights and states.

    Args of its own, beside Keras's:
        zoneout: share of the elements of h that keep their old value at a step, [0, 1): drawn in training, mixed at
            prediction (Krueger et al. 2017).
        layer_norm: normalise inside the recurrence (Ba et al. 2016; `kernels.options.Norm` gives the equations).
    """

    cell_name: str  # of kernels.CELLS
    cell: Any  # what Keras's layer brings
    units: int
    use_bias: bool
    activation: Any
    go_backwards: bool
    return_sequences: bool
    zero_output_for_mask: bool
    compute_dtype: str
    stateful: bool
    activity_regularizer: Any
    add_weight: Any
    get_initial_state: Any
    _maybe_config_dropout_masks: Any
    _maybe_reset_dropout_masks: Any
    epsilon = 1e-3  # added to the variance, as keras.layers.LayerNormalization does

    def __init__(self, units: int, *arguments: Any, zoneout: float = 0.0, layer_norm: bool = False, **options: Any) -> None:
        super().__init__(units, *arguments, **options)  # type: ignore[call-arg]
        self.zoneout = rate_of("zoneout", zoneout)
        self.layer_norm = bool(layer_norm)
        if self._zones():
            self.zoneout_seed = keras.random.SeedGenerator(options.get("seed"))

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        super().build(sequences_shape, initial_state_shape)  # type: ignore[misc]
        if self.layer_norm:
            self._add_gains(kernels.GATES[self.cell_name] * self.units)

    def _add_gains(self, size: int) -> None:
        self.kernel_gain = self.add_weight(shape=(size,), initializer="ones", name="kernel_gain")
        self.recurrent_gain = self.add_weight(shape=(size,), initializer="ones", name="recurrent_gain")

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("zoneout", "layer_norm") if getattr(self, name)}
        return super().get_config() | own  # type: ignore[misc]

    @property
    def kernel_choice(self) -> kernels.Choice:
        """The kernel that computes it in training, and why."""
        ours = self._zones() or self.layer_norm
        return kernels.choose_recurrence(keras.backend.backend(), self.compute_dtype, self._activations(), ours, device())

    def _zones(self) -> bool:
        return self.zoneout > 0

    def _activations(self) -> tuple[str | None, ...]:
        """The registered name of the activation, and of the gates'; None for a function that has none."""
        return (name_of(self.activation),)

    def _norm(self) -> Norm:
        return Norm(self.recurrent_gain)

    def _extras(self) -> dict[str, Any]:
        """Options that only this cell has."""
        return {}

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> tuple[Any, Any, list[Any]]:
        """(last output (B, H), outputs (B, T, H), states, each (B, H)); arguments as Keras's RNN gives them."""
        choice = self.kernel_choice
        if choice.kernel == "keras" or getattr(self, "use_cudnn", None) is True:
            return super().inner_loop(sequences, initial_state, mask, training)  # type: ignore[misc]
        arrays = self.arrays(choice.kernel == "native", sequences, initial_state, mask, training)
        options, mask = self.options(training), arrays[3]
        if choice.kernel == "native":
            states, outputs = native.recurrence(options, *arrays)
        else:
            gates = getattr(self, "recurrent_activation", None)
            functions = {"activation": self.activation, "recurrent_activation": gates}
            states, outputs = scan.recurrence(options, *arrays, **functions)
        last = self._last_output(states[0], mask)
        return last, last if outputs is None else outputs, list(states)

    def prepared(self, sequences: Any, initial_state: Any, mask: Any, training: bool) -> tuple[Any, ...]:
        """`arrays` for the native kernel where another layer makes the call: with the states and dropout masks that Keras's
        own `call` would get."""
        states = self.get_initial_state(ops.shape(sequences)[0]) if initial_state is None else initial_state
        states = [ops.convert_to_tensor(state, dtype=self.compute_dtype) for state in states]
        self._maybe_config_dropout_masks(self.cell, sequences[:, 0, :], states)
        try:
            return self.arrays(True, sequences, states, mask, training)
        finally:
            self._maybe_reset_dropout_masks(self.cell)

    def options(self, training: bool) -> Options:
        mesh, batch_axis = batch_mesh()
        names: dict[str, Any] = dict(zip(("activation", "recurrent_activation"), self._activations(), strict=False))
        return Options(
            cell=self.cell_name,
            go_backwards=self.go_backwards,
            zero_output_for_mask=self.zero_output_for_mask,
            return_sequences=self.return_sequences,
            zoneout=self.zoneout,
            training=bool(training),
            epsilon=self.epsilon,
            mesh=mesh,
            batch_axis=batch_axis,
            **{key: name for key, name in names.items() if name},
            **self._extras(),
        )

    def arrays(self, by_ids: bool, sequences: Any, initial_state: Any, mask: Any, training: bool) -> tuple[Any, ...]:
        """The arguments of a kernel, from inputs to seed; `by_ids` lets ids and a table stand for the sequences."""
        batch, time = sequences.shape[:2]
        states = initial_state if isinstance(initial_state, list | tuple) else [initial_state]
        for i, state in enumerate(states):
            if tuple(state.shape) != (batch, self.units):
                raise _misfit("initial_state" if len(states) == 1 else f"initial_state[{i}]", state, (batch, self.units))
        drops = self._drops(sequences) if training else Drops()
        tokens = lookups.recall(sequences) if by_ids and drops.inputs is None else None
        known = tokens is not None and keras.backend.standardize_dtype(tokens.table.dtype) == self.compute_dtype
        weights, inputs = self._weights(), tokens if known else ops.cast(sequences, self.compute_dtype)
        if self.layer_norm and self.cell_name != "simple_rnn":
            inputs, drops = self._projected(inputs, weights, drops)
            weights = weights._replace(kernel=None)
        seed = self.zoneout_seed.next() if training and self._zones() else None
        mask = None if mask is None else _steps_of(mask, batch, time)
        return inputs, weights, tuple(states), mask, drops, seed

    def _weights(self) -> Weights:
        cell, dtype = self.cell, self.compute_dtype
        bias = cell.bias if self.use_bias else ops.zeros(self._bias_shape(), dtype)
        norm = self._norm() if self.layer_norm else None
        kernel, recurrent_kernel, bias = (ops.convert_to_tensor(w, dtype) for w in (cell.kernel, cell.recurrent_kernel, bias))
        if norm is not None:
            norm = Norm(*(None if gain is None else ops.convert_to_tensor(gain, dtype) for gain in norm))
        return Weights(kernel, recurrent_kernel, bias, norm)

    def _bias_shape(self) -> tuple[int, ...]:
        return (kernels.GATES[self.cell_name] * self.units,)

    def _drops(self, sequences: Any) -> Drops:
        """The masks that Keras has drawn for this batch, (M, B, D) and (M, B, H)."""
        cell = self.cell
        masks = cell.get_dropout_mask(sequences[:, 0, :]), cell.get_recurrent_dropout_mask(None)
        return Drops(*(None if mask is None else ops.stack(mask if isinstance(mask, list) else [mask]) for mask in masks))

    def _projected(self, inputs: Any, weights: Weights, drops: Drops) -> tuple[Any, Drops]:
        """x W normalised, for LSTM and GRU: of the table's rows where there are fewer of them than steps."""
        if isinstance(inputs, Tokens):
            if inputs.table.shape[0] <= inputs.ids.shape[0] * inputs.ids.shape[1]:
                return inputs._replace(table=self._normalised(inputs.table @ weights.kernel)), drops
            inputs = inputs.table[inputs.ids]
        if drops.inputs is None:
            return self._normalised(inputs @ weights.kernel), drops
        gates = ops.split(weights.kernel, drops.inputs.shape[0], axis=1)
        parts = [(inputs * drop[:, None]) @ gate for drop, gate in zip(drops.inputs, gates, strict=True)]
        return self._normalised(ops.concatenate(parts, axis=-1)), drops._replace(inputs=None)

    def _normalised(self, projected: Any) -> Any:
        return self._scaled(projected, self.kernel_gain)

    def _scaled(self, projected: Any, gain: Any) -> Any:
        """n(x) times the gain, over the last axis."""
        gain = ops.convert_to_tensor(gain, self.compute_dtype)
        if (
            kernels.choose_elementwise(keras.backend.backend(), self.compute_dtype, batch_mesh()[0] is not None).kernel
            == "native"
        ):
            return kernels.layer_norm(self.epsilon, projected, gain, ops.zeros_like(gain))
        mean, variance = ops.moments(projected, axes=[-1], keepdims=True)
        return (projected - mean) * ops.rsqrt(variance + self.epsilon) * gain

    def _last_output(self, state: Any, mask: Any) -> Any:
        """The output of the step read last: zero where that step is masked and masked outputs are zero."""
        if mask is None or not self.zero_output_for_mask:
            return state
        last = mask[:, 0] if self.go_backwards else mask[:, -1]
        return ops.where(last[:, None], state, 0)


def rate_of(name: str, rate: float) -> float:
    if not 0 <= rate < 1:
        raise ValueError(_("{name} is {rate}; expected a share in [0, 1).").format(name=name, rate=rate))
    return float(rate)


def name_of(activation: Any) -> str | None:
    return next((name for name in kernels.ACTIVATIONS if activation is getattr(keras.activations, name)), None)


def _steps_of(mask: Any, batch: int, time: int) -> Any:
    """`mask` as (B, T) bool; Keras's loop takes (1, T) and (B, T, 1) too. Raises ValueError for other shapes."""
    flat = mask[..., 0] if len(mask.shape) == 3 and mask.shape[2] == 1 else mask
    if tuple(flat.shape) not in ((batch, time), (1, time)):
        raise _misfit("mask", mask, (batch, time))
    return ops.broadcast_to(ops.cast(flat, "bool"), (batch, time))


def _misfit(name: str, array: Any, expected: tuple[int, int]) -> ValueError:
    message = _("{name} has shape {shape}; expected {expected}, as the inputs have it.")
    return ValueError(message.format(name=name, shape=tuple(array.shape), expected=expected))
