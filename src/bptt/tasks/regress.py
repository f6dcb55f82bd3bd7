"""Regression: a number a row."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.checks import copies
from bptt.data import Dataset, TextConfig
from bptt.data.number import ONE_NUMBER
from bptt.data.targets import Targets
from bptt.evaluation import Answers, Predictor, measures, numbers
from bptt.evaluation.baselines import Rivals, TextRivals
from bptt.evaluation.measures import Counts, Measure
from bptt.explaining import Aim
from bptt.models import ModelConfig, Number, training_mean
from bptt.report import NumbersView
from bptt.tasks.rows import OfRows

CHECKS = (copies.two_labels,)


class Regress(OfRows):
    """A text, and the number that is to be told from it."""

    name = "regress"
    reading = ONE_NUMBER
    view = NumbersView()
    checks = CHECKS
    compared: Sequence[Measure] = (measures.MAE, measures.RMSE)

    def head(self, names: tuple[str, ...], model: ModelConfig, learned: Targets | None = None) -> Number:
        if learned is None:
            return Number()
        values = np.asarray(learned.values, np.float64)
        return Number(float(values.mean()), float(values.std()) or 1.0)  # of equal numbers, nothing to scale

    def rivals(self, train: Dataset, text: TextConfig) -> Rivals | None:
        return TextRivals.learn(train, text.lowercase, "number") if train.is_text() else None

    def score(self, answers: Answers, rows: Dataset, model: keras.Model, rivals: Rivals | None) -> numbers.Scores:
        return numbers.score(np.asarray(answers), rows, training_mean(model), rivals)

    def explain(self, judge: Predictor, scores: numbers.Scores) -> numbers.Scores:
        return scores

    def aims(self, answer: NDArray[Any], names: tuple[str, ...]) -> list[Aim]:
        return [Aim("", 0)]

    def errors(self, answers: Answers, rows: Dataset) -> NDArray[np.float64]:
        """The distance from the truth: of numbers none is quite right."""
        return abs(np.asarray(answers, np.float64)[:, 0] - np.asarray(rows.targets.values, np.float64))

    def counts(self, answers: Answers, rows: Dataset) -> Counts:
        return measures.of_numbers(np.asarray(answers)[:, 0], np.asarray(rows.targets.values, np.float64))

    def answer(self, row: Any, answer: NDArray[Any], names: tuple[str, ...]) -> numbers.Answer:
        return numbers.Answer(float(answer[0]))
