"""Training, validation and test rows, of which no text stands on two sides."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from typing_extensions import TypedDict

from bptt.data.dataset import Dataset
from bptt.data.suggest import listed
from bptt.data.text import normalise
from bptt.errors import DataError
from bptt.messages import _

Part = Literal["train", "validation", "test"]


class Summary(TypedDict):
    """What a run's data.json says of its Splits."""

    source: str
    classes: list[str]
    rows: dict[Part, int]
    rows_per_class: dict[Part, dict[str, int]]
    fingerprint: dict[Part, str]
    copies: int
    leaks: int
    notes: list[str]


@dataclass(frozen=True)
class Splits:
    """The parts of one source. `copies`: rows that repeat another row's text; `leaks`: rows left out of training and
    validation because the test part holds their text; notes: sentences on all that was left out, for the user."""

    source: str
    train: Dataset
    validation: Dataset
    test: Dataset | None
    copies: int
    leaks: int
    notes: tuple[str, ...]

    def summary(self) -> Summary:
        """Sizes and fingerprints, fit for JSON."""
        parts: dict[Part, Dataset] = {"train": self.train, "validation": self.validation}
        if self.test:
            parts["test"] = self.test
        return Summary(
            source=self.source,
            classes=list(self.train.classes),
            rows={name: len(part) for name, part in parts.items()},
            rows_per_class={name: part.rows_per_class() for name, part in parts.items()},
            fingerprint={name: part.fingerprint() for name, part in parts.items()},
            copies=self.copies,
            leaks=self.leaks,
            notes=list(self.notes),
        )


def split(source: str, labelled: Dataset, test: Dataset | None, validation: float, seed: int) -> Splits:
    """Holds out the share `validation` of every class; copies of a text stay together.

    Raises DataError where a class has not two texts that differ.
    """
    tested = {identity(text) for text in test.texts} if test else set()
    copies_of: dict[str, list[int]] = {}
    for row, text in enumerate(labelled.texts):
        copies_of.setdefault(identity(text), []).append(row)
    groups = [rows for key, rows in copies_of.items() if key not in tested]
    held_out = np.sort(_hold_out(labelled, groups, validation, seed))
    kept = np.sort(np.concatenate([np.asarray(rows, np.int64) for rows in groups]))
    leaks = len(labelled) - len(kept)
    notes = labelled.notes + (test.notes if test else ())
    if leaks:
        notes += (
            _("{source}: left out {count} rows whose text also stands in the test part.").format(
                source=Path(source).name, count=leaks
            ),
        )
    return Splits(
        source=source,
        train=labelled.take(np.setdiff1d(kept, held_out, assume_unique=True)),
        validation=labelled.take(held_out),
        test=test,
        copies=len(labelled) - len(copies_of),
        leaks=leaks,
        notes=notes,
    )


def identity(text: str) -> str:
    """What two copies of a text have in common: all but case and white space, which the network does not see either."""
    return "".join(normalise(text).lower().split())


def _hold_out(labelled: Dataset, groups: list[list[int]], validation: float, seed: int) -> list[int]:
    """Rows for validation: class by class, whole groups in a seeded order, as long as they fit into the class's share."""
    random = np.random.default_rng(seed)
    of_class: list[list[list[int]]] = [[] for _name in labelled.classes]
    for rows in groups:
        of_class[labelled.labels[rows[0]]].append(rows)
    _check_sizes(labelled.classes, of_class)
    held_out: list[int] = []
    for members in of_class:
        size = sum(map(len, members))
        room = min(max(1, round(validation * size)), size - 1)
        order = [members[i] for i in random.permutation(len(members))]
        chosen: list[int] = []
        for rows in order:
            if len(chosen) + len(rows) <= room:
                chosen += rows
        held_out += chosen or sorted(order, key=len)[0]
    return held_out


def _check_sizes(classes: tuple[str, ...], of_class: list[list[list[int]]]) -> None:
    small = [f"{name} ({len(groups)})" for name, groups in zip(classes, of_class, strict=True) if len(groups) < 2]
    if small:
        message = _(
            "Every class needs at least two different texts, one to learn from and one to validate on. Too few: {classes}."
        )
        raise DataError("data.too-few-rows", message.format(classes=listed(small)))
