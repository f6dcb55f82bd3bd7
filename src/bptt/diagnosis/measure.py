"""What is measured on the rows of a run anew, where its files do not decide: a bounded sample, a few seconds."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bptt.batches import padding
from bptt.checks.near import near_pairs
from bptt.data.config import TextConfig
from bptt.data.dataset import Dataset
from bptt.data.inputs import as_text
from bptt.data.ragged import Ragged
from bptt.data.splits import Splits
from bptt.data.targets import Classes, Numbers
from bptt.data.text import all_words
from bptt.data.tokens import WORD
from bptt.diagnosis.linear import Opinion, bags, opinion, summaries
from bptt.evaluation import Predictor
from bptt.messages import _
from bptt.shapes import UNKNOWN

LEARNED, JUDGED = 2000, 1000  # rows looked at
Side = Literal["pre", "post"]
View = Literal["whole", "kept", "other side", "known"] | tuple[int, Side]
LEAST = 30  # rows of either part below which nothing is told
COMPARED = 8000  # training rows among which copies of those of validation are looked for
PARTNERS = 5  # rows that one is a copy of, at most
BUDGET = 5_000_000  # look-ups for that, half a second
NEARLY_ALL, PURE = 0.9, 0.99  # share of a class's rows that have a word; of the rows with the word that are of the class


@dataclass(frozen=True)
class Measured:
    """train, validation: a sample of the rows, whole; text: how they are read; judge: the model, None where it is not at hand;
    splits: all rows."""

    train: Dataset
    validation: Dataset
    text: TextConfig
    judge: Predictor | None
    splits: Splits

    @classmethod
    def of(cls, splits: Splits, text: TextConfig, judge: Predictor | None) -> "Measured":
        """A sample of the rows of `splits`, the same each time."""
        draw = np.random.default_rng(0)
        parts = [(splits.train, LEARNED), (splits.validation, JUDGED)]
        train, validation = (one.take(np.sort(draw.permutation(len(one))[:most])) for one, most in parts)
        return cls(train, validation, text, judge, splits)

    @property
    def readable(self) -> bool:
        return not isinstance(self.train.inputs[0], np.ndarray)

    @cached_property
    def comparable(self) -> bool:
        """Whether a linear model can be asked for the same answers."""
        enough = min(len(self.train), len(self.validation)) >= LEAST
        varied = isinstance(self.train.targets, Classes | Numbers) and len(np.unique(self.train.targets.values)) > 1
        return enough and varied

    @property
    def commonest(self) -> float:
        """Share of the validation rows that the largest class has; 0 where the answers are no classes."""
        counts = list(self.validation.targets.counts().values())
        return max(counts, default=0) / max(len(self.validation), 1)

    @cached_property
    def not_finite(self) -> float:
        """Share of the rows of the source that were left out because a number in them is not finite."""
        reason = _("has NaN or infinity at step {step}").partition("{")[0]
        left_out = sum(one.reason.startswith(reason) for one in self.splits.rejected)
        return left_out / (len(self.splits.train) + len(self.splits.validation) + len(self.splits.rejected))

    @cached_property
    def words(self) -> tuple[Ragged, list[str]]:
        """The rows of both parts, one behind the other, as ids of words, and the words."""
        texts = [as_text(row) for part in (self.train, self.validation) for row in part.inputs]
        return all_words(texts, self.text.lowercase)

    @cached_property
    def steps(self) -> Ragged:
        """The same rows as the network's own steps."""
        assert self.judge
        return self.judge.encoder.encode([*self.train.inputs, *self.validation.inputs])

    def opinion(self, view: View = "whole") -> Opinion | None:
        """Of a linear model that sees the rows whole; as they are cut for the network; cut on the other side; the words alone
        that the network knows; or so many steps, the others cut off on that side. None where there is none to be had."""
        if view not in self._opinions:
            self._opinions[view] = self._ask(view) if self.comparable else None
        return self._opinions[view]

    @cached_property
    def _opinions(self) -> dict[View, Opinion | None]:
        return {}

    def _ask(self, view: View) -> Opinion | None:
        found = self._features(view)
        if found is None:
            return None
        values = np.asarray(self.train.targets.values), np.asarray(self.validation.targets.values)
        return opinion(found[0], values[0], found[1], values[1], isinstance(self.train.targets, Numbers))

    def as_classes(self) -> Opinion | None:
        """What a linear model tells where the answers are numbers, and each different one is taken for a class."""
        found = self._features("whole") if self.comparable else None
        if found is None:
            return None
        _names, values = np.unique(
            np.concatenate([self.train.targets.values, self.validation.targets.values]), return_inverse=True
        )
        return opinion(found[0], values[: len(self.train)], found[1], values[len(self.train) :], numbers=False)

    def _features(self, view: View) -> tuple[Any, Any] | None:
        """(N, F) of the rows of training and validation, as `view` has them."""
        if not self.readable:
            return None if view == "known" else self._of_numbers(view)
        own = view == "known" or (view != "whole" and self.text.tokens != WORD.name)
        if own and not self.judge:
            return None
        rows = self.steps if own else self.words[0]
        limits = self._limits(view)
        rows = _cut(rows, *limits) if limits else rows
        ids = np.where(rows.ids == UNKNOWN, -1, rows.ids.astype(np.int64)) if own else rows.ids
        rows = Ragged(ids, rows.starts)
        parts = _part(rows, 0, len(self.train)), _part(rows, len(self.train), len(rows))
        return bags(*parts, int(ids.max(initial=0)) + 1)

    def _of_numbers(self, view: View) -> tuple[Any, Any]:
        rows = [row for part in (self.train, self.validation) for row in part.inputs]
        if limits := self._limits(view):
            rows = [row[-limits[0] :] if limits[1] == "pre" else row[: limits[0]] for row in rows]
        found, count = summaries(rows), len(self.train)
        spread = found[:count].std(axis=0)
        found = (found - found[:count].mean(axis=0)) / np.where(spread > 0, spread, 1)
        return found[:count], found[count:]

    def _limits(self, view: View) -> tuple[int, Side] | None:
        """How many steps of a row are seen, and on which side it is cut; None where it is whole."""
        other: dict[Side, Side] = {"pre": "post", "post": "pre"}
        if isinstance(view, tuple):
            return view
        sides = {"kept": self.text.truncation, "other side": other[self.text.truncation]}
        return (self.text.max_length, sides[view]) if view in sides else None

    @cached_property
    def read(self) -> Ragged:
        """The rows of validation as the network reads them: cut."""
        rows = _part(self.steps, len(self.train), len(self.steps))
        return _cut(rows, self.text.max_length, self.text.truncation)

    @cached_property
    def answers(self) -> NDArray[Any] | None:
        """(N,) what the network says of the rows of validation: classes by index, or numbers; None where it answers each step."""
        return self._say(self.read) if self.judge and self.comparable else None

    @cached_property
    def shuffled(self) -> NDArray[Any] | None:
        """The same where the steps of each row stand in a random order."""
        if not self.judge or not self.comparable:
            return None
        draw, rows = np.random.default_rng(0), self.read
        keys = np.repeat(np.arange(len(rows)), rows.lengths) + draw.random(len(rows.steps))
        return self._say(Ragged(rows.steps[np.argsort(keys, kind="stable")], rows.starts))

    def _say(self, rows: Ragged) -> NDArray[Any]:
        assert self.judge
        said = np.asarray(self.judge.answers_to(rows))
        return said.argmax(axis=1) if isinstance(self.train.targets, Classes) else said[:, 0]

    @cached_property
    def changed_by_order(self) -> float | None:
        """Share of the answers that a random order changes; of numbers, the part of their variance. None where none is given."""
        before, after = self.answers, self.shuffled
        if before is None or after is None:
            return None
        if before.dtype.kind == "i":
            return float(np.mean(before != after))
        return float(np.mean((before - after) ** 2) / max(float(np.var(before)), 1e-12))

    @cached_property
    def near_copies(self) -> float:
        """Share of the validation rows that are nearly the same as one or a few of training (`checks.near`). Where one is like
        very many, the words are but few and come in every order: no copies."""
        learned = self.splits.train.take(np.arange(min(len(self.splits.train), COMPARED)))
        texts = [as_text(row) for part in (self.validation, learned) for row in part.inputs]
        rows, names = all_words(texts)
        said = np.array([name[0].isalnum() for name in names], bool)[rows.ids]
        rows = Ragged(rows.ids[said], np.concatenate([[0], np.cumsum(said)])[rows.starts])
        pairs = near_pairs(rows, BUDGET).rows
        across = pairs[(pairs[:, 0] < len(self.validation)) & (pairs[:, 1] >= len(self.validation))]
        alike = np.bincount(across[:, 0], minlength=len(self.validation))
        return float(np.mean((alike > 0) & (alike <= PARTNERS)))

    def telling_words(self) -> dict[str, str]:
        """For each class but one at most a word that stands in nearly all of its rows and in no other's; else nothing."""
        if not self.readable or not isinstance(self.train.targets, Classes):
            return {}
        rows, names = self.words
        labels = np.concatenate([self.train.targets.values, self.validation.targets.values])
        seen = np.unique(np.repeat(np.arange(len(rows)), rows.lengths) * len(names) + rows.ids)
        row, word = seen // len(names), seen % len(names)
        counts = np.zeros((len(self.train.classes), len(names)))
        np.add.at(counts, (labels[row], word), 1)
        of_class = np.bincount(labels, minlength=len(counts))[:, None]
        telling = (counts >= NEARLY_ALL * of_class) & (counts >= PURE * counts.sum(axis=0)) & (of_class >= LEAST / 3)
        found = {names[int(np.argmax(one * counts[k]))]: self.train.classes[k] for k, one in enumerate(telling) if one.any()}
        return found if len(found) >= max(1, len(counts) - 1) else {}

    @cached_property
    def neighbours_tell(self) -> float | None:
        """What a word tells of the next, in nats (mutual information), less the same for a random order of each row, which has
        the same bias: about 0 where the order says nothing, 0.4 and more in a language. None of rows of numbers."""
        if not self.readable:
            return None
        rows, names = self.words
        keys = np.repeat(np.arange(len(rows)), rows.lengths) + np.random.default_rng(0).random(len(rows.ids))
        inside = np.ones(max(len(rows.ids) - 1, 0), bool)
        inside[rows.starts[1:-1][(rows.starts[1:-1] > 0) & (rows.starts[1:-1] < len(rows.ids))] - 1] = False
        mixed = rows.ids[np.argsort(keys, kind="stable")]
        return _information(rows.ids, inside, len(names)) - _information(mixed, inside, len(names))


def _information(ids: NDArray[Any], inside: NDArray[np.bool_], words: int) -> float:
    """The mutual information of neighbours, in nats, over the places that `inside` says are in one row."""
    first, second = ids[:-1][inside].astype(np.int64), ids[1:][inside]
    counts = (np.unique(one, return_counts=True)[1] / max(len(first), 1) for one in (first, second, first * words + second))
    own, others, both = (-float(np.sum(share * np.log(share))) for share in counts)
    return own + others - both


def _cut(rows: Ragged, longest: int, side: Side) -> Ragged:
    starts, lengths = padding.cut(rows.starts[:-1], rows.lengths, longest, side)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    return Ragged(rows.steps[np.arange(ends[-1]) + np.repeat(starts - ends[:-1], lengths)], ends)


def _part(rows: Ragged, start: int, end: int) -> Ragged:
    return rows.take(np.arange(start, end))
