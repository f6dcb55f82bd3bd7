"""What a task must say; the stages ask it and never its name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from bptt.checks import Finding
from bptt.checks.rows import Rows
from bptt.data import Dataset, Encoder, Ragged, TextConfig
from bptt.data.reading import Reading
from bptt.evaluation import Answers, Predictor
from bptt.models import Head, ModelConfig
from bptt.report import View


class Task(Protocol):
    """What is read and what is answered. Scores are of one type a task; names are the K classes of its answers.

    name: its name in the configuration; reading: what a row of a source means; view: its part of the report; checks: what is
    looked at in the labels before training; defaults: {"section.key": value} in the place of the configuration's own.
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
    def defaults(self) -> Mapping[str, Any]: ...

    def fit_encode(self, rows: Sequence[Any], text: TextConfig) -> tuple[Encoder, Ragged]:
        """What turns rows into steps, fitted on the training rows, and these as steps. Raises DataError."""

    def head(self, names: tuple[str, ...], model: ModelConfig) -> Head:
        """What the model ends in."""

    def score(self, answers: Answers, rows: Dataset) -> Any:
        """How good `answers`, the N of a Predictor, are for N `rows`. Raises DataError where there is nothing to score."""

    def explain(self, judge: Predictor, scores: Any) -> Any:
        """`scores` with what moved the worst answers, for the report."""

    def answer(self, row: Any, answer: NDArray[Any], names: tuple[str, ...]) -> Any:
        """One of a Predictor's answers, that to `row`, as a dataclass for a person."""
