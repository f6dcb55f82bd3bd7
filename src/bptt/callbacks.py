"""Keras's callbacks with ours in their place: `from bptt import callbacks`; every other name is `keras.callbacks`'s own."""

from typing import Any

import keras
from keras import callbacks as _keras_callbacks

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(keras.callbacks.ReduceLROnPlateau):
    """Keras's ReduceLROnPlateau, same arguments, that logs the learning rate under its old name `lr` too.

    Keras 3 logs `learning_rate`; code written for Keras 2 looks for `history.history["lr"]` and silently draws nothing.
    """

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = {} if logs is None else logs
        super().on_epoch_end(epoch, logs)
        logs["lr"] = logs["learning_rate"]


def __getattr__(name: str) -> Any:
    return getattr(_keras_callbacks, name)


def __dir__() -> list[str]:
    return sorted({*dir(_keras_callbacks), *__all__})
