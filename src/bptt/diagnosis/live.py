"""The same rules while a run is in training: what is sure already is told after the epoch that shows it."""

from collections.abc import Callable
from typing import Any

import keras

from bptt.config import Config
from bptt.diagnosis import gradients, learning
from bptt.diagnosis.case import Case
from bptt.diagnosis.finding import Cause, titles
from bptt.messages import _
from bptt.microscope import Probe
from bptt.record import MICROSCOPE, Run
from bptt.training import Event

RULES = (gradients.exploding, gradients.saturated, learning.rate_too_high, learning.overfitting)
SURE = 0.8  # confidence from which it is told


class Watch(keras.callbacks.Callback):
    """Tells each fault once, by `say`, as soon as the files of `run` show it."""

    def __init__(self, run: Run, config: Config, say: Callable[[str], None]) -> None:
        super().__init__()
        self._run, self._config, self._say = run, config, say
        self.told: set[Cause] = set()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        case = Case(config=self._config, events=self._run.metrics(Event), probes=self._run.metrics(Probe, MICROSCOPE))
        for found in (one for rule in RULES if (one := rule(case))):
            if found.confidence >= SURE and found.cause not in self.told:
                self.told.add(found.cause)
                message = _("{title}: {sentence} {why}")
                self._say(message.format(title=titles()[found.cause], sentence=found.sentence, why=found.remedy.why))
