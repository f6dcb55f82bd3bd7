"""Batches as Keras reads them."""

from collections.abc import Callable
from typing import Any

import keras
from numpy.typing import NDArray

from bptt.batches import Batch, Batches


class Feed(keras.utils.PyDataset):
    """`batches` for `keras.Model.fit`: pairs of inputs (B, T, ...) and targets (B, ...), in the order of `epoch`, counted from 0.

    Whoever trains sets `epoch` before each epoch, so that the order of any epoch can be made again, and may set `watcher`
    to see each batch just before it runs. (Keras takes one batch, and ends one epoch, before it begins: nothing is counted here.)
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self.batches = batches
        self.epoch = 0
        self.watcher: Callable[[Batch], None] | None = None

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], NDArray[Any]]:
        batch = self.batches.batch(self.epoch, index)
        if self.watcher:
            self.watcher(batch)
        return batch.inputs, batch.targets
