"""Classes in order: the scores of classes, and how far off an answer is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat

from bptt.data.dataset import Dataset
from bptt.evaluation import classes
from bptt.evaluation.baselines import Rivals
from bptt.messages import _


@dataclass(frozen=True, kw_only=True)
class Scores(classes.Scores):
    """Those of classes, and two that know their order; each row's answer is its most probable class."""

    rank_error: FiniteFloat  # mean distance in ranks between the answer and the truth
    weighted_kappa: FiniteFloat | None  # quadratic weights; None where one class is both all answers and all labels

    def notes(self) -> list[str]:
        """What is 0 or not there, and why."""
        one_class = _("All rows have one class and all answers are that one: there is no agreement by chance to compare with.")
        return [*super().notes(), *([one_class] if self.weighted_kappa is None else [])]

    def line(self) -> str:
        """The whole in one sentence."""
        kappa = "–" if self.weighted_kappa is None else f"{self.weighted_kappa:.4f}"
        more = _("off by {ranks:.4f} ranks on average, quadratic weighted kappa {kappa}")
        return f"{super().line()}; {more.format(ranks=self.rank_error, kappa=kappa)}"

    def summary(self) -> dict[str, Any]:
        """The few figures that the end of a training tells to a program."""
        return super().summary() | {"rank_error": self.rank_error, "weighted_kappa": self.weighted_kappa}


def score(probabilities: NDArray[np.floating[Any]], dataset: Dataset, rivals: Rivals | None = None) -> Scores:
    """Scores of `probabilities` (N, K) for the N rows of `dataset`, beside those of `rivals`. With O the confusion matrix
    (K, K), E what it would be if answers and labels had nothing to do with each other, and d = |true - answered| in ranks:

        rank error = sum O d / N, kappa = 1 - sum O d^2 / sum E d^2

    Cohen, Weighted kappa, Psychological Bulletin 70 (1968). Raises DataError as `classes.score` does.
    """
    plain = classes.score(probabilities, dataset, rivals)
    seen = np.array(plain.confusion, np.float64)
    distance = abs(np.subtract.outer(np.arange(len(seen)), np.arange(len(seen))))
    chance = (np.outer(seen.sum(axis=1), seen.sum(axis=0)) / len(dataset) * distance**2).sum()
    return Scores(
        **vars(plain),
        rank_error=float((seen * distance).sum() / len(dataset)),
        weighted_kappa=float(1 - (seen * distance**2).sum() / chance) if chance else None,
    )
