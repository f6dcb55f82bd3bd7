"""Keras's initializers with ours among them: `from bptt import initializers`; every other name is `keras.initializers`'s own."""

from typing import Any

import keras
from keras import initializers as _keras_initializers
from keras import ops

from bptt.messages import _

__all__ = ["Chrono"]

# The blocks of H in each cell's bias, by the sign that the draw has there.
_SIGNS = {
    "lstm": (-1, 1, 0, 0),  # i f c o: c = f c + i g, so f remembers and i writes
    "gru": (1, 0, 0),  # z r h: h = z h + (1 - z) h~, so z remembers
    "min_gru": (-1, 0),  # z h: h = (1 - z) h + z h~, so z writes
}


@keras.saving.register_keras_serializable(package="bptt")
class Chrono(keras.initializers.RandomUniform):
    """Gate biases for dependences of up to `t_max` steps (Tallec & Ollivier 2018, "Can recurrent neural networks warp time?").

    A gate sigmoid(b) that remembers keeps a state for 1 / (1 - sigmoid(b)) = 1 + exp(b) steps. So b = log U(1, t_max - 1), one
    draw a unit, gives the units times of memory spread evenly from 2 to t_max steps. All other biases are 0.

        LSTM     bias (4H,), i f c o: the draw for f, minus the same draw for i. Needs unit_forget_bias=False
        GRU      bias (2, 3H) with reset_after, else (3H,), z r h: the draw for z, in row 0, that of x W; row 1 is 0
        MinGRU   bias (2H,), z h: minus the draw for z

    The paper's gate writes, h = (1 - g) h + g h~, and has the bias -log U (section 2). So does MinGRU's z. Keras's GRU computes
    h = z h + (1 - z) h~: its z remembers, hence the plus.

        layers.LSTM(64, unit_forget_bias=False, bias_initializer=initializers.Chrono(64, t_max=1000))
        layers.GRU(64, bias_initializer=initializers.Chrono(64, t_max=1000, cell="gru"))

    Args:
        units: H of the layer; by it a bias of another layout is told from the right one.
        t_max: the longest dependence expected, in steps, more than 2.
        cell: "lstm", "gru" or "min_gru".
        seed: of the draw, as in Keras.

    Raises ValueError for arguments out of range, and, when called, for a bias of another shape.
    """

    def __init__(self, units: int, t_max: float, cell: str = "lstm", seed: Any = None) -> None:
        if cell not in _SIGNS:
            message = _("Chrono has no biases for the cell {cell!r}; choose one of {known}.")
            raise ValueError(message.format(cell=cell, known=", ".join(_SIGNS)))
        if not t_max > 2:
            message = _("t_max is {t_max}; expected more than 2 steps, the longest dependence in the data.")
            raise ValueError(message.format(t_max=t_max))
        super().__init__(minval=1.0, maxval=float(t_max) - 1, seed=seed)
        self.units, self.t_max, self.cell = units, t_max, cell

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """The bias, of `shape`: (4H,), (2, 3H), (3H,) or (2H,), as the cell has it."""
        signs = _SIGNS[self.cell]
        width = len(signs) * self.units
        if tuple(shape) not in ((width,), *([(2, width)] if self.cell == "gru" else [])):
            raise ValueError(self._misfit(shape, width))
        draw = ops.log(super().__call__((self.units,), dtype=dtype))
        row = ops.concatenate([sign * draw for sign in signs])
        return row if len(shape) == 1 else ops.stack([row, ops.zeros_like(row)])

    def _misfit(self, shape: Any, width: int) -> str:
        message = _("Chrono for {cell} with {units} units makes a bias of shape {expected}; the layer asks for {shape}.")
        hint = _("Give an LSTM unit_forget_bias=False, and Chrono the layer's units.")
        expected = f"(2, {width})" if self.cell == "gru" and len(shape) == 2 else f"({width},)"
        return f"{message.format(cell=self.cell, units=self.units, expected=expected, shape=tuple(shape))} {hint}"

    def get_config(self) -> dict[str, Any]:
        return {"units": self.units, "t_max": self.t_max, "cell": self.cell, "seed": super().get_config()["seed"]}


def __getattr__(name: str) -> Any:
    return getattr(_keras_initializers, name)


def __dir__() -> list[str]:
    return sorted({*dir(_keras_initializers), *__all__})
