"""How well the words of texts are told: perplexity, beside that of the words' shares alone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, NonNegativeInt

from bptt.data.dataset import Dataset
from bptt.errors import DataError
from bptt.evaluation.measures import Counts
from bptt.evaluation.table import Table
from bptt.messages import _


@dataclass(frozen=True)
class Answer:
    """How surprising a text is: exp of the mean of -log p of its words but the first; None for a text of one word."""

    perplexity: float | None
    words: int


@dataclass(frozen=True)
class Scores:
    """What `score` measures, in plain JSON values. Every word of a text is told but the first (`backward`: but the last); an
    unknown word is told as the unknown word."""

    rows: NonNegativeInt
    words: NonNegativeInt  # that are told
    perplexity: FiniteFloat  # from the words before each
    backward: FiniteFloat | None  # from the words behind each; None where the model reads forward alone
    baseline: FiniteFloat  # of the share of each word in the texts that were learned from

    def notes(self) -> list[str]:
        return []

    def line(self) -> str:
        """The whole in one sentence."""
        message = _("perplexity {perplexity:.1f}, by the shares of the words alone {baseline:.1f} ({words} words, {rows} texts)")
        told = message.format(**self.summary())
        return told if self.backward is None else told + _("; read backwards {backward:.1f}").format(backward=self.backward)

    def beside(self) -> list[str]:
        return []

    def table(self) -> Table:
        """The model beside the baseline."""
        named = [(_("the model"), self.perplexity), (_("the model, read backwards"), self.backward)]
        named.append((_("the words' shares alone"), self.baseline))
        return Table((_("perplexity"),), [(name, [f"{value:.2f}"]) for name, value in named if value is not None])

    def summary(self) -> dict[str, Any]:
        """The few figures that the end of a training tells to a program."""
        return self.to_dict()

    def figures(self) -> dict[str, Any]:
        """All figures for a program."""
        return self.to_dict()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def answer(worth: NDArray[np.floating[Any]]) -> Answer:
    """worth: (T, D + 1), as `models.Language` answers."""
    return Answer(_perplexity([worth[1:, 0]]) if len(worth) > 1 else None, len(worth))


def score(answers: Sequence[NDArray[np.floating[Any]]], dataset: Dataset) -> Scores:
    """Scores of N answers (T, D + 1): -log p in nats of each word by each direction, and last by its share.

    Raises DataError where there is no word to tell."""
    words = sum(len(worth) - 1 for worth in answers if len(worth))
    if not words:
        raise DataError("scores.no-rows", _("There is no word to score. Give a file with at least one text of two words."))
    return Scores(
        rows=len(dataset),
        words=words,
        perplexity=_perplexity([worth[1:, 0] for worth in answers]),
        backward=_perplexity([worth[:-1, 1] for worth in answers]) if answers[0].shape[1] > 2 else None,
        baseline=_perplexity([worth[1:, -1] for worth in answers]),
    )


def counts(answers: Sequence[NDArray[np.floating[Any]]]) -> Counts:
    """What each of N answers (T, D + 1) counts: the nats of its words but the first, and their number."""
    nats = [float(worth[1:, 0].astype(np.float64).sum()) for worth in answers]
    return {"nats": np.array(nats), "words": np.array([max(len(worth) - 1, 0) for worth in answers], np.float64)}


def _perplexity(worth: Sequence[NDArray[np.floating[Any]]]) -> float:
    return float(np.exp(min(np.concatenate(worth).astype(np.float64).mean(), 700.0)))
