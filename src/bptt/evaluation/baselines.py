"""What a network has to beat: answers without one, learned from the same rows and judged on the same rows.

The majority class (or the mean) reads nothing; the bag of words (`bag_of_words`) reads no order.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import FiniteFloat, NonNegativeInt
from typing_extensions import TypedDict

from bptt.bundle import load_weights, save_weights
from bptt.data.dataset import Dataset
from bptt.errors import DataError, ModelFileError
from bptt.evaluation.bag_of_words import BagOfWords
from bptt.evaluation.intervals import Figure, Metric, Numbers, bootstrap, difference, share
from bptt.messages import _

Name = Literal["majority", "mean", "bag of words", "network"]


class Baseline(TypedDict):
    """One way to answer, and how the model compares with it; plain JSON values."""

    name: Name
    terms: NonNegativeInt  # words and pairs read
    penalty: FiniteFloat | None  # C or alpha as chosen; None where nothing is learned from words
    figures: dict[str, Figure]
    gains: dict[str, Figure]  # the model's figures less these; of an error (mae, rmse) a gain is below 0


def sentence(one: Baseline) -> str:
    """A baseline and how much better the model is, each figure with its gain and the interval of that."""
    names = {
        "majority": _("always the majority class"),
        "mean": _("always the mean"),
        "bag of words": _("bag of words, no order"),
        "network": _("the network alone"),
    }
    gain = _("{name} {value:.4f} (the model: {gain:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})")
    told = [
        gain.format(name=key.replace("_", " "), value=figure["value"], gain=over["value"], low=over["low"], high=over["high"])
        for (key, figure), over in zip(one["figures"].items(), one["gains"].values(), strict=True)
    ]
    return f"{names[one['name']]}: " + "; ".join(told)


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


CLASSIFICATION: dict[str, Metric] = {"accuracy": accuracy, "weighted_f1": weighted_f1}
REGRESSION: dict[str, Metric] = {"mae": mae, "rmse": rmse}


@dataclass(frozen=True)
class Rivals:
    """The baselines as learned from training rows. common: the majority class, or the mean; number: whether the
    answers are numbers; network: (N,) what the network alone says of the rows to be judged, where the model is a mixture."""

    common: float
    bag: BagOfWords
    number: bool
    network: Numbers | None = None

    @classmethod
    def learn(cls, train: Dataset, lowercase: bool, number: bool = False) -> "Rivals":
        """From texts and their classes, or numbers; `lowercase`: as the model reads."""
        answers = np.asarray(train.targets.values)
        if number:
            return cls(float(answers.mean()), BagOfWords.regressor(train.inputs, answers, lowercase), number)
        return cls(float(np.bincount(answers).argmax()), BagOfWords.classifier(train.inputs, answers, lowercase), number)

    def beside(self, judged: Dataset, answers: Numbers) -> list[Baseline]:
        """All of them beside a model's `answers` (N,), classes by index or numbers, to the N rows of `judged`.

        Raises DataError where answers and rows do not match."""
        scores = self.bag.scores(judged.inputs)
        read = scores[:, 0] if self.number else scores.argmax(axis=1)
        common = np.full(len(judged), self.common, read.dtype)
        metrics, terms = REGRESSION if self.number else CLASSIFICATION, len(self.bag.terms)
        found = [
            _beside("mean" if self.number else "majority", 0, None, common, judged, answers, metrics),
            _beside("bag of words", terms, self.bag.penalty, read, judged, answers, metrics),
        ]
        if self.network is not None:
            found.append(_beside("network", 0, None, self.network, judged, answers, metrics))
        return found

    def save(self, path: Path) -> None:
        """Writes all of it to `path`, whole or not at all."""
        arrays, texts = self.bag.parts()
        save_weights(path, arrays, {**texts, "common": str(self.common), "number": str(self.number)})

    @classmethod
    def load(cls, path: Path) -> "Rivals":
        """What `save` wrote. Raises ModelFileError for anything else."""
        arrays, texts = load_weights(path)
        try:
            return cls(float(texts["common"]), BagOfWords.of_parts(arrays, texts), texts["number"] == "True")
        except (KeyError, ValueError) as error:
            message = _("{path} is damaged or no model file ({reason}). Restore it from a copy, or train again.")
            raise ModelFileError("model.damaged", message.format(path=path, reason=error)) from error


def figures(judged: Dataset, answers: Numbers, metrics: dict[str, Metric]) -> dict[str, Figure]:
    """Each figure of `answers` (N,) to the N rows of `judged`, with its interval."""
    truth = np.asarray(judged.targets.values)
    return {
        name: share(int(np.sum(truth == answers)), len(truth)) if metric is accuracy else bootstrap(metric, truth, answers)
        for name, metric in metrics.items()
    }


def _beside(
    name: Name,
    terms: int,
    penalty: float | None,
    theirs: Numbers,
    judged: Dataset,
    ours: Numbers,
    metrics: dict[str, Metric],
) -> Baseline:
    if np.shape(ours) != (len(judged),):
        message = _("The answers have shape {came}, expected {expected}: one answer a judged row.")
        raise DataError("baselines.shape", message.format(came=np.shape(ours), expected=(len(judged),)))
    gains = {key: difference(metric, np.asarray(judged.targets.values), ours, theirs) for key, metric in metrics.items()}
    return Baseline(name=name, terms=terms, penalty=penalty, figures=figures(judged, theirs, metrics), gains=gains)
