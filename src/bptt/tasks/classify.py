"""Classification: one class a row (many-to-one)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.checks import copies, sizes
from bptt.data import Dataset, Ragged, TextConfig, Vocabulary
from bptt.data.reading import ONE_CLASS
from bptt.evaluation import Answers, Predictor, classes, words
from bptt.models import ModelConfig, Softmax
from bptt.report import ClassesView

CHECKS = (sizes.balance, copies.two_labels)


class Classify:
    """A text, and the one of K classes it belongs to."""

    name = "classify"
    reading = ONE_CLASS
    view = ClassesView()
    checks = CHECKS
    defaults: Mapping[str, Any] = {}

    def fit_encode(self, rows: Sequence[str], text: TextConfig) -> tuple[Vocabulary, Ragged]:
        return Vocabulary.fit_encode(rows, text)

    def head(self, names: tuple[str, ...], model: ModelConfig) -> Softmax:
        return Softmax(len(names))

    def score(self, answers: Answers, rows: Dataset) -> classes.Scores:
        return classes.score(np.asarray(answers), rows)

    def explain(self, judge: Predictor, scores: classes.Scores) -> classes.Scores:
        return words.explain(judge, scores)

    def answer(self, row: str, answer: NDArray[Any], names: tuple[str, ...]) -> classes.Answer:
        best = int(answer.argmax())
        return classes.Answer(names[best], float(answer[best]))
