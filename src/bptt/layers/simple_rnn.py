"""`keras.layers.SimpleRNN` over our kernels."""

from typing import Any

import keras

from bptt.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="bptt")
class SimpleRNN(Recurrent, keras.layers.SimpleRNN):
    """Keras's SimpleRNN, same arguments, weights and config, as one fused call whatever the mask; and those of `Recurrent`.

    h_t = f(x_t W + h_{t-1} U + b) (Elman 1990). Input (B, T, D); output (B, H), or (B, T, H) with `return_sequences`.
    `kernel_choice` tells which kernel computes it in training, and why. `unroll` changes nothing: masked steps before the
    first real one show the initial state, where Keras's unrolled loop alone shows 0.

    Raises ValueError for an input (B, H), a mask that is not (B, T), (B, T, 1) or (1, T), and an initial state not (B, H).
    """

    cell_name = "simple_rnn"

    def _add_gains(self, size: int) -> None:
        """One gain: the sum of x W and h U is normalised."""
        self.recurrent_gain = self.add_weight(shape=(size,), initializer="ones", name="recurrent_gain")

    def get_config(self) -> dict[str, Any]:
        """Keras's, and the seed, which Keras's leaves out: a copy, as in Bidirectional or from a file, draws the same."""
        own = {} if self.cell.seed is None else {"seed": self.cell.seed}
        return super().get_config() | own
