"""The mean of the weights of several epochs, which answers better than any one of them."""

from collections import deque
from typing import Any

import keras
import numpy as np

from bptt.bundle import Weights
from bptt.models import get_weights, set_weights


class MeanWeights(keras.callbacks.Callback):
    """From the end of each epoch's training to the beginning of the next, the model holds the mean of its weights after the last
    `epochs` epochs, or as many as there were: so it is validated, and kept where it is the best. Training itself goes on from the
    newest weights, as if nobody had looked (Izmailov et al. 2018, "Averaging weights leads to wider optima and better
    generalization", section 3; here the mean moves on with each epoch).
    """

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._newest: deque[Weights] = deque(maxlen=epochs)

    def on_test_begin(self, logs: Any = None) -> None:
        self._newest.append(get_weights(self.model))
        total = len(self._newest)
        mean = {name: np.sum([one[name] for one in self._newest], axis=0) / total for name in self._newest[-1]}
        set_weights(self.model, {name: value.astype(self._newest[-1][name].dtype) for name, value in mean.items()})

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self._newest:
            set_weights(self.model, self._newest[-1])
