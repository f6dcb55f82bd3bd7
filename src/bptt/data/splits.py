"""Training, validation and test rows, of which no text stands on two sides."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from typing_extensions import TypedDict

from bptt.data.dataset import Dataset, Rejected
from bptt.data.inputs import identity
from bptt.data.suggest import listed
from bptt.errors import DataError
from bptt.messages import _

Part = Literal["train", "validation", "test"]


class Summary(TypedDict):
    """What a run's data.json says of its Splits."""

    source: str
    classes: list[str]
    rows_read: int
    rows_rejected: int
    rows: dict[Part, int]
    rows_per_class: dict[Part, dict[str, int]]
    fingerprint: dict[Part, str]
    copies: int
    leaks: int
    notes: list[str]


@dataclass(frozen=True)
class Splits:
    """The parts of one source. `copies`: rows that repeat another row's text; `leaks`: rows left out of training and
    validation because a part that judges holds their text; notes: sentences on all that was left out, for the user;
    rejected: the rows left out as unusable. Every row of the source is in a part, a leak or rejected."""

    source: str
    train: Dataset
    validation: Dataset
    test: Dataset | None
    copies: int
    leaks: int
    notes: tuple[str, ...]
    rejected: tuple[Rejected, ...] = ()

    def summary(self) -> Summary:
        """Sizes and fingerprints, fit for JSON."""
        parts: dict[Part, Dataset] = {"train": self.train, "validation": self.validation}
        if self.test:
            parts["test"] = self.test
        return Summary(
            source=self.source,
            classes=list(self.train.classes),
            rows_read=sum(map(len, parts.values())) + self.leaks,
            rows_rejected=len(self.rejected),
            rows={name: len(part) for name, part in parts.items()},
            rows_per_class={name: part.targets.counts() for name, part in parts.items()},
            fingerprint={name: part.fingerprint() for name, part in parts.items()},
            copies=self.copies,
            leaks=self.leaks,
            notes=list(self.notes),
        )


def split(
    source: str, labelled: Dataset, test: Dataset | None, validation: float, seed: int, given: Dataset | None = None
) -> Splits:
    """Holds out the share `validation` of every class, copies of a text together; or takes the rows `given` for validation.

    Raises DataError where a class has not two texts that differ; with `given`, not one that stands in no other part.
    """
    parts = [part for part in (labelled, given, test) if part]
    notes = [note for part in parts for note in part.notes]
    name, copies_of = Path(source).name, _copies(labelled)
    tested, validated = _copies(test), _copies(given)
    groups = [rows for key, rows in copies_of.items() if key not in tested and key not in validated]
    of_class = _by_class(labelled, groups, least=1 if given else 2)
    if given:
        held_out = given.take(sorted(row for key, rows in validated.items() if key not in tested for row in rows))
        learned = np.sort(np.concatenate(groups))
        message = _("{source}: its own validation part is used ({count} rows), and data.validation is not.")
        notes.append(message.format(source=name, count=len(held_out)))
    else:
        chosen = np.sort(_hold_out(of_class, validation, seed))
        held_out = labelled.take(chosen)
        learned = np.setdiff1d(np.concatenate(groups), chosen, assume_unique=True)
    leaks = len(labelled) + len(given or ()) - len(learned) - len(held_out)
    if leaks:
        notes.append(_leaked(name, leaks, given is not None))
    if not len(held_out):
        message = _("{source}: the test part holds every text of the validation part. Bring other rows for validation.")
        raise DataError("data.too-few-rows", message.format(source=name))
    return Splits(
        source=source,
        train=labelled.take(np.sort(learned)),
        validation=held_out,
        test=test,
        copies=len(labelled) - len(copies_of),
        leaks=leaks,
        notes=tuple(notes),
        rejected=tuple(row for part in parts for row in part.rejected),
    )


def _leaked(name: str, count: int, validation_given: bool) -> str:
    message = (
        _("{source}: left out {count} rows whose text also stands in the validation or the test part.")
        if validation_given
        else _("{source}: left out {count} rows whose text also stands in the test part.")
    )
    return message.format(source=name, count=count)


def _copies(part: Dataset | None) -> dict[str | bytes, list[int]]:
    """The rows of each text."""
    rows: dict[str | bytes, list[int]] = {}
    for row, one in enumerate(part.inputs if part else ()):
        rows.setdefault(identity(one), []).append(row)
    return rows


def _by_class(labelled: Dataset, groups: list[list[int]], least: int) -> list[list[list[int]]]:
    """The groups of rows of each class, that of a group's first row. Raises DataError where a class has fewer than `least`."""
    stratum, names = labelled.targets.strata()
    of_class: list[list[list[int]]] = [[] for _name in names]
    for rows in groups:
        of_class[stratum[rows[0]]].append(rows)
    small = [f"{name} ({len(members)})" for name, members in zip(names, of_class, strict=True) if len(members) < least]
    if small:
        message = (
            _("Every class needs a text to learn from that stands in no other part. Too few: {classes}.")
            if least == 1
            else _(
                "Every class needs at least two different texts, one to learn from and one to validate on. Too few: {classes}."
            )
        )
        raise DataError("data.too-few-rows", message.format(classes=listed(small)))
    return of_class


def _hold_out(of_class: list[list[list[int]]], validation: float, seed: int) -> list[int]:
    """Rows for validation: class by class, whole groups in a seeded order, as long as they fit into the class's share."""
    random = np.random.default_rng(seed)
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
