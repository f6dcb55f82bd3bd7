"""What a network has to beat: answers without one, learned from the same rows and judged on the same rows.

The commonest answer (or the mean) reads nothing; the bag of words (`bag_of_words`) reads no order; of tags each word gets its
usual one (`usual_tags`).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, NonNegativeInt
from typing_extensions import TypedDict

from bptt.bundle import Weights, save_weights
from bptt.data.dataset import Dataset
from bptt.errors import DataError
from bptt.evaluation.bag_of_words import BagOfWords
from bptt.evaluation.intervals import Figure, Metric, Numbers, bootstrap, difference, share
from bptt.messages import _

Name = Literal["majority", "mean", "commonest labels", "bag of words", "usual tags", "network"]


class Rivals(Protocol):
    """The baselines as learned from training rows."""

    def beside(self, judged: Dataset, answers: Any) -> list["Baseline"]:
        """All of them beside a model's `answers` to the N rows of `judged`. Raises DataError where they do not match."""

    def intervals(self, judged: Dataset, answers: Any) -> dict[str, Figure]:
        """The same figures of a model's `answers`, with their intervals."""

    def save(self, path: Path) -> None:
        """Writes all of it to `path`, whole or not at all."""


class Baseline(TypedDict):
    """One way to answer, and how the model compares with it; plain JSON values."""

    name: Name
    terms: NonNegativeInt  # words and pairs read
    penalty: FiniteFloat | None  # C or alpha as chosen; None where nothing is learned from words
    figures: dict[str, Figure]
    gains: dict[str, Figure]  # the model's figures less these; of an error (mae, rmse) a gain is below 0


def names() -> dict[Name, str]:
    """What each answers by, for a person."""
    return {
        "majority": _("always the majority class"),
        "mean": _("always the mean"),
        "commonest labels": _("always the commonest labels"),
        "bag of words": _("bag of words, no order"),
        "usual tags": _("each word's usual tag"),
        "network": _("the network alone"),
    }


def sentence(one: Baseline) -> str:
    """A baseline and how much better the model is, each figure with its gain and the interval of that."""
    gain = _("{name} {value:.4f} (the model: {gain:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})")
    told = [
        gain.format(name=key.replace("_", " "), value=figure["value"], gain=over["value"], low=over["low"], high=over["high"])
        for (key, figure), over in zip(one["figures"].items(), one["gains"].values(), strict=True)
    ]
    return f"{names()[one['name']]}: " + "; ".join(told)


def accuracy(truth: Numbers, answers: Numbers) -> float:
    """The share of N rows answered rightly. truth, answers: (N,) indices of classes."""
    return float(np.mean(truth == answers))


def weighted_f1(truth: Numbers, answers: Numbers) -> float:
    """The mean of the classes' F1, weighted by the rows of each. truth, answers: (N,) indices of classes."""
    classes = int(max(truth.max(), answers.max())) + 1
    right, support, answered = (np.bincount(one, minlength=classes) for one in (truth[truth == answers], truth, answers))
    return float(2 * right / np.maximum(support + answered, 1) @ support / len(truth))


def mae(truth: Numbers, answers: Numbers) -> float:
    """The mean absolute error, in the unit of the target. truth, answers: (N,)."""
    return float(np.mean(np.abs(truth - answers)))


def rmse(truth: Numbers, answers: Numbers) -> float:
    """The root of the mean squared error, in the unit of the target. truth, answers: (N,)."""
    return float(np.sqrt(np.mean((truth - answers) ** 2)))


def micro_f1(truth: Numbers, answers: Numbers) -> float:
    """The F1 of all labels of all rows together. truth, answers: (N, K), 1 where a row has a label."""
    both = truth.sum() + answers.sum()
    return float(2 * (truth * answers).sum() / both) if both else 0.0


def subset_accuracy(truth: Numbers, answers: Numbers) -> float:
    """The share of N rows whose labels are all right and none too many. truth, answers: (N, K)."""
    return float(np.mean((truth == answers).all(axis=1)))


def _majority(values: NDArray[Any]) -> NDArray[Any]:
    return np.bincount(values).argmax()  # type: ignore[return-value]  # a number of no axis


def _commonest(values: NDArray[Any]) -> NDArray[Any]:
    [(labels, _rows)] = Counter(map(tuple, values.tolist())).most_common(1)
    return np.array(labels)


