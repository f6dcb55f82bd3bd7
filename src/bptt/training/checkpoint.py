"""Keeps the weights of the best epoch on disk."""

import math
import operator
from typing import Any

import keras

from bptt.bundle import load_weights, save_weights
from bptt.models import get_weights, set_weights
from bptt.record import BEST, Run


class BestWeights(keras.callbacks.Callback):
    """Writes best.safetensors after each epoch that beats all before it by `monitor`: a lower loss or a higher accuracy."""

    def __init__(self, run: Run, monitor: str) -> None:
        super().__init__()
        self.epoch, self.value = 0, math.nan  # of the best so far; 0 for none
        self._file, self._monitor = run.path / BEST, monitor
        self._better = operator.lt if monitor.endswith("loss") else operator.gt

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        value = logs[self._monitor]
        if not self.epoch or self._better(value, self.value):
            self.epoch, self.value = epoch + 1, value
            save_weights(self._file, get_weights(self.model), {"epoch": str(self.epoch)})

    def give_back(self, model: keras.Model) -> None:
        """Puts the weights of the best epoch into `model`; without a finished epoch, leaves those it has."""
        if self.epoch:
            set_weights(model, load_weights(self._file)[0])
