"""How a task reads the rows of a source: which are usable, and what their labels mean."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from bptt.data import bio
from bptt.data.suggest import did_you_mean, listed
from bptt.data.targets import Classes, Tags, Targets
from bptt.data.text import normalise, words_of
from bptt.errors import DataError
from bptt.messages import _

_MOST_CLASSES = 1000
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class Reading(Protocol):
    """What becomes of the text and the label of a row, and of all labels together. per_step: whether every step of a row has a
    label, as `sources.conll` reads them; else a row's text and label stand in columns or folders."""

    @property
    def per_step(self) -> bool: ...

    def asked(self, row: object) -> Any:
        """The input that a person asks about. Raises ValueError for what is none."""

    def row(self, text: object, label: object) -> tuple[Any, Any]:
        """Input and label of one row. Raises ValueError for a row that cannot be used: its words go on where the row's place
        ends (`reviews.csv:12 has no label`)."""

    def names(self, source: str, labels: Sequence[Any]) -> tuple[str, ...]:
        """The classes to learn, in order, from the labels of the training rows; none where the answer is a number.

        Raises DataError where there is nothing to learn."""

    def targets(self, labels: Sequence[Any], origins: Sequence[str], names: tuple[str, ...]) -> Targets:
        """The labels of some rows as answers. Raises DataError, with the row's place, for a label that is not to be learned."""


def text_of(text: object) -> str:
    """`text`, if it is one. Raises ValueError."""
    if text is None or (isinstance(text, str) and not normalise(text).strip()):
        raise ValueError(_("has no text"))
    if not isinstance(text, str):
        raise ValueError(_("has no text but a value of type {kind}").format(kind=type(text).__name__))
    if "\0" in text:
        raise ValueError(_("holds a NUL character, which no text has"))
    return text


def word_of(label: object) -> str:
    """A label as the word that names its class: 1 is "1", true is "true". Raises ValueError for none, lists and objects."""
    if isinstance(label, bool):
        return str(label).lower()
    if label is not None and not isinstance(label, (str, int, float)):
        raise ValueError(_("has no label but a value of type {kind}").format(kind=type(label).__name__))
    word = "" if label is None else unicodedata.normalize("NFC", str(label)).strip()
    if not word:
        raise ValueError(_("has no label"))
    if "\0" in word:
        raise ValueError(_("holds a NUL character, which no text has"))
    return word


class OneClass:
    """A text, and the one class it belongs to."""

    per_step = False

    def asked(self, row: object) -> str:
        if not isinstance(row, str):
            raise ValueError(_("has no text but a value of type {kind}").format(kind=type(row).__name__))
        return row

    def row(self, text: object, label: object) -> tuple[str, str]:
        return text_of(text), word_of(label)

    def names(self, source: str, labels: Sequence[str]) -> tuple[str, ...]:
        """By number where all are numbers, else by letter: two at least, and no more than a column of labels ever holds."""
        classes = in_order(labels)
        if len(classes) < 2:
            message = _(
                '{source} has a single class, "{label}": there is nothing to tell apart. Bring rows of at least two classes.'
            )
            raise DataError("data.single-class", message.format(source=source, label=classes[0]))
        if len(classes) > _MOST_CLASSES:
            message = _("{source} has {count} classes, {first}; {most} are the most that can be learned. {cure}")
            if all(map(_NUMBER.fullmatch, classes)):
                cure = _("The labels are numbers: bptt learns classes, not quantities (regression). Group them.")
            else:
                cure = _("Name another column with --label, or group the classes.")
            told = message.format(source=source, count=len(classes), first=listed(classes), most=_MOST_CLASSES, cure=cure)
            raise DataError("data.too-many-classes", told)
        return classes

    def targets(self, labels: Sequence[str], origins: Sequence[str], names: tuple[str, ...]) -> Classes:
        known = set(names)
        for label, origin in zip(labels, origins, strict=True):
            if label not in known:
                raise unknown(label, origin, names)
        return Classes.of(labels, names)


class Tagged:
    """Tokens, and a tag for each."""

    per_step = True

    def asked(self, row: object) -> tuple[str, ...]:
        """A text's words, or tokens as they are."""
        if isinstance(row, str):
            return tuple(words_of(row))
        if not isinstance(row, list | tuple) or not all(isinstance(token, str) and token.strip() for token in row):
            raise ValueError(_("has no list of tokens"))
        return tuple(row)

    def row(self, text: object, label: object) -> tuple[Any, Any]:
        """`sources.conll` has looked at both."""
        return text, label

    def names(self, source: str, labels: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """O first, then by letter."""
        names = sorted({tag for row in labels for tag in row}, key=lambda tag: (tag != bio.OUTSIDE, tag))
        if len(names) < 2:
            message = _('{source} has a single tag, "{label}": there is nothing to tell apart. Bring sentences with other tags.')
            raise DataError("data.single-class", message.format(source=source, label=names[0]))
        if len(names) > _MOST_CLASSES:
            message = _("{source} has {count} tags, {first}; at most {most} can be learned. Is the last column the tag?")
            told = message.format(source=source, count=len(names), first=listed(names), most=_MOST_CLASSES)
            raise DataError("data.too-many-classes", told)
        return tuple(names)

    def targets(self, labels: Sequence[Sequence[str]], origins: Sequence[str], names: tuple[str, ...]) -> Tags:
        known = set(names)
        for row, origin in zip(labels, origins, strict=True):
            for tag in row:
                if tag not in known:
                    raise unknown(tag, origin, names)
        return Tags.of(labels, names)


ONE_CLASS, TAGGED = OneClass(), Tagged()


def in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Each label once: by number where all are numbers, else by letter."""
    classes = sorted(set(labels))
    if all(map(_NUMBER.fullmatch, classes)):
        classes.sort(key=float)
    return tuple(classes)


def unknown(label: str, origin: str, names: tuple[str, ...]) -> DataError:
    """The error for a label that is not among those to learn."""
    message = _('{origin} has the label "{label}", which is not one of the classes to learn: {classes}.')
    shown = message.format(origin=origin, label=label, classes=listed(names))
    return DataError("data.unknown-label", shown + did_you_mean(label, names))