@dataclass(frozen=True)
class Kind:
    """How one kind of answers is told without reading in order. always: the name of what reads nothing; common: what that
    answers, from the training rows' values (N, ...); learn: a bag of words from texts, values and whether case is read; read: its
    answers, from its scores (N, K); metrics: the figures."""

    always: Name
    common: Callable[[NDArray[Any]], NDArray[Any]]
    learn: Callable[..., BagOfWords]
    read: Callable[[NDArray[np.float64]], NDArray[Any]]
    metrics: dict[str, Metric]


KINDS = {
    "class": Kind(
        "majority",
        _majority,
        BagOfWords.classifier,
        lambda scores: scores.argmax(axis=1),
        {"accuracy": accuracy, "weighted_f1": weighted_f1},
    ),
    "number": Kind("mean", np.mean, BagOfWords.regressor, lambda scores: scores[:, 0], {"mae": mae, "rmse": rmse}),
    "labels": Kind(
        "commonest labels",
        _commonest,
        BagOfWords.labeller,
        lambda scores: (scores > 0).astype(np.uint8),
        {"micro_f1": micro_f1, "subset_accuracy": subset_accuracy},
    ),
}


@dataclass(frozen=True)
class TextRivals:
    """Of texts. common: what is answered without reading, a number or (K,) labels; kind: of answers, one of KINDS; network: what
    the network alone says of the N rows to be judged, (N,) classes, where the model is a mixture."""

    common: NDArray[Any]
    bag: BagOfWords
    kind: str
    network: Numbers | None = None

    @classmethod
    def learn(cls, train: Dataset, lowercase: bool, kind: str = "class") -> "TextRivals":
        """From texts and their answers of one of KINDS; `lowercase`: as the model reads."""
        how, values = KINDS[kind], np.asarray(train.targets.values)
        return cls(np.asarray(how.common(values)), how.learn(train.inputs, values, lowercase), kind)

    def beside(self, judged: Dataset, answers: Numbers) -> list[Baseline]:
        """All of them beside a model's `answers`, of the form of the rows' own: classes by index, numbers, or (N, K) labels."""
        how = KINDS[self.kind]
        read = how.read(self.bag.scores(judged.inputs))
        common = np.broadcast_to(self.common, read.shape)
        theirs: list[tuple[Name, int, float | None, Numbers]] = [
            (how.always, 0, None, common),
            ("bag of words", len(self.bag.terms), self.bag.penalty, read),
        ]
        if self.network is not None:
            theirs.append(("network", 0, None, self.network))
        truth = np.asarray(judged.targets.values)
        return [beside(name, terms, penalty, truth, answers, one, how.metrics) for name, terms, penalty, one in theirs]

    def intervals(self, judged: Dataset, answers: Numbers) -> dict[str, Figure]:
        return figures(np.asarray(judged.targets.values), answers, KINDS[self.kind].metrics)

    def save(self, path: Path) -> None:
        arrays, texts = self.bag.parts()
        save_weights(path, {**arrays, "common": self.common}, {**texts, "kind": self.kind})

    @classmethod
    def of_parts(cls, arrays: Weights, texts: dict[str, str]) -> "TextRivals":
        """What `save` wrote. Raises KeyError or ValueError for anything else."""
        if texts["kind"] not in KINDS:
            raise ValueError(texts["kind"])
        return cls(arrays["common"], BagOfWords.of_parts(arrays, texts), texts["kind"])


def figures(truth: Numbers, answers: Numbers, metrics: dict[str, Metric]) -> dict[str, Figure]:
    """Each figure of `answers` (N, ...) to N rows whose answers are `truth`, with its interval."""
    return {
        name: share(int(np.sum(truth == answers)), len(truth)) if metric is accuracy else bootstrap(metric, truth, answers)
        for name, metric in metrics.items()
    }


def beside(
    name: Name, terms: int, penalty: float | None, truth: Numbers, ours: Numbers, theirs: Numbers, metrics: dict[str, Metric]
) -> Baseline:
    """One way to answer beside a model, both judged by the same N rows. Raises DataError where there is not an answer a row."""
    if np.shape(ours) != theirs.shape:
        message = _("The answers have shape {came}, expected {expected}: one answer a judged row.")
        raise DataError("baselines.shape", message.format(came=np.shape(ours), expected=theirs.shape))
    gains = {key: difference(metric, truth, ours, theirs) for key, metric in metrics.items()}
    return Baseline(name=name, terms=terms, penalty=penalty, figures=figures(truth, theirs, metrics), gains=gains)
