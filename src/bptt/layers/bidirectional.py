"""`keras.layers.Bidirectional`, both directions in one call."""

import dataclasses
from typing import Any

import jax
import keras
from keras import ops

from bptt.kernels import Choice, pair
from bptt.layers.recurrent import Recurrent
from bptt.layers.sequences import ReadsSequences
from bptt.messages import _


@keras.saving.register_keras_serializable(package="bptt")
class Bidirectional(ReadsSequences, keras.layers.Bidirectional):
    """Keras's Bidirectional (Schuster & Paliwal 1997), same arguments, weights and config.

    Around two recurrent layers of ours both directions run in one call that shares its threads, whatever the merge mode
    and the mask. Input (B, T, D); output (B, 2 H) or (B, T, 2 H) with merge_mode "concat", (B, H) or (B, T, H) with "sum",
    "mul", "ave", a pair of these with None. `kernel_choice` tells what runs, and why.
    """

    @property
    def kernel_choice(self) -> Choice:
        choice = getattr(self.forward_layer, "kernel_choice", None)
        if choice is None:
            return Choice("keras", _("it is around a layer that is not ours"))
        apart = self._apart()
        if choice.kernel != "native" or not apart:
            return choice
        return Choice("native", f"{choice.reason}; " + _("in two calls: {apart}").format(apart=apart))

    def _apart(self) -> str | None:
        """Why the directions run one after the other, or None."""
        ours: Any = self.forward_layer
        theirs: Any = self.backward_layer
        if not isinstance(ours, Recurrent) or type(ours) is not type(theirs):
            return _("its directions are layers of different kinds")
        if ours.kernel_choice.kernel != "native" or theirs.kernel_choice.kernel != "native":
            return _("the kernel is not the native one")
        if ours.stateful or ours.activity_regularizer or theirs.activity_regularizer:
            return _("a direction is stateful or has an activity regularizer")
        if keras.backend.backend() != "jax":
            return _("one call for both is for JAX")
        options = [layer.options(training=False) for layer in (ours, theirs)]
        if options[0].mesh is not None:
            return _("a keras.distribution cuts the batch over devices")
        if (
            options[0].go_backwards or not options[1].go_backwards
        ):  # Keras turns the outputs of the second, whichever way it reads
            return _("the forward layer reads backwards")
        asked = [
            (dataclasses.replace(one, go_backwards=False, tap=0), layer.compute_dtype, layer.layer_norm)
            for one, layer in zip(options, (ours, theirs), strict=True)
        ]
        return None if asked[0] == asked[1] else _("its directions are asked for different things")

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool | None = None) -> Any:
        if self._apart() or 0 in sequences.shape:  # of no features the kernel would take the sequences for absent
            return super().call(sequences, initial_state=initial_state, mask=mask, training=training)
        layers, training = (self.forward_layer, self.backward_layer), bool(training)
        half = None if initial_state is None else len(initial_state) // 2
        given = (None, None) if half is None else (initial_state[:half], initial_state[half:])
        ready = [layer.prepared(sequences, state, mask, training) for layer, state in zip(layers, given, strict=True)]
        inputs = (ready[0][0],) if ready[0][1].kernel is not None else (ready[0][0], ready[1][0])
        states, outputs = pair.recurrence(layers[0].options(training), inputs, (ready[0][1:], ready[1][1:]))
        return self._merged(jax.tree.map(lambda state: ops.cast(state, layers[0].compute_dtype), states), outputs)

    def _merged(self, states: Any, outputs: Any) -> Any:
        """What Keras's own gives, from the states and from outputs that stand side by side."""
        units = self.forward_layer.units
        outputs = None if outputs is None else ops.cast(outputs, self.compute_dtype)
        ours, theirs = (states[0][0], states[1][0]) if outputs is None else (outputs[..., :units], outputs[..., units:])
        ours, theirs = ops.cast(ours, self.compute_dtype), ops.cast(theirs, self.compute_dtype)
        if self.merge_mode == "concat":
            merged = ops.concatenate([ours, theirs], axis=-1) if outputs is None else outputs
        elif self.merge_mode == "mul":
            merged = ours * theirs
        else:
            merged = {"sum": ours + theirs, "ave": (ours + theirs) / 2, None: (ours, theirs)}[self.merge_mode]
        if not self.return_state:
            return merged
        states = (*states[0], *states[1])
        return (*merged, *states) if self.merge_mode is None else (merged, *states)
