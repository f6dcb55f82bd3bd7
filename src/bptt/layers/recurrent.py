"""What our SimpleRNN, LSTM and GRU share: Keras's layer around, our kernels inside."""

import functools
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from bptt import kernels
from bptt.kernels import Drops, Norm, Options, Tokens, Weights, scan, tap
from bptt.layers import lookups, projection
from bptt.layers.arguments import check_sequences, count, share, states_of, steps_of
from bptt.layers.backend import as_stored, device, native
from bptt.layers.distribution import batch_mesh
from bptt.layers.sequences import ReadsSequences
from bptt.messages import _

_Beside: Any = keras.layers.RNN if TYPE_CHECKING else object  # each subclass names the layer of Keras that follows


class Recurrent(ReadsSequences, _Beside):
    """Stands before a recurrent layer of Keras and computes its loop; Keras keeps arguments, weights and states.

    Under mixed_bfloat16 the native kernel rounds what its products multiply, and nothing else, until Keras gets the outputs: an
    error of 2 * 2^-8 in the root mean square over up to 200 steps (docs/kernels.md).

    Args of its own, beside Keras's:
        zoneout: share of the elements of h that keep their old value at a step, [0, 1): drawn in training, mixed at
            prediction (Krueger et al. 2017).
        layer_norm: normalise inside the recurrence (Ba et al. 2016; `kernels.options.Norm` gives the equations).
    """

    cell_name: str  # of kernels.CELLS
    norm_parts: tuple[int, ...] = ()  # where the G gates of x W are cut for layer_norm, in units
    epsilon = 1e-3  # added to the variance, as keras.layers.LayerNormalization does

    def __init__(self, units: int, *arguments: Any, zoneout: float = 0.0, layer_norm: bool = False, **options: Any) -> None:
        super().__init__(count("units", units), *arguments, **options)
        self.tap = tap.fresh()
        self.zoneout = share("zoneout", zoneout)
        self.layer_norm = bool(layer_norm)
        if self._ours() and getattr(self, "use_cudnn", None) is True:
            raise ValueError(_("use_cudnn is True; cuDNN has neither zoneout nor layer_norm."))
        if self._zones():
            self.zoneout_seed = keras.random.SeedGenerator(self.cell.seed)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        first = not self.cell.built
        super().build(sequences_shape, initial_state_shape)
        if self.layer_norm and first:
            self._add_gains(kernels.GATES[self.cell_name] * self.units)

    def _add_gains(self, size: int) -> None:
        self.kernel_gain = self.add_weight(shape=(size,), initializer="ones", name="kernel_gain")
        self.recurrent_gain = self.add_weight(shape=(size,), initializer="ones", name="recurrent_gain")

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("zoneout", "layer_norm") if getattr(self, name)}
        return super().get_config() | own

    @property
    def kernel_choice(self) -> kernels.Choice:
        """The kernel that computes it in training, and why."""
        if getattr(self, "use_cudnn", None) is True:
            return kernels.Choice("keras", _("use_cudnn is True"))
        names = tuple(map(name_of, self._activations().values()))
        backend = keras.backend.backend()
        return kernels.choose_recurrence(backend, self.compute_dtype, names, self.units, self._ours(), device())

    def _zones(self) -> bool:
        return self.zoneout > 0

    def _ours(self) -> bool:
        """Whether it is asked for what Keras's own loop does not know."""
        return self._zones() or self.layer_norm

    def _activations(self) -> dict[str, Any]:
        names = "activation", "recurrent_activation"
        return {name: getattr(self, name) for name in names if hasattr(self, name)}

    def _norm(self) -> Norm:
        return Norm(self.recurrent_gain)

    def _extras(self) -> dict[str, Any]:
        """Options that only this cell has."""
        return {}

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """As Keras's; of no steps at all, which Keras refuses, it makes one that is masked: the states pass."""
        if sequences.shape[1] != 0:
            return super().call(sequences, initial_state=initial_state, mask=mask, training=training)
        batch, _time, features = sequences.shape
        one, masked = ops.zeros((batch, 1, features), self.compute_dtype), ops.zeros((batch, 1), "bool")
        found = super().call(one, initial_state=initial_state, mask=masked, training=training)
        output, *states = found if self.return_state else (found,)
        output = output[:, :0] if self.return_sequences else output
        return (output, *states) if self.return_state else output

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> tuple[Any, Any, list[Any]]:
        """(last output (B, H), outputs (B, T, H), states, each (B, H)); arguments as Keras's RNN gives them."""
        choice = self.kernel_choice
        if choice.kernel == "keras":
            return super().inner_loop(sequences, initial_state, mask, training)
        arrays = self.arrays(choice.kernel == "native", sequences, initial_state, mask, training)
        options, mask = self.options(training), arrays[3]
        if choice.kernel == "native":
            states, outputs = native.recurrence(options, *arrays)
        else:
            states, outputs = scan.recurrence(options, *arrays, **self._activations())
        last = self._last_output(states[0], mask)
        return last, last if outputs is None else outputs, list(states)

    def prepared(self, sequences: Any, initial_state: Any, mask: Any, training: bool) -> tuple[Any, ...]:
        """`arrays` for the native kernel where another layer makes the call: with the states and dropout masks that Keras's
        own `call` would get."""
        batch, _time, features = sequences.shape
        states = self.get_initial_state(batch) if initial_state is None else initial_state
        states = [ops.convert_to_tensor(state, dtype=self.compute_dtype) for state in states]
        self._maybe_config_dropout_masks(self.cell, ops.zeros((batch, features), sequences.dtype), states)
        try:
            return self.arrays(True, sequences, states, mask, training)
        finally:
            self._maybe_reset_dropout_masks(self.cell)

    def options(self, training: bool) -> Options:
        mesh, batch_axis = batch_mesh()
        functions = {argument: name_of(function) for argument, function in self._activations().items()}
        named: dict[str, Any] = {argument: name for argument, name in functions.items() if name}
        return Options(
            cell=self.cell_name,
            go_backwards=self.go_backwards,
            zero_output_for_mask=self.zero_output_for_mask,
            return_sequences=self.return_sequences,
            zoneout=self.zoneout,
            training=bool(training),
            narrow=self._dtype(self.kernel_choice.kernel == "native") != self.compute_dtype,
            epsilon=self.epsilon,
            mesh=mesh,
            batch_axis=batch_axis,
            tap=self.tap,
            **named,
            **self._extras(),
        )

    def _dtype(self, native: bool) -> str:
        """The arrays' dtype: the native kernel takes float32 for bfloat16, and narrows the products by itself."""
        return "float32" if native and self.compute_dtype == "bfloat16" else self.compute_dtype

    def arrays(self, native: bool, sequences: Any, initial_state: Any, mask: Any, training: bool) -> tuple[Any, ...]:
        """The arguments of a kernel, from inputs to seed; of the native one ids and a table may stand for the sequences."""
        check_sequences(sequences, self.cell.kernel.shape[0])
        (batch, time), dtype = sequences.shape[:2], self._dtype(native)
        states, mask = states_of(initial_state, batch, self.state_size), steps_of(mask, batch, time)
        states = tuple(ops.cast(state, dtype) for state in states)
        weights, drops = self._weights(dtype), self._drops(dtype) if training else Drops()
        tokens = self._tokens(sequences, dtype) if native and drops.inputs is None else None
        sequences = ops.cast(sequences, dtype)
        inputs = sequences if tokens is None else tokens
        if self.layer_norm and self.cell_name != "simple_rnn":
            inputs = projection.project(inputs, sequences, weights.kernel, drops.inputs, mask)
            inputs = projection.normalise(
                inputs, self._computed(self.kernel_gain, dtype), [part * self.units for part in self.norm_parts], self.epsilon
            )
            weights, drops = weights._replace(kernel=None), drops._replace(inputs=None)
        seed = self.zoneout_seed.next() if training and self._zones() else None
        return inputs, weights, states, mask, drops, seed

    def _tokens(self, sequences: Any, dtype: str) -> Tokens | None:
        """The ids and the table that stand for the sequences, if these are the table's rows as this layer computes with them."""
        tokens = lookups.recall(sequences)
        same = keras.backend.standardize_dtype(sequences.dtype) == self.compute_dtype
        return tokens._replace(table=ops.cast(tokens.table, dtype)) if tokens is not None and same else None

    def _computed(self, weight: Any, dtype: str) -> Any:
        """A weight in the dtype of the arrays, from all of its digits."""
        with as_stored():
            return None if weight is None else ops.cast(ops.convert_to_tensor(weight), dtype)

    def _weights(self, dtype: str) -> Weights:
        cell, computed = self.cell, functools.partial(self._computed, dtype=dtype)
        bias = cell.bias if self.use_bias else ops.zeros(self._bias_shape())
        norm = Norm(*map(computed, self._norm())) if self.layer_norm else None
        return Weights(computed(cell.kernel), computed(cell.recurrent_kernel), computed(bias), norm)

    def _bias_shape(self) -> tuple[int, ...]:
        return (kernels.GATES[self.cell_name] * self.units,)

    def _drops(self, dtype: str) -> Drops:
        """The masks that Keras has drawn for this batch, (M, B, D) and (M, B, H)."""
        masks = self.cell.get_dropout_mask(None), self.cell.get_recurrent_dropout_mask(None)
        stacked = [None if mask is None else ops.stack(mask if isinstance(mask, list) else [mask]) for mask in masks]
        return Drops(*(None if mask is None else ops.cast(mask, dtype) for mask in stacked))

    def _last_output(self, state: Any, mask: Any) -> Any:
        """The output of the step read last: zero where that step is masked and masked outputs are zero."""
        if mask is None or not self.zero_output_for_mask:
            return state
        last = mask[:, 0] if self.go_backwards else mask[:, -1]
        return ops.where(last[:, None], state, 0)


def name_of(activation: Any) -> str | None:
    """The name by which kernels know it; None for a function that they do not."""
    return next((name for name in kernels.ACTIVATIONS if activation is getattr(keras.activations, name)), None)
