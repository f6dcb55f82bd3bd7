"""How a task reads the rows of a source: which are usable, and what their labels mean."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bptt.data import bio
from bptt.data.suggest import did_you_mean, listed
from bptt.data.targets import Classes, Tags, Targets
from bptt.data.text import normalise, words_of
from bptt.errors import DataError
from bptt.messages import _

_MOST_CLASSES = 1000
_MOST_GUESSED = 100  # in a column that nobody named
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class Reading(Protocol):
    """What becomes of the text and the label of a row, and of all labels together. per_step: whether every step of a row has a
    label, as `sources.conll` reads them; else a row's text and label stand in columns or folders; labelled: whether a row has a
    label at all."""

    @property
    def per_step(self) -> bool: ...

    @property
    def labelled(self) -> bool: ...

    def asked(self, row: object) -> Any:
        """The input that a person asks about. Raises ValueError for what is none."""

    @property
    def several(self) -> bool:
        """Whether a row may have several labels: then the label of `row` is what its column holds, a list, or of several
        columns {column: what it holds}."""

    def row(self, text: object, label: object) -> tuple[Any, Any]:
        """Input and label of one row. Raises ValueError for a row that cannot be used: its words go on where the row's place
        ends (`reviews.csv:12 has no label`)."""

    def fits(self, values: Sequence[object]) -> bool:
        """Whether a column of these values could be the label, where nobody named it."""

    def wanted(self) -> str:
        """What such a column holds, in a few words."""

    def names(self, source: str, labels: Sequence[Any], given: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The classes to learn, in order: those `given`, else from the labels of the training rows; none where the answer is a
        number.

        Raises DataError where there is nothing to learn, ConfigError for classes given where there are none."""

    def targets(self, labels: Sequence[Any], origins: Sequence[str], names: tuple[str, ...]) -> Targets:
        """The labels of some rows as answers. Raises DataError, with the row's place, for a label that is not to be learned."""


def input_of(value: object) -> str | NDArray[np.float32]:
    """A text, or the numbers (T, D) of T steps: rows of them, or one a step. Raises ValueError."""
    numeric = isinstance(value, np.ndarray) or (isinstance(value, list) and value and not isinstance(value[0], str))
    return numbers_of(value) if numeric else text_of(value)


def numbers_of(value: Any) -> NDArray[np.float32]:
    """Numbers (T, D), from (T, D) or (T,). Raises ValueError for none, for steps of different width, and for NaN or infinity."""
    try:
        found = np.asarray(value, np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(_("has steps of different width, or what is no number")) from error
    if found.ndim not in (1, 2) or not found.size:
        raise ValueError(_("has numbers of shape {shape}; expected (T,) or (T, D)").format(shape=found.shape))
    if not np.isfinite(found).all():
        step = int(np.argwhere(~np.isfinite(found))[0][0]) + 1
        raise ValueError(_("has NaN or infinity at step {step}").format(step=step))
    return found.astype(np.float32).reshape(len(found), -1)


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


class OfText:
    """What readings share of whose rows a text is asked about."""

    per_step, several, labelled = False, False, True

    def asked(self, row: object) -> str | NDArray[np.float32]:
        return row if isinstance(row, str) else input_of(row)


class OneClass(OfText):
    """A text, or numbers at each step, and the one class it belongs to."""

    def row(self, text: object, label: object) -> tuple[Any, str]:
        return input_of(text), word_of(label)

    def fits(self, values: Sequence[object]) -> bool:
        return 2 <= len(set(map(str, values))) <= max(2, min(_MOST_GUESSED, len(values) // 2))

    def wanted(self) -> str:
        return _("a few values that repeat")

    def names(self, source: str, labels: Sequence[str], given: tuple[str, ...] = ()) -> tuple[str, ...]:
        """By number where all are numbers, else by letter: two at least, and no more than a column of labels ever holds."""
        classes = given or in_order(labels)
        if len(classes) < 2:
            message = _(
                '{source} has a single class, "{label}": there is nothing to tell apart. Bring rows of at least two classes.'
            )
            raise DataError("data.single-class", message.format(source=source, label=classes[0]))
        few_enough(source, classes)
        return classes

    def targets(self, labels: Sequence[str], origins: Sequence[str], names: tuple[str, ...]) -> Classes:
        known = set(names)
        for label, origin in zip(labels, origins, strict=True):
            if label not in known:
                raise unknown(label, origin, names)
        return Classes.of(labels, names)


class Ordered(OneClass):
    """A text, and the one class it belongs to, of classes in order: numbers, or as they are given."""

    def names(self, source: str, labels: Sequence[str], given: tuple[str, ...] = ()) -> tuple[str, ...]:
        classes = super().names(source, labels, given)
        if not given and not all(map(_NUMBER.fullmatch, classes)):
            message = _('{source}: nobody can tell the order of {classes}. Say it: --data.classes \'["low", "mid", "high"]\'')
            raise DataError("data.no-order", message.format(source=source, classes=listed(classes)))
        return classes


def few_enough(source: str, classes: tuple[str, ...]) -> None:
    """Raises DataError for more classes than a column of labels ever holds."""
    if len(classes) <= _MOST_CLASSES:
        return
    message = _("{source} has {count} classes, {first}; {most} are the most that can be learned. {cure}")
    if all(map(_NUMBER.fullmatch, classes)):
        cure = _("The labels are numbers: learn them as quantities with --task regress, or group them.")
    else:
        cure = _("Name another column with --label, or group the classes.")
    told = message.format(source=source, count=len(classes), first=listed(classes), most=_MOST_CLASSES, cure=cure)
    raise DataError("data.too-many-classes", told)


class Tagged:
    """Tokens, or numbers at each step, and a tag for each."""

    per_step, several, labelled = True, False, True

    def asked(self, row: object) -> Any:
        """A text's words, tokens as they are, or numbers."""
        if isinstance(row, str):
            return tuple(words_of(row))
        if isinstance(row, np.ndarray) or (isinstance(row, list) and row and not isinstance(row[0], str)):
            return numbers_of(row)
        if not isinstance(row, list | tuple) or not all(isinstance(token, str) and token.strip() for token in row):
            raise ValueError(_("has no list of tokens"))
        return tuple(row)

    def row(self, text: object, label: object) -> tuple[Any, Any]:
        """Tokens and tags as `sources.conll` has found them good; numbers and their tags."""
        if not isinstance(text, np.ndarray):
            return text, label
        numbers, tags = numbers_of(text), label if isinstance(label, list) else []
        if len(numbers) != len(tags):
            raise ValueError(_("has {steps} steps and {tags} tags").format(steps=len(numbers), tags=len(tags)))
        return numbers, tuple(map(word_of, tags))

    def fits(self, values: Sequence[object]) -> bool:
        return False

    def wanted(self) -> str:
        return _("tags, one a token")

    def names(self, source: str, labels: Sequence[Sequence[str]], given: tuple[str, ...] = ()) -> tuple[str, ...]:
        """O first, then by letter."""
        names = given or sorted({tag for row in labels for tag in row}, key=lambda tag: (tag != bio.OUTSIDE, tag))
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


ONE_CLASS, ORDERED, TAGGED = OneClass(), Ordered(), Tagged()


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
