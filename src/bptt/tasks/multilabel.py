"""Multilabel classification: any number of labels a row."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.checks import copies, sizes
from bptt.data import Dataset, TextConfig
from bptt.data.labels import MANY_LABELS
from bptt.data.targets import Targets
from bptt.evaluation import Answers, Predictor, labels, measures
from bptt.evaluation.baselines import Rivals, TextRivals
from bptt.evaluation.measures import Counts, Measure
from bptt.explaining import Aim
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
    compared: Sequence[Measure] = (measures.SUBSET, measures.F1)

    def head(self, names: tuple[str, ...], model: ModelConfig, learned: Targets | None = None) -> Sigmoid:
        return Sigmoid(len(names))

    def rivals(self, train: Dataset, text: TextConfig) -> Rivals | None:
        return TextRivals.learn(train, text.lowercase, "labels") if train.is_text() else None

    def score(self, answers: Answers, rows: Dataset, model: keras.Model, rivals: Rivals | None) -> labels.Scores:
        return labels.score(np.asarray(answers), rows, rivals)

    def explain(self, judge: Predictor, scores: labels.Scores) -> labels.Scores:
        return scores

    def aims(self, answer: NDArray[Any], names: tuple[str, ...]) -> list[Aim]:
        """The labels that are answered, or where none is, the most probable one."""
        answered = np.flatnonzero(answer > labels.THRESHOLD).tolist() or [int(answer.argmax())]
        return [Aim(names[column], column) for column in answered]

    def errors(self, answers: Answers, rows: Dataset) -> NDArray[np.float64]:
        """How many labels are wrong and how far off all are; where all are right, below 0 how far each is from being wrong."""
        told, true = np.asarray(answers, np.float64), np.asarray(rows.targets.values, np.float64)
        wrong = ((told > labels.THRESHOLD) != true).sum(axis=1)
        return np.where(wrong, wrong + abs(told - true).mean(axis=1), -abs(told - labels.THRESHOLD).min(axis=1))

    def counts(self, answers: Answers, rows: Dataset) -> Counts:
        return measures.of_labels(np.asarray(answers) > labels.THRESHOLD, np.asarray(rows.targets.values, bool))

    def answer(self, row: Any, answer: NDArray[Any], names: tuple[str, ...]) -> labels.Answer:
        return labels.answer(answer, names)
