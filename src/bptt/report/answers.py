"""The scores of one part as the page prints them: each class, the confusion matrix, the worst mistakes."""

from dataclasses import dataclass

import numpy as np

from bptt.evaluation import Mistake, Scores
from bptt.messages import _
from bptt.report.text import NAME, count, shorten

LISTED = 100  # classes in the table of classes
CROSSED = 50  # classes in the confusion matrix
SUMMARY, WHOLE = 280, 2000  # characters of a text shown at once, and when opened
SHADES = 8  # steps of the matrix's colour


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


def listed(scores: Scores) -> tuple[list[str], str]:
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


def is_long(mistake: Mistake) -> bool:
    """Whether a mistake's text is worth opening: more of it than its summary."""
    return len(mistake["text"]) > SUMMARY or "\n" in mistake["text"].strip()
