"""What every source gives: rows as the files hold them, labels still words, and what could not be used."""

import unicodedata
from dataclasses import dataclass, field

from bptt.data.suggest import listed
from bptt.data.text import normalise
from bptt.errors import DataError
from bptt.messages import _


@dataclass
class Rows:
    """Rows of one source; texts, labels and origins run in step."""

    name: str
    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, text: object, label: object, origin: str) -> None:
        """Takes one row, or writes down why it cannot be used."""
        label = _as_word(label)
        if text is None or (isinstance(text, str) and not normalise(text).strip()):
            self.unusable.append(_("{origin} has no text").format(origin=origin))
        elif not isinstance(text, str):
            self.unusable.append(
                _("{origin} has no text but a value of type {kind}").format(origin=origin, kind=type(text).__name__)
            )
        elif not isinstance(label, str):
            self.unusable.append(
                _("{origin} has no label but a value of type {kind}").format(origin=origin, kind=type(label).__name__)
            )
        elif not label:
            self.unusable.append(_("{origin} has no label").format(origin=origin))
        else:
            self.texts.append(text)
            self.labels.append(label)
            self.origins.append(origin)

    def checked(self) -> "Rows":
        """The rows, if there are some and all can be used; else DataError, listing the first that cannot."""
        total = len(self.texts) + len(self.unusable)
        if self.unusable:
            message = _("{name}: {count} of {total} rows cannot be used: {first}. Fill them in, or delete them.")
            raise DataError(
                "data.unusable-rows",
                message.format(name=self.name, count=len(self.unusable), total=total, first=listed(self.unusable)),
            )
        if not total:
            raise no_rows(self.name)
        return self


def no_rows(name: str) -> DataError:
    """The error for a source that is whole but holds nothing."""
    return DataError("data.no-rows", _("{name} holds no rows. Give a file with texts and labels.").format(name=name))


@dataclass(frozen=True)
class Parts:
    """A source's rows, and its own test rows where it comes with some."""

    training: Rows
    test: Rows | None = None


def _as_word(label: object) -> object:
    """A label as the word that names its class: 1 -> "1", true -> "true", none -> ""; lists and objects stay as they are."""
    if label is None:
        return ""
    if isinstance(label, bool):
        return str(label).lower()
    if isinstance(label, (str, int, float)):
        return unicodedata.normalize("NFC", str(label)).strip()
    return label
