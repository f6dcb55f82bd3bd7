"""`keras.layers.LayerNormalization` over our kernel."""

from typing import Any

import keras
from keras import ops

from bptt import kernels
from bptt.messages import _


@keras.saving.register_keras_serializable(package="bptt")
class LayerNormalization(keras.layers.LayerNormalization):
    """Keras's LayerNormalization, same arguments, weights and config. The kernel normalises over the last axis;
    `kernel_choice` tells whether it does, and why not."""

    _rank: int | None = None  # of the inputs, once it is known

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self._rank = len(input_shape)

    @property
    def kernel_choice(self) -> kernels.Choice:
        return self._choose(self._rank)

    def _choose(self, rank: int | None) -> kernels.Choice:
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        last = axes == [-1] or (rank is not None and axes == [rank - 1])
        unsupported = None if last and not self.rms_scaling else _("it normalises over other axes, or scales by RMS")
        distributed = keras.distribution.distribution() is not None
        return kernels.choose_elementwise(keras.backend.backend(), self.compute_dtype, distributed, unsupported)

    def call(self, inputs: Any) -> Any:
        if self._choose(len(inputs.shape)).kernel != "native" or inputs.dtype != self.compute_dtype:
            return super().call(inputs)
        width = inputs.shape[-1]
        gamma = ops.ones((width,), inputs.dtype) if self.gamma is None else ops.convert_to_tensor(self.gamma, inputs.dtype)
        beta = ops.zeros((width,), inputs.dtype) if self.beta is None else ops.convert_to_tensor(self.beta, inputs.dtype)
        return kernels.layer_norm(self.epsilon, inputs, gamma, beta)
