"""The two verbs: `load` for training, `read` for evaluation. Rows of a source -> Dataset."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from bptt.data import sources
from bptt.data.config import DataConfig
from bptt.data.dataset import Dataset
from bptt.data.guess import guess
from bptt.data.splits import Splits, split
from bptt.data.suggest import did_you_mean, listed
from bptt.errors import DataError
from bptt.messages import _

_MOST_CLASSES = 1000
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def load(config: DataConfig) -> Splits:
    """The source's rows as training, validation and, where the source has its own, test part.

    Raises DataError for whatever cannot be read, or learned from: a single class, a class with too few texts, too many classes.
    """
    parts = sources.read(config)
    classes = _in_order(parts.training.labels)
    _check_classes(config.source, classes)
    labelled = _dataset(parts.training, classes)
    test, given = (_dataset(part, classes) if part else None for part in (parts.test, parts.validation))
    return split(config.source, labelled, test, config.validation, config.seed, given)


def read(source: str, config: DataConfig, classes: Sequence[str] | None = None) -> Dataset:
    """All rows of a source, unsplit; of one that has a test part of its own (foods), the test part, and a note says so.

    `config` names the columns of a source that has some; those it does not name are guessed, and a note says so. With
    `classes` (those of a trained model) every label must be among them, else DataError; without, they are the source's own.
    """
    config = config.model_copy(update={"source": source})
    text, label, notes = columns(source, config)
    parts = sources.read(config.model_copy(update={"text": text, "label": label}))
    rows = parts.test or parts.validation or parts.training
    if rows is not parts.training:
        name = _("test") if parts.test else _("validation")
        message = _("{source} comes in parts: read its {part} part, {count} rows, and none of the other {others}.")
        others = sum(len(part.texts) for part in parts) - len(rows.texts)
        notes.append(message.format(source=source, part=name, count=len(rows.texts), others=others))
        rows.notes[:0] = parts.training.notes
    rows.notes += notes
    return _dataset(rows, _in_order(rows.labels) if classes is None else tuple(classes))


def columns(source: str, config: DataConfig) -> tuple[str | None, str | None, list[str]]:
    """Names of the text and the label column as `config` has them; where it names none of a table's, a guess and a note on it."""
    if (config.text and config.label) or not sources.has_columns(source):
        return config.text, config.label, []
    guessed = guess(config.model_copy(update={"source": source}))
    message = _('{source}: read "{text}" as the text and "{label}" as the label.')
    return guessed.text, guessed.label, [message.format(source=source, text=guessed.text, label=guessed.label)]


def _check_classes(source: str, classes: tuple[str, ...]) -> None:
    """Two classes at least, and no more than a column of labels ever holds."""
    if len(classes) < 2:
        message = _('{source} has a single class, "{label}": there is nothing to tell apart. Bring rows of at least two classes.')
        raise DataError("data.single-class", message.format(source=source, label=classes[0]))
    if len(classes) > _MOST_CLASSES:
        message = _("{source} has {count} classes, {first}; {most} are the most that can be learned. {cure}")
        if all(map(_NUMBER.fullmatch, classes)):
            cure = _("The labels are numbers: bptt learns classes, not quantities (regression). Group them.")
        else:
            cure = _("Name another column with --label, or group the classes.")
        told = message.format(source=source, count=len(classes), first=listed(classes), most=_MOST_CLASSES, cure=cure)
        raise DataError("data.too-many-classes", told)


def _dataset(rows: sources.Rows, classes: tuple[str, ...]) -> Dataset:
    index = {name: i for i, name in enumerate(classes)}
    for label, origin in zip(rows.labels, rows.origins, strict=True):
        if label not in index:
            message = _('{origin} has the label "{label}", which is not one of the classes to learn: {classes}.')
            shown = message.format(origin=origin, label=label, classes=listed(classes))
            raise DataError("data.unknown-label", shown + did_you_mean(label, classes))
    labels = np.array([index[label] for label in rows.labels], np.int32)
    return Dataset(rows.texts, labels, classes, rows.origins, tuple(rows.notes), tuple(rows.rejected))


def _in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """The classes, by number where all are numbers, else by letter."""
    classes = sorted(set(labels))
    if all(map(_NUMBER.fullmatch, classes)):
        classes.sort(key=float)
    return tuple(classes)
