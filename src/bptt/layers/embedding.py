"""`keras.layers.Embedding`, whose lookup a recurrent layer behind it may skip."""

from typing import Any

import keras

from bptt.layers import lookups
from bptt.layers.backend import as_stored


@keras.saving.register_keras_serializable(package="bptt")
class Embedding(keras.layers.Embedding):
    """Keras's Embedding, same arguments, weights and config; input (B, T) ids, output (B, T, D).

    A recurrent layer of ours that reads its output unchanged projects each distinct id of the batch once.
    """

    def call(self, inputs: Any) -> Any:
        outputs = super().call(inputs)
        plain = not self.lora_enabled and not self.quantization_mode and len(outputs.shape) == 3
        if keras.backend.backend() in ("jax", "torch") and plain:
            with as_stored():
                lookups.remember(outputs, inputs, self.embeddings.value)
        return outputs
