"""Measures a run while it goes: epoch events into the run folder, the status to whoever watches."""

import time
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.batches import Batch, Batches
from bptt.messages import _
from bptt.models import Metric
from bptt.progress import Progress, Status
from bptt.record import Run

from .feed import Feed

STATUS_SECONDS = 0.2
VALIDATION_WORK = 1 / 3  # of a validation batch, where a training batch is 1: it has no backward pass


class Recorder(keras.callbacks.Callback):
    """Owns the two feeds, and writes one "epoch" event an epoch.

    `tokens_per_second` is the training part's, padding and compilation left out; `seconds` is the whole epoch, validation
    and compilation included; `compile_seconds` is what XLA took of it.
    """

    def __init__(
        self,
        train: Batches,
        validation: Batches,
        metric: Metric,
        epochs: int,
        run: Run,
        progress: Progress,
        class_weights: NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__()
        self.train, self.validation = Feed(train, class_weights), Feed(validation, class_weights)
        self._metric, self._epochs, self._run, self._progress = metric, epochs, run, progress
        self._shapes_expected = len(train.shapes()) + len(validation.shapes())
        self._work_expected = epochs * (len(train) + VALIDATION_WORK * len(validation))

    def on_train_begin(self, logs: Any = None) -> None:
        self.train.watcher, self.validation.watcher = partial(self._saw, "train"), partial(self._saw, "validation")
        self._shapes: set[tuple[str, tuple[int, ...]]] = set()
        self._work = self._compile_total = 0.0
        self._val_loss: float | None = None
        self._val_value: float | None = None
        self._started = self._shown = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self._batch, self.train.epoch, self.train.seconds = epoch + 1, 0, epoch, 0.0
        rate = float(self.model.optimizer.learning_rate.value)
        self._learning_rate = float(f"{rate:.6g}")  # 0.001, not the 0.00100000005 of float32
        self._tokens, self._compile_epoch, self._compiling_since = 0, 0.0, 0.0
        self._running: dict[str, Any] | None = None
        self._epoch_started = time.perf_counter()

    def _saw(self, part: str, batch: Batch) -> None:
        """Called with each batch just before it runs; the first of a shape will be compiled for."""
        if part == "train":
            self._tokens += int(batch.real.sum())
        if (part, batch.real.shape) not in self._shapes:
            self._shapes.add((part, batch.real.shape))
            rows, length = batch.real.shape
            numbers = {"bucket": len(self._shapes), "buckets": self._shapes_expected, "rows": rows, "length": length}
            sentence = _("compiling bucket {bucket} of {buckets} ({rows} texts of up to {length} words)")
            self._progress.begin(sentence.format(**numbers), **numbers)
            self._compiling_since = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._after_batch(1.0)
        self._batch = batch + 1
        finished, self._running = self._running, logs  # the newest may still run: show the one before
        if finished is not None and self._due():
            self._show(finished, self._training_seconds())

    def on_test_begin(self, logs: Any = None) -> None:
        self._trained_in = self._training_seconds()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._after_batch(VALIDATION_WORK)
        if self._running is not None and self._due():
            self._show(self._running, self._trained_in)

    def _due(self) -> bool:
        return time.perf_counter() - self._shown >= STATUS_SECONDS

    def _after_batch(self, work: float) -> None:
        self._work += work
        if self._compiling_since:
            self._compile_epoch += time.perf_counter() - self._compiling_since
            self._compiling_since = 0.0

    def _training_seconds(self) -> float:
        return time.perf_counter() - self._epoch_started - self._compile_epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        figures = {name: float(logs[name]) for name in ("loss", self._metric, "val_loss", f"val_{self._metric}")}
        self._run.append(
            {
                "event": "epoch",
                "epoch": self._epoch,
                **figures,
                "learning_rate": self._learning_rate,
                "seconds": round(time.perf_counter() - self._epoch_started, 3),
                "compile_seconds": round(self._compile_epoch, 3),
                "tokens_per_second": round(self._tokens / self._trained_in),
                "input_seconds": round(self.train.seconds, 3),
            }
        )
        self._compile_total += self._compile_epoch
        self._compile_epoch = 0.0
        self._val_loss, self._val_value = figures["val_loss"], figures[f"val_{self._metric}"]
        self._show(logs, self._trained_in, epoch_finished=True)

    def _show(self, logs: Any, training_seconds: float, epoch_finished: bool = False) -> None:
        self._shown = time.perf_counter()
        elapsed = self._shown - self._started
        at_work = elapsed - self._compile_total - self._compile_epoch
        status = Status(
            fraction=self._work / self._work_expected,
            epoch=self._epoch,
            epochs=self._epochs,
            batch=self._batch,
            batches=len(self.train),
            loss=float(logs["loss"]),
            metric=self._metric,
            value=float(logs[self._metric]),
            val_loss=self._val_loss,
            val_value=self._val_value,
            learning_rate=self._learning_rate,
            tokens_per_second=self._tokens / training_seconds,
            elapsed=elapsed,
            remaining=at_work / self._work * (self._work_expected - self._work),
            epoch_finished=epoch_finished,
        )
        self._progress.update(status)
