"""Learning rates of their own for the layers of a model that starts from another: below its head slower, or not yet."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

_LOWEST = ("embedding", "spelling", "shapes")  # how the names of the layers begin that read
_LEVELS = ("both", "recurrent", "norm", "projection")  # and of those that stand for a level, whose number ends the name


def depths(paths: Sequence[str]) -> list[int]:
    """How far below the head each variable of a model lies: 0 in the head and in all that stands above the recurrent layers, 1 in
    the highest of these, one more in each below, and most in the embedding. paths: those of all its variables."""
    of_level = [_level(path) for path in paths]
    highest = max(filter(None, of_level), default=0)
    return [0 if level is None else highest + 1 - level for level in of_level]


def _level(path: str) -> int | None:
    """0 of the embedding, n of the n-th recurrent layer and what stands behind it, None of all above."""
    layer = path.split("/")[0]
    if layer.startswith(_LOWEST):
        return 0
    kind, _line, number = layer.rpartition("_")
    return int(number) if kind in _LEVELS else None


class Layerwise:
    """An optimizer of Keras, as the first base of a class, whose step for a variable is the usual one times that of `rates` for
    its depth.

    rates: float32, from the head down; 0 leaves a layer as it is, weight decay included.
    """

    def build(self, variables: Any) -> None:
        super().build(variables)  # type: ignore[misc]
        self.decay: float = getattr(self, "weight_decay", None) or 0.0
        self.weight_decay = None  # Keras's own knows one rate for all
        found = depths([variable.path for variable in variables])
        self.depth_of = dict(zip([variable.path for variable in variables], found, strict=True))
        shape = (max(found) + 1,)
        self.rates = self.add_variable(shape, initializer="ones", name="rates")  # type: ignore[attr-defined]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        rate = ops.cast(self.rates[self.depth_of[variable.path]], variable.dtype)
        if self.decay:
            variable.assign_sub(variable * self.decay * learning_rate * rate)
        super().update_step(gradient, variable, learning_rate * rate)  # type: ignore[misc]


class Unfreeze(keras.callbacks.Callback):
    """Lets one more depth learn every `epochs` epochs, from the head down, all at once where 0 (gradual unfreezing), each at 1 /
    `decay` of the rate of the one above (discriminative rates; Howard and Ruder 2018, Universal language model fine-tuning for
    text classification, 3.2 and 3.3)."""

    def __init__(self, epochs: int, decay: float) -> None:
        super().__init__()
        self.epochs, self.decay = epochs, decay

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        rates = self.model.optimizer.rates
        reached = epoch // self.epochs if self.epochs else rates.shape[0]
        rates.assign([self.decay**-depth if depth <= reached else 0.0 for depth in range(rates.shape[0])])
