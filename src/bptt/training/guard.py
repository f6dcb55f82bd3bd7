"""Stops at the first number that is not finite, with the weights from just before it."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

Step = Callable[[Any, Any], tuple[dict[str, Any], Any]]


class NotFiniteError(Exception):
    """The loss, or a weight, became NaN or infinite in `epoch` at `batch`, both from 1; batch 0 is the validation part."""

    def __init__(self, epoch: int, batch: int) -> None:
        super().__init__(epoch, batch)
        self.epoch, self.batch = epoch, batch


def guarded(train_step: Step) -> Step:
    """`train_step` of Keras's JAX trainer, whose new weights are dropped where the loss or one of them is not finite.

    The reported loss is then NaN, in this step and in all that follow: the weights stand still until somebody looks. So the
    loss need not be waited for before the next step is sent off.
    """

    def step(state: Any, data: Any) -> tuple[dict[str, Any], Any]:
        logs, (weights, *others, metrics) = train_step(state, data)
        good = ops.isfinite(logs["loss"])
        for weight in weights:
            good = ops.logical_and(good, ops.all(ops.isfinite(weight)))
        weights = [ops.where(good, after, before) for after, before in zip(weights, state[0], strict=True)]
        metrics = [ops.where(good, value, np.nan) for value in metrics]
        return {**logs, "loss": ops.where(good, logs["loss"], np.nan)}, (weights, *others, metrics)

    return step


class Guard(keras.callbacks.Callback):
    """Raises NotFiniteError for the first batch whose loss is not finite. Looks at a batch while the next one runs."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch + 1
        self._pending: tuple[int, Any] | None = None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._look()
        self._pending = batch + 1, logs["loss"]

    def on_test_begin(self, logs: Any = None) -> None:
        self._look()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not np.isfinite(logs["val_loss"]):
            raise NotFiniteError(self._epoch, 0)

    def _look(self) -> None:
        if self._pending is not None and not np.isfinite(float(self._pending[1])):
            raise NotFiniteError(self._epoch, self._pending[0])
