"""`keras.layers.GRU` over our kernels."""

from typing import Any

import keras

from bptt.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="bptt")
class GRU(Recurrent, keras.layers.GRU):
    """Keras's GRU, same arguments, weights and config, as one fused call whatever the mask and the dropout.

    z r = s(x W + h U + b), h = z h + (1 - z) g (Cho et al. 2014), with the candidate g = f(x W_h + r (h U_h + b_h)) where
    `reset_after`, else f(x W_h + (r h) U_h). Input (B, T, D); output (B, H), or (B, T, H) with `return_sequences`.

    Raises ValueError for an input (B, H), a mask that is not (B, T), (B, T, 1) or (1, T), and an initial state not (B, H).
    """

    cell_name = "gru"
    norm_parts = (2,)  # z and r together, the candidate apart

    def _extras(self) -> dict[str, Any]:
        return {"reset_after": self.reset_after}

    def _bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)
