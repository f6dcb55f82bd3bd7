"""Looks at a training step every so often, from inside the step itself."""

import math
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import keras
import numpy as np

from bptt.kernels import compiled, tap
from bptt.record import MICROSCOPE, Run
from bptt.shapes import Floats

from . import own
from .gradients import Watched
from .probe import EVERY, Probe, WeightProbe, figure
from .recurrences import Recurrences


class Microscope(keras.callbacks.Callback):
    """Every `every` batches, the first among them, a `Probe` of that step: in `probes`, and in microscope.jsonl of `run`, if any.
    It reads what the step computes anyway (`kernels.tap`); no step is taken twice, and nothing is compiled for it.

    run: a run of the pipeline's; or a new folder, which becomes a run of a script's own: Keras's figures in metrics.jsonl, its
    loss in fit.json, beside the range of its labels `targets`, if these are given.

    Works on any Keras model; recurrent layers that are not read are named in each probe, with the reason. Weights' gradients are
    read under JAX on one device.
    """

    def __init__(self, every: int = EVERY, run: Run | Path | str | None = None, targets: Any = None) -> None:
        super().__init__()
        self.every, self.targets = every, targets
        self.run = run if isinstance(run, Run) else None
        self._own = None if run is None or isinstance(run, Run) else Path(run)
        self.probes: list[Probe] = []

    def on_train_begin(self, logs: Any = None) -> None:
        if self._own and not self.run:
            self.run = own.begin(self._own, self.model, self.targets)
        self._watched, new = Watched.of(self.model.optimizer)
        if new:  # a step that was compiled before knows nothing of it
            self.model.make_train_function(force=True)
        self._recurrences = Recurrences(self.model)
        self._done, self._due = 0, 1
        self._looking = ExitStack()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch + 1

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._first = batch
        steps = self.model.steps_per_execution
        self._looks = self._done + steps >= self._due
        if self._looks:
            self._before = self._weights()  # waits for the step before
            if compiled.module is not None:
                tap.readings()
                self._looking.enter_context(tap.looking())

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._done += batch + 1 - self._first
        if not self._looks:
            return
        after = self._weights()  # waits for the step
        self._looking.close()
        self._due = self._done + self.every
        with np.errstate(over="ignore", invalid="ignore"):  # told as None
            probe = self._probe(batch + 1, logs, after)
        self.probes.append(probe)
        if self.run:
            self.run.append(probe, MICROSCOPE, sync=False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._own and self.run:
            own.end_epoch(self.run, epoch + 1, logs)

    def on_train_end(self, logs: Any = None) -> None:
        self._looking.close()

    def _weights(self) -> dict[str, Floats]:
        """A copy of those that learn, by path, after all steps sent off so far: JAX gives the arrays' memory to the next step."""
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()
        return {v.path: np.array(keras.ops.convert_to_numpy(v.value)) for v in self.model.trainable_variables}

    def _probe(self, batch: int, logs: Any, after: dict[str, Floats]) -> Probe:
        readings = tap.readings() if compiled.module is not None else []
        steps = self.model.steps_per_execution
        mine = [rows for number, rows in readings if number == self._watched.tap]
        readings = _newest(readings, steps)
        norms = self._watched.norms(mine[-1]) if mine else {}
        return {
            "epoch": self._epoch,
            "batch": batch,
            "step": self._done,
            "loss": figure(logs.get("loss", math.nan)),
            "learning_rate": figure(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)),
            "gradient_norm": figure(math.hypot(*norms.values())) if norms else None,
            "clipped": self._watched.share_clipped() if mine else None,
            "layers": self._recurrences.probes(readings),
            "weights": [self._weight(path, value, norms) for path, value in after.items()],
            "unmeasured": self._recurrences.unmeasured(readings),
        }

    def _weight(self, path: str, after: Floats, norms: dict[str, float]) -> WeightProbe:
        return {
            "weight": path,
            "norm": figure(_norm(after)),
            "gradient": figure(norms.get(path, math.nan)),
            "update": figure(_norm(after - self._before[path])),
        }


def _norm(values: Floats) -> float:
    flat = values.ravel()
    return math.sqrt(float(np.dot(flat, flat)))


def _newest(readings: list[tuple[int, Floats]], steps: int) -> list[tuple[int, Floats]]:
    """Of several steps in one call of the compiled training step, the last."""
    by_tap: dict[int, list[Floats]] = {}
    for number, rows in readings:
        by_tap.setdefault(number, []).append(rows)
    return [(number, rows) for number, all_rows in by_tap.items() for rows in all_rows[-(len(all_rows) // steps or 1) :]]
