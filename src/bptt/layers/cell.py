"""What IndRNN, MinGRU and LRU share as cells: arguments declared once, weights made by them, one step and all steps."""

from collections.abc import Callable
from typing import Any, ClassVar

import keras
from keras import ops

from bptt.layers.arguments import count

_READERS: dict[str, Callable[[Any], Any]] = {
    "activation": keras.activations.get,
    "initializer": keras.initializers.get,
    "regularizer": keras.regularizers.get,
    "constraint": keras.constraints.get,
}
_WRITERS: dict[str, Callable[[Any], Any]] = {
    "activation": keras.activations.serialize,
    "initializer": keras.initializers.serialize,
    "regularizer": keras.regularizers.serialize,
    "constraint": keras.constraints.serialize,
}


class Cell(keras.layers.Layer):
    """A cell as Keras has them: `keras.layers.RNN(cell)` runs it step by step, on any backend.

    A subclass declares its ARGUMENTS with their defaults (beside `units` and those of keras.layers.Layer; all by keyword), says
    whether it is LINEAR, and gives `build`, `call` (one step), `all_steps` (the same for a whole sequence, on JAX).
    """

    ARGUMENTS: ClassVar[dict[str, Any]] = {}
    LINEAR: ClassVar[bool]  # whether each state enters the next one linearly

    def __init__(self, units: int, **given: Any) -> None:
        own = {name: given.pop(name, default) for name, default in self.ARGUMENTS.items()}
        super().__init__(**given)
        self.units = self.output_size = count("units", units)
        self.state_size: Any = self.units
        for name, value in own.items():
            setattr(self, name, _by_kind(_READERS, name)(value))

    def weight(self, name: str, shape: tuple[int, ...], prefix: str | None = None) -> Any:
        """A trained weight, with the initializer, regularizer and constraint whose names start with `prefix`, or `name`."""
        prefix = prefix or name
        settings = {kind: getattr(self, f"{prefix}_{kind}", None) for kind in ("initializer", "regularizer", "constraint")}
        return self.add_weight(name=name, shape=shape, **settings)

    def computed(self, weight: Any) -> Any:
        """A weight in the dtype that the cell computes in."""
        return ops.convert_to_tensor(weight, dtype=self.compute_dtype)

    def all_steps(self, sequences: Any, states: list[Any], mask: Any, every: bool) -> tuple[Any, list[Any]]:
        """The outputs (B, T, H), or the last alone (B, 1, H) unless `every`, and the states after the last step.

        Args: sequences (B, T, D) and states (B, .) in the compute dtype, mask (B, T) bool or None. A masked step is none: the
        states stay, and its output is that of the step before it, or the first state where there is none.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        own = {name: _by_kind(_WRITERS, name)(getattr(self, name)) for name in self.ARGUMENTS}
        return {**super().get_config(), "units": self.units, **own}


def _by_kind(table: dict[str, Callable[[Any], Any]], name: str) -> Callable[[Any], Any]:
    return table.get(name.rpartition("_")[2], lambda value: value)
