"""Multilabel classification: any number of labels a row."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.checks import copies, sizes
from bptt.data import Dataset, TextConfig
from bptt.data.labels import MANY_LABELS
from bptt.data.targets import Targets
from bptt.evaluation import Answers, Predictor, labels
from bptt.evaluation.baselines import Rivals, TextRivals
from bptt.models import ModelConfig, Sigmoid
from bptt.report import LabelsView
from bptt.tasks.rows import OfRows

CHECKS = (sizes.frequency, copies.two_labels)


class Multilabel(OfRows):
    """A text, and those of K labels that it has: none, one or more."""

    name = "multilabel"
    reading = MANY_LABELS
    view = LabelsView()
    checks = CHECKS

    def head(self, names: tuple[str, ...], model: ModelConfig, learned: Targets | None = None) -> Sigmoid:
        return Sigmoid(len(names))

    def rivals(self, train: Dataset, text: TextConfig) -> Rivals | None:
        return TextRivals.learn(train, text.lowercase, "labels") if train.is_text() else None

    def score(self, answers: Answers, rows: Dataset, model: keras.Model, rivals: Rivals | None) -> labels.Scores:
        return labels.score(np.asarray(answers), rows, rivals)

    def explain(self, judge: Predictor, scores: labels.Scores) -> labels.Scores:
        return scores

    def answer(self, row: Any, answer: NDArray[Any], names: tuple[str, ...]) -> labels.Answer:
        return labels.answer(answer, names)
