"""Keeps the model of the best epoch on disk."""

import math
import operator
from dataclasses import replace
from typing import Any

import keras

from bptt.bundle import Bundle
from bptt.models import get_weights, set_weights
from bptt.record import MODEL, Run

from .config import RISING


class BestModel(keras.callbacks.Callback):
    """Writes model.safetensors after each epoch that beats all before it by `monitor`: a lower loss or a higher accuracy.

    It is `bundle` with the weights of that epoch: a run that is killed leaves a model that can answer.
    """

    def __init__(self, run: Run, bundle: Bundle, monitor: str) -> None:
        super().__init__()
        self.epoch, self.value = 0, math.nan  # of the best so far; 0 for none
        self._file, self._bundle, self._monitor = run.path / MODEL, bundle, monitor
        self._better = operator.gt if monitor in RISING else operator.lt

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        value = logs[self._monitor]
        if not self.epoch or self._better(value, self.value):
            self.epoch, self.value = epoch + 1, value
            self._save()

    def finish(self) -> None:
        """Puts the weights of the best epoch into the model; without a finished epoch, keeps on disk those it has."""
        if self.epoch:
            set_weights(self.model, Bundle.load(self._file).weights)
        else:
            self._save()

    def _save(self) -> None:
        replace(self._bundle, weights=get_weights(self.model), epoch=self.epoch).save(self._file)
