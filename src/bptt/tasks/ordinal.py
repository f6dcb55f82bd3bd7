"""Ordinal classification: one of K classes that have an order."""

from collections.abc import Sequence

import keras
import numpy as np

from bptt.data import Dataset
from bptt.data.reading import ORDERED
from bptt.data.targets import Targets
from bptt.evaluation import Answers, measures, ranks
from bptt.evaluation.baselines import Rivals
from bptt.evaluation.measures import Measure
from bptt.models import ModelConfig, Ranks
from bptt.report import RanksView
from bptt.tasks.classify import Classify


class Ordinal(Classify):
    """A text, and the one of K classes in order it belongs to: a near miss is less wrong than a far one."""

    name = "ordinal"
    reading = ORDERED
    view = RanksView()
    compared: Sequence[Measure] = (measures.ACCURACY, measures.RANK_ERROR)

    def head(self, names: tuple[str, ...], model: ModelConfig, learned: Targets | None = None) -> Ranks:
        return Ranks(len(names))

    def score(self, answers: Answers, rows: Dataset, model: keras.Model, rivals: Rivals | None) -> ranks.Scores:
        return ranks.score(np.asarray(answers), rows, rivals)
