"""The scores of one part as the page prints them: each class, the confusion matrix, the worst mistakes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bptt.evaluation.classes import ClassScores, Mistake, Scores
from bptt.messages import _
from bptt.report.text import NAME, count, shorten

LISTED = 100  # classes in the table of classes
CROSSED = 50  # classes in the confusion matrix
SHADES = 8  # steps of a colour
PASSAGE, STRONGEST = 80, 3  # words of a mistake that are shown, and named with their effect
FAINT = 0.05  # nats: where no word has more effect than this, none gets the strongest colour


class _ByClass(Protocol):
    @property
    def per_class(self) -> Mapping[str, ClassScores]: ...


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix."""

    rows: str
    shade: int  # the rows' share of their true class, in steps of the colour: 0 to SHADES
    right: bool  # on the diagonal


@dataclass(frozen=True)
class Matrix:
    """The confusion matrix of some classes: cells[true][predicted]."""

    names: list[str]
    cells: list[list[Cell]]
    note: str


def listed(scores: _ByClass) -> tuple[list[str], str]:
    """The classes to list, and what is left out: all in their order, or the LISTED with the lowest F1."""
    names = list(scores.per_class)
    if len(names) <= LISTED:
        return names, ""
    lowest = sorted(names, key=lambda name: scores.per_class[name]["f1"])[:LISTED]
    words = _("The {shown} classes with the lowest F1, of {all}; the others stand in scores.json.")
    return lowest, words.format(shown=LISTED, all=count(len(names)))


def matrix(scores: Scores) -> Matrix:
    """The whole matrix, or that of the CROSSED classes with the most mistakes."""
    confusion = np.array(scores.confusion)
    kept, note = np.arange(len(confusion)), ""
    if len(confusion) > CROSSED:
        wrong = confusion.sum(axis=0) + confusion.sum(axis=1) - 2 * confusion.diagonal()
        kept = np.sort(np.argsort(-wrong, kind="stable")[:CROSSED])
        words = _("The {shown} classes with the most mistakes, of {all}; the whole matrix stands in scores.json.")
        note = words.format(shown=CROSSED, all=count(len(confusion)))
    names = list(scores.per_class)
    shades = np.ceil(SHADES * confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)).astype(int)

    def cell(true: int, said: int) -> Cell:
        return Cell(count(int(confusion[true, said])), int(shades[true, said]), true == said)

    cells = [[cell(true, said) for said in kept.tolist()] for true in kept.tolist()]
    return Matrix([shorten(names[index], NAME) for index in kept], cells, note)


@dataclass(frozen=True)
class Piece:
    """A word, or neighbouring words, as the network read them."""

    text: str
    shade: int  # of its effect, in steps of the colour: 0 (next to none) to SHADES
    kind: str  # "for" the true class or "against" it


@dataclass(frozen=True)
class Passage:
    """The stretch of a text whose words moved the answer most."""

    before: int  # words left out in front
    pieces: list[Piece]
    after: int  # words left out behind
    strongest: list[tuple[str, list[str]]]  # "for" and "against": the strongest words with their effects


def passage(mistake: Mistake) -> Passage | None:
    """What to show of a mistake's words; nothing where it has none."""
    return moved(mistake["words"], mistake["effects"], PASSAGE) if mistake["words"] else None


def moved(words: Sequence[str], told: Sequence[float], most: int) -> Passage:
    """The `most` neighbouring ones of `words`, at least one, whose effects are strongest."""
    effects = np.array(told)
    sums = np.concatenate([[0.0], np.cumsum(abs(effects))])
    length = min(len(words), most)
    start = int((sums[length:] - sums[:-length]).argmax())
    shades = (SHADES * abs(effects) / max(abs(effects).max(), FAINT)).astype(int)
    pieces = [
        Piece(shorten(words[at], NAME), int(shades[at]), "for" if effects[at] > 0 else "against")
        for at in range(start, start + length)
    ]
    order = np.argsort(-effects, kind="stable").tolist()
    for_it = [at for at in order[:STRONGEST] if effects[at] > 0]
    against = [at for at in order[::-1][:STRONGEST] if effects[at] < 0]
    strongest = [
        (kind, [f"{shorten(words[at], NAME)} {_signed(effects[at])}" for at in found])
        for kind, found in (("against", against), ("for", for_it))
        if found
    ]
    return Passage(start, pieces, len(words) - start - length, strongest)


def _signed(effect: float) -> str:
    return f"{effect:+.2f}".replace("-", "−")
