"""What a task must say; the stages ask it and never its name."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.checks import Finding
from bptt.checks.rows import Rows
from bptt.data import Dataset
from bptt.data.reading import Reading
from bptt.data.targets import Targets
from bptt.evaluation import Predictor
from bptt.models import Head
from bptt.report import View


class Task(Protocol):
    """What is read and what is answered. Scores are of one type a task; names are the K classes of its answers.

    name: its name in the configuration; reading: what a row of a source means; view: its part of the report; checks: what is
    looked at in the labels before training.
    """

    @property
    def name(self) -> str: ...

    @property
    def reading(self) -> Reading: ...

    @property
    def view(self) -> View: ...

    @property
    def checks(self) -> Sequence[Callable[[Rows], Finding]]: ...

    def head(self, names: tuple[str, ...], learned: Targets | None = None) -> Head:
        """What the model ends in. learned: the answers of the training part, before training; a model restored needs none."""

    def score(self, answers: NDArray[np.float32], rows: Dataset, model: keras.Model) -> Any:
        """How good `answers`, which `model` gave, are for N `rows`. Raises DataError where there is nothing to score."""

    def explain(self, judge: Predictor, scores: Any) -> Any:
        """`scores` with what moved the worst answers, for the report."""

    def answer(self, answer: NDArray[np.float32], names: tuple[str, ...]) -> Any:
        """One of a Predictor's answers as a dataclass, for a person."""
