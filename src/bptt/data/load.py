"""The two verbs: `load` for training, `read` for evaluation. Rows of a source -> Dataset."""

from collections.abc import Sequence

from bptt.data import sources
from bptt.data.config import DataConfig, named
from bptt.data.dataset import Dataset
from bptt.data.guess import guess
from bptt.data.reading import ONE_CLASS, Reading
from bptt.data.splits import Splits, split
from bptt.messages import _

Names = str | tuple[str, ...] | None  # of columns


def load(config: DataConfig, reading: Reading = ONE_CLASS) -> Splits:
    """The source's rows as training, validation and, where the source has its own, test part.

    Raises DataError for whatever cannot be read, or learned from: a single class, a class with too few texts, too many classes.
    """
    parts = sources.read(config, reading)
    names = reading.names(config.source, parts.training.labels, config.classes)
    labelled = _dataset(parts.training, reading, names)
    test, given = (_dataset(part, reading, names) if part else None for part in (parts.test, parts.validation))
    return split(config.source, labelled, test, config.validation, config.seed, given)


def read(source: str, config: DataConfig, classes: Sequence[str], reading: Reading = ONE_CLASS) -> Dataset:
    """All rows of a source, unsplit; of one that has a test part of its own (foods), the test part, and a note says so.

    `config` names the columns of a source that has some; those it does not name are guessed, and a note says so. Every
    label must be one of `classes`, those of a trained model, else DataError.
    """
    config = config.model_copy(update={"source": source})
    text, label, notes = columns(source, config, reading)
    parts = sources.read(config.model_copy(update={"text": text, "label": label}), reading)
    rows = parts.test or parts.validation or parts.training
    if rows is not parts.training:
        name = _("test") if parts.test else _("validation")
        message = _("{source} comes in parts: read its {part} part, {count} rows, and none of the other {others}.")
        others = sum(len(part.inputs) for part in parts) - len(rows.inputs)
        notes.append(message.format(source=source, part=name, count=len(rows.inputs), others=others))
        rows.notes[:0] = parts.training.notes
    rows.notes += notes
    return _dataset(rows, reading, tuple(classes))


def columns(source: str, config: DataConfig, reading: Reading = ONE_CLASS) -> tuple[Names, Names, list[str]]:
    """Names of the text and the label column as `config` has them; where it names none of a table's, a guess and a note on it."""
    named_already = config.text and (config.label or not reading.labelled)
    if not reading.labelled:  # of several sources the first with columns is looked at: lines and folders have none
        source = next((one for one in (source, *config.more) if sources.has_columns(one, reading)), source)
    if reading.per_step or named_already or not sources.has_columns(source, reading):
        return config.text, config.label, []
    guessed = guess(config.model_copy(update={"source": source}), reading)
    if not reading.labelled:
        message = _('{source}: read "{text}" as the text.')
        return guessed.text, config.label, [message.format(source=source, text=" + ".join(named(guessed.text)))]
    message = _('{source}: read "{text}" as the text and "{label}" as the label.')
    return (
        guessed.text,
        guessed.label,
        [message.format(source=source, text=" + ".join(named(guessed.text)), label=" + ".join(named(guessed.label)))],
    )


def _dataset(rows: sources.Rows, reading: Reading, names: tuple[str, ...]) -> Dataset:
    targets = reading.targets(rows.labels, rows.origins, names)
    return Dataset(rows.inputs, targets, rows.origins, tuple(rows.notes), tuple(rows.rejected))
