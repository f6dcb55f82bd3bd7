"""Classification: one class a row (many-to-one)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.checks import copies, sizes
from bptt.data import Dataset
from bptt.data.reading import ONE_CLASS
from bptt.evaluation import Predictor, classes, words
from bptt.messages import _
from bptt.models import Softmax
from bptt.report import ClassesView
from bptt.tasks.task import Table

CHECKS = (sizes.balance, copies.two_labels)


class Classify:
    """A text, and the one of K classes it belongs to."""

    name = "classify"
    reading = ONE_CLASS
    view = ClassesView()
    checks = CHECKS

    def head(self, names: tuple[str, ...]) -> Softmax:
        return Softmax(len(names))

    def score(self, answers: NDArray[np.float32], rows: Dataset) -> classes.Scores:
        return classes.score(answers, rows)

    def explain(self, judge: Predictor, scores: classes.Scores) -> classes.Scores:
        return words.explain(judge, scores)

    def answer(self, answer: NDArray[np.float32], names: tuple[str, ...]) -> classes.Answer:
        best = int(answer.argmax())
        return classes.Answer(names[best], float(answer[best]))

    def line(self, scores: classes.Scores) -> str:
        total = _("accuracy {accuracy:.4f}, macro F1 {macro:.4f}, weighted F1 {weighted:.4f} ({rows} rows)")
        numbers = {"accuracy": scores.accuracy, "macro": scores.macro_f1, "weighted": scores.weighted_f1, "rows": scores.rows}
        return total.format(**numbers)

    def table(self, scores: classes.Scores) -> Table:
        rows = [
            (name, [*(f"{one[figure]:.4f}" for figure in ("precision", "recall", "f1")), str(one["support"])])
            for name, one in scores.per_class.items()
        ]
        return Table((_("precision"), _("recall"), "F1", _("rows")), rows)

    def summary(self, scores: classes.Scores) -> dict[str, Any]:
        return {"accuracy": scores.accuracy, "macro_f1": scores.macro_f1, "rows": scores.rows}

    def figures(self, scores: classes.Scores) -> dict[str, Any]:
        return {key: value for key, value in scores.to_dict().items() if key != "mistakes"}
