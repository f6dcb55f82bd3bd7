"""From all steps to one vector, without the padding."""

from typing import Any

import keras
from keras import ops


class _Pooling(keras.layers.Layer):
    """`call(sequences, mask)`: sequences (B, T, H), mask (B, T) or None for all steps, gives (B, H).

    A row with nothing but padding gives zeros.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, sequences_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (sequences_shape[0], sequences_shape[2])

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        return None  # time is gone, and with it the mask


@keras.saving.register_keras_serializable(package="bptt")
class MeanPooling(_Pooling):
    """The mean over the steps that are real."""

    def call(self, sequences: Any, mask: Any = None) -> Any:
        if mask is None:
            return ops.mean(sequences, axis=1)
        real = ops.cast(mask, sequences.dtype)
        total = ops.sum(ops.where(mask[:, :, None], sequences, 0.0), axis=1)
        return total / ops.maximum(ops.sum(real, axis=1, keepdims=True), 1.0)


@ops.custom_gradient
def _largest(sequences: Any) -> Any:
    """The maximum over time, (B, T, H) to (B, H). Its gradient is shared by the steps that reach it, as XLA's would be;
    XLA's own takes twice as long."""
    largest = ops.max(sequences, axis=1)

    def gradient(upstream: Any) -> Any:
        winners = ops.cast(sequences == largest[:, None, :], upstream.dtype)
        return winners * (upstream / ops.sum(winners, axis=1))[:, None, :]

    return largest, gradient


@keras.saving.register_keras_serializable(package="bptt")
class MaxPooling(_Pooling):
    """The largest value of each unit over the steps that are real."""

    def call(self, sequences: Any, mask: Any = None) -> Any:
        if mask is None:
            return _largest(sequences)
        largest = _largest(ops.where(mask[:, :, None], sequences, -float("inf")))
        return ops.where(ops.any(mask, axis=1)[:, None], largest, 0.0)
