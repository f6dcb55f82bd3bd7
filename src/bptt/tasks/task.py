"""What a task must say; the stages ask it and never its name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.checks import Finding
from bptt.checks.rows import Rows
from bptt.data import Dataset, Encoder, Ragged, TextConfig
from bptt.data.reading import Reading
from bptt.data.targets import Targets
from bptt.evaluation import Answers, Predictor
from bptt.evaluation.baselines import Rivals
from bptt.evaluation.measures import Counts, Measure
from bptt.explaining import Aim
from bptt.models import Head, ModelConfig
from bptt.report import View


class Task(Protocol):
    """What is read and what is answered. Scores are of one type a task; names are the K classes of its answers.

    name: its name in the configuration; reading: what a row of a source means; view: its part of the report; checks: what is
    looked at in the labels before training; compared: the figures by which its models are compared; mixes: whether a bag of
    words can answer beside the network; defaults: {"section.key": value} in the place of the configuration's own.
    """

    @property
    def name(self) -> str: ...

    @property
    def reading(self) -> Reading: ...

    @property
    def view(self) -> View: ...

    @property
    def checks(self) -> Sequence[Callable[[Rows], Finding]]: ...

    @property
    def compared(self) -> Sequence[Measure]: ...

    @property
    def mixes(self) -> bool: ...

    @property
    def defaults(self) -> Mapping[str, Any]: ...

    def head(self, names: tuple[str, ...], model: ModelConfig, learned: Targets | None = None) -> Head:
        """What the model ends in. learned: the answers of the training part, before training; a model restored needs none."""

    def names(self, classes: tuple[str, ...], encoder: Encoder) -> tuple[str, ...]:
        """The K classes of its answers, where the rows have `classes`."""

    def check(self, longest: int, learned: Ragged, validated: Ragged) -> None:
        """Raises DataError where there is nothing to learn in the training rows, read in pieces of at most `longest` steps, or
        nothing to judge by in those of validation."""

    def begin(self, model: keras.Model, encoded: Ragged) -> None:
        """Sets those first weights of a new `model` that are told from the training rows, as steps."""

    def rivals(self, train: Dataset, text: TextConfig) -> Rivals | None:
        """What the model has to beat, learned from the training rows; None where the task knows none."""

    def score(self, answers: Answers, rows: Dataset, model: keras.Model, rivals: Rivals | None) -> Any:
        """How good `answers`, those that `model` gave, are for N `rows`, beside those of `rivals`.

        Raises DataError where there is nothing to score."""

    def explain(self, judge: Predictor, scores: Any) -> Any:
        """`scores` with what moved the worst answers, for the report."""

    def aims(self, answer: NDArray[Any], names: tuple[str, ...]) -> list[Aim]:
        """The numbers of one of a Predictor's answers that are worth explaining. Raises DataError where the task has none."""

    def errors(self, answers: Answers, rows: Dataset) -> NDArray[np.float64]:
        """(N,) how wrong each of the `answers` to N `rows` is: above 0 where it is wrong; the lower, the surer a right one."""

    def counts(self, answers: Answers, rows: Dataset) -> Counts:
        """What each of the `answers` to N `rows` counts towards the figures `compared`."""

    def answer(self, row: Any, answer: NDArray[Any], names: tuple[str, ...]) -> Any:
        """One of a Predictor's answers, that to `row`, as a dataclass for a person."""
