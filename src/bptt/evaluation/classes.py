"""Probabilities against labels: accuracy, precision, recall, F1, the confusion matrix, calibration and the worst mistakes."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, NonNegativeInt
from typing_extensions import TypedDict

from bptt.data.dataset import Dataset
from bptt.data.inputs import as_text
from bptt.errors import DataError
from bptt.evaluation import calibration
from bptt.evaluation.baselines import Baseline, Rivals, sentence
from bptt.evaluation.intervals import Figure
from bptt.evaluation.table import Table
from bptt.messages import _

WORST = 10  # mistakes kept


class ClassScores(TypedDict):
    """How one class does, or one type of entity, of which the rows are entities. A share of nothing (no row of the class, or no
    answer with it) is 0; `Scores.notes` says so."""

    precision: FiniteFloat  # of the rows answered with the class, the share that are of it
    recall: FiniteFloat  # of the rows that are of the class, the share answered with it
    f1: FiniteFloat  # harmonic mean of the two
    support: NonNegativeInt  # rows that are of the class
    predicted: NonNegativeInt  # rows answered with it


@dataclass(frozen=True)
class Answer:
    """The most probable class of a row, and its probability (0 to 1)."""

    label: str
    probability: float


class Mistake(TypedDict):
    """One row answered wrongly."""

    text: str
    label: str
    predicted: str
    probability: FiniteFloat  # of `predicted`, the wrong class
    origin: str
    words: list[str]  # those the model read, in order; none where `words.explain` has not looked
    effects: list[FiniteFloat]  # one a word


@dataclass(frozen=True)
class Scores:
    """What `score` measures, in plain JSON values."""

    rows: int
    accuracy: FiniteFloat
    macro_f1: FiniteFloat  # mean over the K classes
    weighted_f1: FiniteFloat  # mean weighted by the rows of each class
    calibration_error: FiniteFloat  # expected calibration error
    per_class: dict[str, ClassScores]
    confusion: list[list[NonNegativeInt]]  # (K, K): [true class][predicted class]
    calibration: list[calibration.Bin]  # of the reliability diagram, from probability 0 to 1
    mistakes: list[Mistake]  # the most certain first
    intervals: dict[str, Figure] = field(default_factory=dict)  # of accuracy and weighted F1, where there are baselines
    baselines: list[Baseline] = field(default_factory=list)  # what answers without reading in order

    def __post_init__(self) -> None:
        """Raises ValueError for figures that cannot be of one set of rows: they come from files, too."""
        sizes = {len(self.per_class), len(self.confusion), *map(len, self.confusion)}
        counted = sum(map(sum, self.confusion)), sum(one["rows"] for one in self.calibration)
        fit = len(sizes) == 1 and self.rows > 0 and counted == (self.rows, self.rows)
        if not fit or any(len(one["words"]) != len(one["effects"]) for one in self.mistakes):
            raise ValueError(_("the figures do not fit together"))

    def majority(self) -> tuple[str, float]:
        """The class with most rows, and the accuracy of always answering it."""
        name = max(self.per_class, key=lambda name: self.per_class[name]["support"])
        return name, self.per_class[name]["support"] / self.rows

    def notes(self) -> list[str]:
        """Which classes' figures are 0 because there was nothing to count, in a sentence each for rows and for answers."""
        return absent(self.per_class)

    def line(self) -> str:
        """The whole in one sentence."""
        total = _("accuracy {accuracy:.4f}, macro F1 {macro:.4f}, weighted F1 {weighted:.4f} ({rows} rows)")
        numbers = {"accuracy": self.accuracy, "macro": self.macro_f1, "weighted": self.weighted_f1, "rows": self.rows}
        return total.format(**numbers)

    def beside(self) -> list[str]:
        """What the same rows get by other means, a sentence each."""
        return [sentence(one) for one in self.baselines]

    def table(self) -> Table:
        """Each class."""
        return each_table(self.per_class, _("rows"))

    def summary(self) -> dict[str, Any]:
        """The few figures that the end of a training tells to a program."""
        return {"accuracy": self.accuracy, "macro_f1": self.macro_f1, "rows": self.rows}

    def figures(self) -> dict[str, Any]:
        """All figures for a program, without what quotes the data."""
        return {key: value for key, value in self.to_dict().items() if key != "mistakes"} | {"notes": self.notes()}

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts and lists, for scores.json."""
        return asdict(self)


def score(probabilities: NDArray[np.floating[Any]], dataset: Dataset, rivals: Rivals | None = None) -> Scores:
    """Scores of `probabilities` (N, K) for the N rows of `dataset`, beside those of `rivals`. Each row's answer is its most
    probable class.

    Raises DataError where there is no row, or where the array does not hold N rows of K finite numbers.
    """
    check(probabilities, dataset)
    answers = probabilities.argmax(axis=1)
    labels = np.asarray(dataset.targets.values)
    confusion = _confusion(labels, answers, len(dataset.classes))
    right, support, predicted = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    per_class = each(dataset.classes, right, support, predicted)
    f1 = np.array([one["f1"] for one in per_class.values()])
    bins = calibration.bins(probabilities.max(axis=1).astype(np.float64), answers == labels)
    return Scores(
        rows=len(dataset),
        accuracy=float(right.sum() / len(dataset)),
        macro_f1=float(f1.mean()),
        weighted_f1=float(f1 @ support / len(dataset)),
        calibration_error=calibration.error(bins),
        per_class=per_class,
        confusion=confusion.tolist(),
        calibration=bins,
        mistakes=_worst_mistakes(probabilities, answers, dataset),
        intervals=rivals.intervals(dataset, answers) if rivals else {},
        baselines=rivals.beside(dataset, answers) if rivals else [],
    )


def check(probabilities: NDArray[np.floating[Any]], dataset: Dataset) -> None:
    """Raises DataError where there is no row, or where the array does not hold N rows of K finite numbers."""
    expected = (len(dataset), len(dataset.classes))
    if not len(dataset):
        raise DataError("scores.no-rows", _("There is no row to score. Give a file with at least one text and its label."))
    if probabilities.shape != expected:
        message = _("The probabilities have shape {came}, expected {expected}: one row a text, one column a class.")
        raise DataError("scores.shape", message.format(came=probabilities.shape, expected=expected))
    if not np.isfinite(probabilities).all():
        row = int(np.flatnonzero(~np.isfinite(probabilities).all(axis=1))[0])
        message = _("The model's answer to {origin} is not a number: its weights are damaged. Train again.")
        raise DataError("scores.not-finite", message.format(origin=dataset.origins[row]))


def _confusion(labels: NDArray[np.int32], answers: NDArray[np.intp], classes: int) -> NDArray[np.int64]:
    """How often each class (axis 0) was answered with each class (axis 1): (K, K)."""
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (labels, answers), 1)
    return confusion


def each(
    names: tuple[str, ...], right: NDArray[np.int64], support: NDArray[np.int64], predicted: NDArray[np.int64]
) -> dict[str, ClassScores]:
    """The scores of each class, from how many rows are of it, are answered with it, and both: (K,) each."""
    precision, recall, f1 = _share(right, predicted), _share(right, support), _share(2 * right, support + predicted)
    return {
        name: ClassScores(precision=float(p), recall=float(r), f1=float(f), support=int(s), predicted=int(a))
        for name, p, r, f, s, a in zip(names, precision, recall, f1, support, predicted, strict=True)
    }


def absent(per_class: dict[str, ClassScores]) -> list[str]:
    """A sentence on the classes that no row is of, and one on those that no row was answered with, where there are some."""
    no_row = ", ".join(name for name, one in per_class.items() if not one["support"])
    no_answer = ", ".join(name for name, one in per_class.items() if not one["predicted"])
    found = [
        (no_row, _("No row is of these classes; their recall and F1 count as 0: {names}.")),
        (no_answer, _("No row was answered with these classes; their precision and F1 count as 0: {names}.")),
    ]
    return [sentence.format(names=names) for names, sentence in found if names]


def each_table(per_class: dict[str, ClassScores], counted: str) -> Table:
    """The scores of each class for a screen; `counted`: what its support counts."""
    rows = [
        (name, [*(f"{one[figure]:.4f}" for figure in ("precision", "recall", "f1")), str(one["support"])])
        for name, one in per_class.items()
    ]
    return Table((_("precision"), _("recall"), "F1", counted), rows)


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """`part / whole`, 0 where the whole is nothing."""
    return part / np.maximum(whole, 1)  # no whole, no part: 0 / 1


def _worst_mistakes(probabilities: NDArray[np.floating[Any]], answers: NDArray[np.intp], dataset: Dataset) -> list[Mistake]:
    """The wrong answers given with the highest probability; equals in the order of the rows."""
    truth = np.asarray(dataset.targets.values)
    wrong = np.flatnonzero(answers != truth)
    certainty = probabilities[wrong, answers[wrong]]
    worst = wrong[np.argsort(-certainty, kind="stable")[:WORST]]
    return [
        Mistake(
            text=as_text(dataset.inputs[row]),
            label=dataset.classes[truth[row]],
            predicted=dataset.classes[answers[row]],
            probability=float(probabilities[row, answers[row]]),
            origin=dataset.origins[row],
            words=[],
            effects=[],
        )
        for row in worst
    ]
