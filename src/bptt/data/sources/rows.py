"""What every source gives: rows as a task reads them, and what could not be used."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bptt.data.dataset import Rejected
from bptt.data.inputs import kind
from bptt.data.reading import Reading
from bptt.data.suggest import listed
from bptt.errors import DataError
from bptt.messages import _


@dataclass
class Rows:
    """Rows of one source, as `reading` has them; inputs, labels and origins run in step."""

    name: str
    reading: Reading
    inputs: list[Any] = field(default_factory=list)
    labels: list[Any] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, text: object, label: object, origin: str, line: int | None = None) -> None:
        """Takes one row, or writes down why it cannot be used."""
        try:
            row, answer = self.reading.row(text, label)
            if self.inputs and kind(row) != (first := kind(self.inputs[0])):
                raise ValueError(_("has {came}; the first row has {expected}").format(came=kind(row), expected=first))
        except ValueError as error:
            self.reject(str(error), origin, line)
        else:
            self.inputs.append(row)
            self.labels.append(answer)
            self.origins.append(origin)

    def reject(self, reason: str, origin: str, line: int | None = None) -> None:
        """Leaves out the row at `origin`; `reason` goes on where `origin` ends."""
        self.rejected.append(Rejected(origin, line, reason))


@dataclass(frozen=True)
class Parts:
    """A source's rows, and its own test and validation rows where it comes with some."""

    training: Rows
    test: Rows | None = None
    validation: Rows | None = None

    def __iter__(self) -> Iterator[Rows]:
        return (part for part in (self.training, self.validation, self.test) if part)

    def checked(self, allowed: float) -> "Parts":
        """The parts, if the share of rows that cannot be used is at most `allowed` and each part has rows; a note counts them.

        Else DataError, which names the first of the rows that cannot be used.
        """
        name, notes = self.training.name, self.training.notes
        rejected, total = self._rejected(), self._total()
        if len(rejected) > allowed * total:
            raise self.unusable(allowed)
        if not all(part.inputs for part in self):
            raise no_rows(name)
        if rejected:
            message = _("{name}: left out {count} of {total} rows as unusable: {first}.")
            notes.append(message.format(name=name, count=len(rejected), total=total, first=listed(rejected)))
        lost = sum("\ufffd" in row for part in self for row in part.inputs if isinstance(row, str))
        if lost:
            message = _("{name}: {count} rows hold U+FFFD: an earlier program lost characters there.")
            notes.append(message.format(name=name, count=lost))
        return self

    def unusable(self, allowed: float) -> DataError:
        """The error for more unusable rows than the share `allowed`."""
        rejected, total = self._rejected(), self._total()
        message = _("{name}: {count} of {total} rows cannot be used: {first}. {cure}")
        cure = _("Fill them in, or delete them.")
        if len(rejected) < total:
            more = _("At most {percent:g} % may be left out; --allow-rejects {share:g} allows for these.")
            cure += " " + more.format(percent=100 * allowed, share=math.ceil(1e4 * len(rejected) / total) / 1e4)
        told = message.format(name=self.training.name, count=len(rejected), total=total, first=listed(rejected), cure=cure)
        return DataError("data.unusable-rows", told)

    def _rejected(self) -> list[str]:
        return [str(row) for part in self for row in part.rejected]

    def _total(self) -> int:
        return sum(len(part.inputs) + len(part.rejected) for part in self)


def concatenated(sources: Sequence[Parts]) -> Parts:
    """The rows of several sources, one behind the other."""
    return Parts(**{part: _one(found) for part in ("training", "test", "validation") if (found := _some(sources, part))})


def _some(sources: Sequence[Parts], part: str) -> list[Rows]:
    return [rows for one in sources if (rows := getattr(one, part))]


def _one(found: Sequence[Rows]) -> Rows:
    whole = Rows(", ".join(rows.name for rows in found), found[0].reading)
    for rows in found:
        for column in ("inputs", "labels", "origins", "rejected", "notes"):
            getattr(whole, column).extend(getattr(rows, column))
    return whole


def no_rows(name: str) -> DataError:
    """The error for a source that is whole but holds nothing."""
    return DataError("data.no-rows", _("{name} holds no rows. Give a file with texts and labels.").format(name=name))


def column_name(name: str) -> str:
    """A column's name as it is compared: in NFC, whichever form the file or the user typed, without white space around it."""
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).strip()


def column_names(names: Iterable[str], file: str) -> list[str]:
    """The names of a table's columns as they are compared. Raises DataError for two of one name."""
    columns = [column_name(name) for name in names]
    repeated = sorted({column for column in columns if column and columns.count(column) > 1})
    if repeated:
        message = _("{name} has two columns named {column}. Rename one of them.")
        raise DataError("data.repeated-column", message.format(name=file, column=", ".join(repeated)))
    return columns
