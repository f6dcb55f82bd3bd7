"""Batches as Keras reads them."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.batches import Batch, Batches


class Feed(keras.utils.PyDataset):
    """`batches` for `keras.Model.fit`: pairs of inputs (B, T, ...) and targets (B, ...), in the order of `epoch`, counted from 0;
    with `class_weights` (K,) what each row weighs in the loss (B,), that of its class, besides.

    Whoever trains sets `epoch` before each epoch, so that the order of any epoch can be made again, and may set `watcher`
    to see each batch just before it runs. (Keras takes one batch, and ends one epoch, before it begins: nothing is counted
    here.) `seconds`: what making the batches took, for whoever sets it to 0.
    """

    def __init__(self, batches: Batches, class_weights: NDArray[np.float32] | None = None) -> None:
        super().__init__()
        self.batches, self.class_weights = batches, class_weights
        self.epoch, self.seconds = 0, 0.0
        self.watcher: Callable[[Batch], None] | None = None

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], ...]:
        started = time.perf_counter()
        batch = self.batches.batch(self.epoch, index)
        self.seconds += time.perf_counter() - started
        if self.watcher:
            self.watcher(batch)
        if self.class_weights is None:
            return batch.inputs, batch.targets
        return batch.inputs, batch.targets, self.class_weights[batch.targets]
