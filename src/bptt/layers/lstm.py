"""`keras.layers.LSTM` over our kernels."""

from typing import Any

import keras

from bptt.kernels import Norm
from bptt.layers.arguments import share
from bptt.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="bptt")
class LSTM(Recurrent, keras.layers.LSTM):
    """Keras's LSTM, same arguments, weights and config, as one fused call whatever the mask and the dropout.

    i f o = s(x W + h U + b), c = f c + i g(x W_c + h U_c + b_c), h = o g(c) (Hochreiter & Schmidhuber 1997; Gers et al.
    2000). Input (B, T, D); output (B, H), or (B, T, H) with `return_sequences`. Beside the arguments of `Recurrent`:

    Args:
        zoneout_cell: share of the elements of c that keep their old value at a step, [0, 1).

    Raises ValueError for an input (B, H), a mask that is not (B, T), (B, T, 1) or (1, T), and initial states not (B, H).
    """

    cell_name = "lstm"

    def __init__(self, units: int, *arguments: Any, zoneout_cell: float = 0.0, **options: Any) -> None:
        self.zoneout_cell = share("zoneout_cell", zoneout_cell)
        super().__init__(units, *arguments, **options)

    def _zones(self) -> bool:
        return self.zoneout > 0 or self.zoneout_cell > 0

    def _extras(self) -> dict[str, Any]:
        return {"zoneout_cell": self.zoneout_cell}

    def _add_gains(self, size: int) -> None:
        super()._add_gains(size)
        self.state_gain = self.add_weight(shape=(self.units,), initializer="ones", name="state_gain")
        self.state_bias = self.add_weight(shape=(self.units,), initializer="zeros", name="state_bias")

    def _norm(self) -> Norm:
        return Norm(self.recurrent_gain, self.state_gain, self.state_bias)

    def get_config(self) -> dict[str, Any]:
        own = {"zoneout_cell": self.zoneout_cell} if self.zoneout_cell else {}
        return super().get_config() | own
