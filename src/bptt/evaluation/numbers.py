"""Numbers against numbers: how far the answers are from the truth, beside always answering the same."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, NonNegativeInt
from typing_extensions import TypedDict

from bptt.data.dataset import Dataset
from bptt.data.inputs import as_text
from bptt.errors import DataError
from bptt.evaluation.baselines import Baseline, Rivals, sentence
from bptt.evaluation.classes import WORST
from bptt.evaluation.intervals import Figure
from bptt.evaluation.table import Table
from bptt.messages import _

DRAWN = 400  # rows kept for the picture of answer against truth
BARS = 20  # of the histogram of errors


@dataclass(frozen=True)
class Answer:
    """The number told of a row, in the units of the labels."""

    value: float


class Mistake(TypedDict):
    """One row and how it was answered."""

    text: str
    label: FiniteFloat
    predicted: FiniteFloat
    origin: str


class Errors(TypedDict):
    """How many errors (answer less truth) lie in each of some bars of equal width, the first from `low` on."""

    low: FiniteFloat
    width: FiniteFloat
    rows: list[NonNegativeInt]


@dataclass(frozen=True)
class Scores:
    """What `score` measures, in plain JSON values and the units of the labels. The baseline answers every row with the mean
    of the numbers that the model learned from, which stands in its head."""

    rows: int
    mae: FiniteFloat  # mean absolute error
    rmse: FiniteFloat  # root of the mean squared error
    r2: FiniteFloat | None  # share of the variance of these rows that is explained; None where they do not vary
    training_mean: FiniteFloat
    baseline_mae: FiniteFloat
    baseline_rmse: FiniteFloat
    errors: Errors
    labels: list[FiniteFloat]  # of DRAWN rows at most, evenly taken from the smallest label to the largest
    answers: list[FiniteFloat]  # to the same rows
    mistakes: list[Mistake]  # the farthest from the truth first
    intervals: dict[str, Figure] = field(default_factory=dict)  # of MAE and RMSE, where there are baselines
    baselines: list[Baseline] = field(default_factory=list)  # what answers without reading in order

    def __post_init__(self) -> None:
        """Raises ValueError for figures that cannot be of one set of rows: they come from files, too."""
        pairs = len(self.labels) == len(self.answers)
        if not (self.rows > 0 and pairs and sum(self.errors["rows"]) == self.rows and self.errors["width"] > 0):
            raise ValueError(_("the figures do not fit together"))

    def notes(self) -> list[str]:
        """What is not there, and why."""
        return [] if self.r2 is not None else [_("All labels are equal: there is no variance for R² to be a share of.")]

    def line(self) -> str:
        """The whole in one sentence."""
        total = _("MAE {mae:.4g} (always the training mean {mean:.4g}: {baseline:.4g}), RMSE {rmse:.4g}, R² {r2} ({rows} rows)")
        numbers = {"mae": self.mae, "mean": self.training_mean, "baseline": self.baseline_mae, "rmse": self.rmse}
        return total.format(**numbers, r2="–" if self.r2 is None else f"{self.r2:.4f}", rows=self.rows)

    def beside(self) -> list[str]:
        """What the same rows get by other means, a sentence each."""
        return [sentence(one) for one in self.baselines]

    def table(self) -> Table:
        """The model beside the baseline."""
        model, baseline = (self.mae, self.rmse), (self.baseline_mae, self.baseline_rmse)
        named = ((_("the model"), model), (_("always the training mean"), baseline))
        return Table(("MAE", "RMSE"), [(name, [f"{figure:.4g}" for figure in figures]) for name, figures in named])

    def summary(self) -> dict[str, Any]:
        """The few figures that the end of a training tells to a program."""
        return {"mae": self.mae, "rmse": self.rmse, "r2": self.r2, "rows": self.rows}

    def figures(self) -> dict[str, Any]:
        """All figures for a program, without what quotes the data."""
        quoting = ("mistakes", "labels", "answers")
        return {key: value for key, value in self.to_dict().items() if key not in quoting} | {"notes": self.notes()}

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts and lists, for scores.json."""
        return asdict(self)


def score(answers: NDArray[np.floating[Any]], dataset: Dataset, training_mean: float, rivals: Rivals | None = None) -> Scores:
    """Scores of `answers` (N, 1) for the N rows of `dataset`, beside those of `rivals`.

        MAE = mean |answer - label|, RMSE = sqrt(mean (answer - label)^2), R^2 = 1 - sum (answer - label)^2 / sum (label - mean)^2

    the last with the mean of the N labels themselves. Raises DataError where there is no row, or where the array does not
    hold N finite numbers.
    """
    _check(answers, dataset)
    labels, told = np.asarray(dataset.targets.values, np.float64), answers[:, 0].astype(np.float64)
    error, always = told - labels, training_mean - labels
    variance = np.square(labels - labels.mean()).sum()
    drawn = np.argsort(labels, kind="stable")[np.linspace(0, len(labels) - 1, min(DRAWN, len(labels))).astype(int)]
    return Scores(
        rows=len(dataset),
        mae=float(abs(error).mean()),
        rmse=float(np.sqrt(np.square(error).mean())),
        r2=float(1 - np.square(error).sum() / variance) if variance else None,
        training_mean=training_mean,
        baseline_mae=float(abs(always).mean()),
        baseline_rmse=float(np.sqrt(np.square(always).mean())),
        errors=_histogram(error),
        labels=labels[drawn].tolist(),
        answers=told[drawn].tolist(),
        mistakes=[
            Mistake(
                text=as_text(dataset.inputs[row]),
                label=float(labels[row]),
                predicted=float(told[row]),
                origin=dataset.origins[row],
            )
            for row in np.argsort(-abs(error), kind="stable")[:WORST].tolist()
            if error[row]
        ],
        intervals=rivals.intervals(dataset, told) if rivals else {},
        baselines=rivals.beside(dataset, told) if rivals else [],
    )


def _check(answers: NDArray[np.floating[Any]], dataset: Dataset) -> None:
    if not len(dataset):
        raise DataError("scores.no-rows", _("There is no row to score. Give a file with at least one text and its label."))
    if answers.shape != (len(dataset), 1):
        message = _("The answers have shape {came}, expected {expected}: one number a text.")
        raise DataError("scores.shape", message.format(came=answers.shape, expected=(len(dataset), 1)))
    if not np.isfinite(answers).all():
        row = int(np.flatnonzero(~np.isfinite(answers[:, 0]))[0])
        message = _("The model's answer to {origin} is not a number: its weights are damaged. Train again.")
        raise DataError("scores.not-finite", message.format(origin=dataset.origins[row]))


def _histogram(error: NDArray[np.float64]) -> Errors:
    """From the smallest to the largest; of errors that are all the same, one bar in the middle."""
    rows, edges = np.histogram(error, bins=BARS)
    return Errors(low=float(edges[0]), width=float(edges[1] - edges[0]), rows=rows.tolist())
