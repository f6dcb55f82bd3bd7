"""One fault a case: what is done to the rows, the settings or the first weights of a run that would else be healthy."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .sources import Cut

Change = Callable[[Cut, int], Cut]


@dataclass(frozen=True)
class Case:
    """cause: what is planted, empty for nothing; source, rows: of which data set, and how many rows; settings: over those of the
    source; change: of the rows, by a seed; recurrent, kernel: by what these weights of the recurrent layers are multiplied at
    the start; off_native: whether the layers run on the scan."""

    cause: str
    name: str
    source: str
    rows: int
    settings: dict[str, Any] = field(default_factory=dict)
    change: Change | None = None
    recurrent: float = 1.0
    kernel: float = 1.0
    off_native: bool = False


def shuffled_labels(share: float) -> Change:
    """So many rows get the label of another."""

    def change(cut: Cut, seed: int) -> Cut:
        draw = random.Random(seed)
        chosen = draw.sample(range(len(cut.rows)), int(share * len(cut.rows)))
        labels = [label for _text, label in cut.rows]
        mixed = [labels[row] for row in draw.sample(chosen, len(chosen))]
        for row, label in zip(chosen, mixed, strict=True):
            labels[row] = label
        return Cut([(text, label) for (text, _label), label in zip(cut.rows, labels, strict=True)], cut.settings)

    return change


def lopsided(share: float) -> Change:
    """One class has this share of the rows."""

    def change(cut: Cut, seed: int) -> Cut:
        labels = sorted({label for _text, label in cut.rows})
        common = max(labels, key=lambda name: sum(label == name for _text, label in cut.rows))
        many = [row for row in cut.rows if row[1] == common]
        few = [row for row in cut.rows if row[1] != common][: max(12, round(len(many) * (1 / share - 1)))]
        rows = [*many, *few]
        random.Random(seed).shuffle(rows)
        return Cut(rows, cut.settings)

    return change


def nearly_copied(cut: Cut, seed: int) -> Cut:
    """Half of the rows stand there twice, the second time with a word more."""
    draw = random.Random(seed)
    again = [(f"{text} {draw.choice(('!', '...', 'ok'))}", label) for text, label in draw.sample(cut.rows, len(cut.rows) // 2)]
    return Cut([*cut.rows, *again], cut.settings)


def told_by_a_word(cut: Cut, seed: int) -> Cut:
    """A word in each row gives its label away, as an identifier of the file that it came from."""
    draw = random.Random(seed)

    def placed(text: str, label: str) -> str:
        words = text.split()
        words.insert(draw.randrange(len(words) + 1), f"src{label[:3]}")
        return " ".join(words)

    return Cut([(placed(text, label), label) for text, label in cut.rows], cut.settings)


def out_of_order(cut: Cut, seed: int) -> Cut:
    """The words of each row in a random order."""
    draw = random.Random(seed)
    rows = []
    for text, label in cut.rows:
        words = text.split()
        draw.shuffle(words)
        rows.append((" ".join(words), label))
    return Cut(rows, cut.settings)


def buried(words: int, front: bool) -> Change:
    """Behind (or in front of) each text stand words that say nothing."""

    def change(cut: Cut, seed: int) -> Cut:
        draw = random.Random(seed)
        rows = []
        for text, label in cut.rows:
            filler = " ".join(f"f{draw.randrange(50)}" for _word in range(words))
            rows.append((f"{filler} {text}" if front else f"{text} {filler}", label))
        return Cut(rows, cut.settings)

    return change


def with_gaps(cut: Cut, seed: int) -> Cut:
    """One row in four holds a step that is not a number."""
    draw = random.Random(seed)
    gap = np.float32("nan")
    rows = [(np.where(np.arange(len(row))[:, None] == draw.randrange(4 * len(row)), gap, row), label) for row, label in cut.rows]
    return Cut(rows, cut.settings)


def as_numbers(cut: Cut, seed: int) -> Cut:
    """The classes by number, in no order that means anything."""
    names = sorted({label for _text, label in cut.rows})
    random.Random(seed).shuffle(names)
    return Cut([(text, str(names.index(label))) for text, label in cut.rows], cut.settings)
