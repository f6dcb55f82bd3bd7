"""A recurrent layer over one of our cells: Keras's RNN, whose loop over time is one call for all steps."""

from collections.abc import Callable, Iterator
from inspect import Parameter, Signature, signature
from operator import attrgetter
from typing import Any, ClassVar

import keras
from keras import ops

from bptt import kernels
from bptt.layers.arguments import check_sequences, states_of, steps_of
from bptt.layers.cell import Cell
from bptt.layers.dropout import SpatialDropout1D
from bptt.layers.sequences import ReadsSequences


class CellRNN(ReadsSequences, keras.layers.RNN):
    """`keras.layers.RNN` over the cell CELL, with the cell's arguments, those of the RNN, `dropout` and `seed`, by keyword.

    `dropout`: share of the input features dropped in training, one mask a batch held over time (Gal & Ghahramani 2016);
    `seed` is its own. `unroll` tells Keras's own loop something, on other backends than JAX.
    """

    CELL: ClassVar[type[Cell]]

    def __init_subclass__(cls, **given: Any) -> None:
        """The cell's arguments are the layer's: to read on it, and in `help`."""
        super().__init_subclass__(**given)
        for name in cls.CELL.ARGUMENTS:
            setattr(cls, name, property(attrgetter(f"cell.{name}")))
        cls.__signature__ = Signature(
            [
                Parameter("units", Parameter.POSITIONAL_OR_KEYWORD),
                *(Parameter(name, Parameter.KEYWORD_ONLY, default=default) for name, default in cls.CELL.ARGUMENTS.items()),
                *_keywords(CellRNN.__init__),
                *_keywords(keras.layers.RNN.__init__),
                Parameter("kwargs", Parameter.VAR_KEYWORD),
            ]
        )

    def __init__(self, units: int, *, dropout: float = 0.0, seed: int | None = None, **given: Any) -> None:
        own = {name: given.pop(name) for name in self.CELL.ARGUMENTS if name in given}
        cell = self.CELL(units, dtype=given.get("dtype"), trainable=given.get("trainable", True), name="cell", **own)
        super().__init__(cell, **given)
        self.supports_masking = True  # the RNN of Keras 3.16 says it does not
        self.input_spec = [keras.layers.InputSpec(ndim=3)]
        self.dropout, self.seed = dropout, seed
        self._dropped = SpatialDropout1D(dropout, seed=seed, dtype=self.dtype_policy, name="dropout") if dropout else None

    @property
    def units(self) -> int:
        return self.cell.units

    @property
    def kernel_choice(self) -> kernels.Choice:
        """Which way the layer goes through time, and why."""
        return kernels.choose_diagonal(keras.backend.backend(), self.CELL.LINEAR)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        if self._dropped is not None:
            sequences = self._dropped(sequences, training=training)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> tuple[Any, Any, list[Any]]:
        """(last output (B, H), outputs (B, T, H) or the last alone, states); arguments as Keras's RNN gives them."""
        if self.kernel_choice.kernel == "keras":
            return super().inner_loop(sequences, initial_state, mask, training)
        check_sequences(sequences, self.cell.kernel.shape[0])
        batch, time = sequences.shape[:2]
        states = list(states_of(initial_state, batch, self.state_size))
        sequences, mask = ops.cast(sequences, self.compute_dtype), steps_of(mask, batch, time)
        if self.go_backwards:
            sequences, mask = ops.flip(sequences, 1), None if mask is None else ops.flip(mask, 1)
        if mask is not None:  # a masked NaN times a zero gradient would be NaN
            sequences = ops.where(mask[..., None], sequences, 0)
        outputs, states = self.cell.all_steps(sequences, states, mask, self.return_sequences)
        if mask is not None and self.zero_output_for_mask:
            outputs = ops.where(mask[:, -outputs.shape[1] :, None], outputs, 0)
        return outputs[:, -1], outputs, states

    def compute_mask(self, sequences: Any, mask: Any = None) -> Any:
        """The mask of the outputs, in their order: reversed with `go_backwards`; None without `return_sequences`."""
        mask = keras.tree.flatten(mask)[0] if self.return_sequences else None
        if mask is not None and self.go_backwards:
            mask = ops.flip(mask, 1)
        return [mask, *[None] * len(self.state_size)] if self.return_state else mask

    def get_config(self) -> dict[str, Any]:
        layer, cell = super().get_config(), self.cell.get_config()
        del layer["cell"]
        own = {name: cell[name] for name in ("units", *self.CELL.ARGUMENTS)}
        activity = keras.regularizers.serialize(self.activity_regularizer)
        return {**layer, **own, "activity_regularizer": activity, "dropout": self.dropout, "seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "CellRNN":
        return cls(**config)


def _keywords(function: Callable[..., Any]) -> Iterator[Parameter]:
    """The parameters of `function` that have a default, to be given by name."""
    for parameter in signature(function).parameters.values():
        if parameter.default is not Parameter.empty:
            yield parameter.replace(kind=Parameter.KEYWORD_ONLY)
