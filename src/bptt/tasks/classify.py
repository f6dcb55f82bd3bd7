"""Classification: one class a row (many-to-one)."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.checks import copies, sizes
from bptt.data import Dataset, TextConfig, Vocabulary
from bptt.data.reading import ONE_CLASS
from bptt.data.targets import Targets
from bptt.evaluation import Answers, Predictor, classes, measures, words
from bptt.evaluation.baselines import Rivals, TextRivals
from bptt.evaluation.measures import Counts, Measure
from bptt.explaining import Aim
from bptt.models import Head, ModelConfig, Softmax
from bptt.report import ClassesView
from bptt.tasks.rows import OfRows

CHECKS = (sizes.balance, copies.two_labels)


class Classify(OfRows):
    """A text, and the one of K classes it belongs to."""

    name = "classify"
    reading = ONE_CLASS
    view = ClassesView()
    checks = CHECKS
    compared: Sequence[Measure] = (measures.ACCURACY,)
    mixes = True

    def head(self, names: tuple[str, ...], model: ModelConfig, learned: Targets | None = None) -> Head:
        return Softmax(len(names))

    def rivals(self, train: Dataset, text: TextConfig) -> Rivals | None:
        return TextRivals.learn(train, text.lowercase) if train.is_text() else None

    def score(self, answers: Answers, rows: Dataset, model: keras.Model, rivals: Rivals | None) -> classes.Scores:
        return classes.score(np.asarray(answers), rows, rivals)

    def explain(self, judge: Predictor, scores: classes.Scores) -> classes.Scores:
        return words.explain(judge, scores) if isinstance(judge.encoder, Vocabulary) else scores

    def aims(self, answer: NDArray[Any], names: tuple[str, ...]) -> list[Aim]:
        best = int(answer.argmax())
        return [Aim(names[best], best)]

    def errors(self, answers: Answers, rows: Dataset) -> NDArray[np.float64]:
        """The probability of a wrong class; that of the right one below 0."""
        told = np.asarray(answers, np.float64)
        return np.where(told.argmax(axis=1) == rows.targets.values, -1.0, 1.0) * told.max(axis=1)

    def counts(self, answers: Answers, rows: Dataset) -> Counts:
        return measures.of_classes(np.asarray(answers), np.asarray(rows.targets.values))

    def answer(self, row: Any, answer: NDArray[Any], names: tuple[str, ...]) -> classes.Answer:
        best = int(answer.argmax())
        return classes.Answer(names[best], float(answer[best]))
