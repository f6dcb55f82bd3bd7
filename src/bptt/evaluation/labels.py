"""Several labels a row against probabilities: precision, recall and F1 of each, and how often all of a row's are right."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat
from typing_extensions import TypedDict

from bptt.data.dataset import Dataset
from bptt.data.inputs import as_text
from bptt.evaluation.baselines import Baseline, Rivals, sentence
from bptt.evaluation.classes import WORST, ClassScores, absent, check, each, each_table
from bptt.evaluation.intervals import Figure
from bptt.evaluation.table import Table
from bptt.messages import _

THRESHOLD = 0.5  # probability above which a label is answered


@dataclass(frozen=True)
class Answer:
    """The labels of a row, in the order of the classes, and the probability of each class (0 to 1)."""

    labels: list[str]
    probabilities: dict[str, float]


class Mistake(TypedDict):
    """One row of which a label is missing, or one too many answered."""

    text: str
    labels: list[str]
    predicted: list[str]
    origin: str


@dataclass(frozen=True)
class Scores:
    """What `score` measures, in plain JSON values."""

    rows: int
    micro_f1: FiniteFloat  # of all labels of all rows together
    macro_f1: FiniteFloat  # mean over the K labels
    subset_accuracy: FiniteFloat  # share of the rows whose labels are all right and none too many
    hamming_loss: FiniteFloat  # share of the N K answers, on or off, that are wrong
    labels_per_row: FiniteFloat  # mean
    answered_per_row: FiniteFloat
    commonest: list[str]  # the labels that most rows have together
    commonest_share: FiniteFloat  # of the rows: the subset accuracy of always answering them
    per_class: dict[str, ClassScores]
    mistakes: list[Mistake]  # those with the most wrong answers first
    intervals: dict[str, Figure] = field(default_factory=dict)  # of micro F1 and subset accuracy, where there are baselines
    baselines: list[Baseline] = field(default_factory=list)  # what answers without reading in order

    def __post_init__(self) -> None:
        """Raises ValueError for figures that cannot be of one set of rows: they come from files, too."""
        if self.rows <= 0 or not self.per_class or any(one["support"] > self.rows for one in self.per_class.values()):
            raise ValueError(_("the figures do not fit together"))

    def notes(self) -> list[str]:
        """Which labels' figures are 0 because there was nothing to count."""
        return absent(self.per_class)

    def line(self) -> str:
        """The whole in one sentence."""
        total = _(
            "micro F1 {micro:.4f}, macro F1 {macro:.4f}, all labels right {subset:.4f}, Hamming loss {hamming:.4f}, "
            "{answered:.2f} labels a row answered of {labels:.2f} ({rows} rows)"
        )
        shares = {"micro": self.micro_f1, "macro": self.macro_f1, "subset": self.subset_accuracy, "hamming": self.hamming_loss}
        return total.format(**shares, answered=self.answered_per_row, labels=self.labels_per_row, rows=self.rows)

    def beside(self) -> list[str]:
        """What the same rows get by other means, a sentence each."""
        return [sentence(one) for one in self.baselines]

    def table(self) -> Table:
        """Each label."""
        return each_table(self.per_class, _("rows"))

    def summary(self) -> dict[str, Any]:
        """The few figures that the end of a training tells to a program."""
        keys = ("micro_f1", "macro_f1", "subset_accuracy", "hamming_loss", "rows")
        return {key: getattr(self, key) for key in keys}

    def figures(self) -> dict[str, Any]:
        """All figures for a program, without what quotes the data."""
        return {key: value for key, value in self.to_dict().items() if key != "mistakes"} | {"notes": self.notes()}

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts and lists, for scores.json."""
        return asdict(self)


def score(probabilities: NDArray[np.floating[Any]], dataset: Dataset, rivals: Rivals | None = None) -> Scores:
    """Scores of `probabilities` (N, K), each label's own, for the N rows of `dataset`, beside those of `rivals`.

    Raises DataError where there is no row, or where the array does not hold N rows of K finite numbers.
    """
    check(probabilities, dataset)
    true, answered = np.asarray(dataset.targets.values, bool), probabilities > THRESHOLD
    right, support, predicted = ((one).sum(axis=0) for one in (true & answered, true, answered))
    per_class = each(dataset.classes, right, support, predicted)
    [(common, most)] = Counter(map(tuple, true.tolist())).most_common(1)
    wrong = true != answered
    return Scores(
        rows=len(dataset),
        micro_f1=float(2 * right.sum() / max(support.sum() + predicted.sum(), 1)),
        macro_f1=float(np.mean([one["f1"] for one in per_class.values()])),
        subset_accuracy=float(1 - wrong.any(axis=1).mean()),
        hamming_loss=float(wrong.mean()),
        labels_per_row=float(true.sum(axis=1).mean()),
        answered_per_row=float(answered.sum(axis=1).mean()),
        commonest=_named(np.array(common), dataset.classes),
        commonest_share=most / len(dataset),
        per_class=per_class,
        mistakes=_worst(abs(probabilities - true), true, answered, dataset),
        intervals=rivals.intervals(dataset, answered) if rivals else {},
        baselines=rivals.beside(dataset, answered) if rivals else [],
    )


def _worst(
    off: NDArray[np.floating[Any]], true: NDArray[np.bool_], answered: NDArray[np.bool_], dataset: Dataset
) -> list[Mistake]:
    """The rows with the most wrong answers, of equals those that are farther off; off: (N, K) distance from the truth."""
    wrong = (true != answered).sum(axis=1)
    order = np.lexsort((-off.sum(axis=1), -wrong))[:WORST]
    return [
        Mistake(
            text=as_text(dataset.inputs[row]),
            labels=_named(true[row], dataset.classes),
            predicted=_named(answered[row], dataset.classes),
            origin=dataset.origins[row],
        )
        for row in order.tolist()
        if wrong[row]
    ]


def _named(on: NDArray[np.bool_], names: tuple[str, ...]) -> list[str]:
    return [name for name, one in zip(names, on, strict=True) if one]


def answer(probabilities: NDArray[np.floating[Any]], names: tuple[str, ...]) -> Answer:
    """What a person reads of one row: probabilities (K,)."""
    return Answer(_named(probabilities > THRESHOLD, names), dict(zip(names, probabilities.tolist(), strict=True)))
