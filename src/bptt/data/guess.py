"""Which column is the text, which the label, where nobody said."""

from statistics import fmean

from bptt.data import sources
from bptt.data.config import DataConfig, named
from bptt.data.reading import ONE_CLASS, Reading
from bptt.data.suggest import listed
from bptt.errors import DataError
from bptt.messages import _

_SAMPLE, _LOOK = 1000, 20  # records looked at, and those that tell a list from a text
_USUAL_NAMES = ("label", "class", "sentiment", "category", "score", "rating", "stars", "target", "topic", "nhãn", "điểm")


def guess(config: DataConfig, reading: Reading = ONE_CLASS) -> DataConfig:
    """`config` with the columns that it does not name filled in; a source without columns needs none.

    The text is the column with the longest values; the label, of those that fit `reading`, the one with a usual name or
    else the fewest values. Raises DataError where no column will do.
    """
    source, text, label = config.source, config.text, config.label
    if not sources.has_columns(source, reading):
        return config
    records = sources.sample(config, _SAMPLE)
    names = dict.fromkeys(column for record in records for column in record)
    columns = {name: [record.get(name) for record in records] for name in names}
    by_length = sorted((name for name in columns if name not in named(label)), key=lambda name: -_mean_length(columns[name]))
    text = text or next(iter(by_length), None)
    candidates = [name for name, values in columns.items() if name not in named(text) and reading.fits(values)]
    by_use = sorted(candidates, key=lambda name: (name.lower() not in _USUAL_NAMES, _distinct(columns[name])))
    label = label or next(iter(by_use), None)
    if text is not None and not reading.labelled:
        return config.model_copy(update={"text": text})
    if text is None or label is None:
        message = _("{source}: no column looks like a label ({wanted}). Name it with --label. Columns: {columns}.")
        there = listed(list(columns)) or _("none")
        raise DataError("data.cannot-guess", message.format(source=source, wanted=reading.wanted(), columns=there))
    return config.model_copy(update={"text": text, "label": label})


def listing(config: DataConfig) -> list[str]:
    """The columns, of those that may be the label, that hold lists, where another holds texts; none of a form that has none."""
    if not sources.has_columns(config.source) or not sources.may_hold_lists(config.source):
        return []
    records = sources.sample(config, _LOOK)
    columns = dict.fromkeys(column for record in records for column in record)
    of_kind = {
        kind: [name for name in columns if all(isinstance(one.get(name), kind) for one in records)] for kind in (list, str)
    }
    return [name for name in of_kind[list] if name in (named(config.label) or columns)] if of_kind[str] else []


def _mean_length(values: list[object]) -> float:
    return fmean(len(value) if isinstance(value, str) else 0 for value in values)


def _distinct(values: list[object]) -> int:
    return len({str(value) for value in values})
