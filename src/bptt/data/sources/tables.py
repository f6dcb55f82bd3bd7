"""Files with columns: which column is the text and which the label."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bptt.data.sources import delimited, files, jsonlines
from bptt.data.sources.rows import Rows
from bptt.data.suggest import did_you_mean, listed
from bptt.errors import DataError
from bptt.messages import _

Records = Iterator[tuple[int, dict[str, object]]]
FORMATS: dict[str, Callable[[str, str], Records]] = {
    ".csv": partial(delimited.records, separator=","),
    ".tsv": partial(delimited.records, separator="\t"),
    ".jsonl": jsonlines.records,
}


def records(path: Path) -> Records:
    """The records of a file in one of the FORMATS, with the line each starts on."""
    content = files.read_bytes(path)
    if not content.strip():
        raise DataError("data.empty-file", _("{name} is empty. Give a file with texts and labels.").format(name=path.name))
    return FORMATS[path.suffix.lower()](files.decode(content, path.name), path.name)


def read(path: Path, text: str | None, label: str | None) -> Rows:
    """Text and label of every record. Raises DataError for columns that are not named or not there."""
    rows, columns = Rows(path.name), dict[str, None]()
    for line, record in records(path):
        columns.update(dict.fromkeys(record))
        rows.add(record.get(text or ""), record.get(label or ""), f"{path.name}:{line}")
    if columns:
        _check_columns(path.name, list(columns), text, label)
    return rows.checked()


def _check_columns(name: str, columns: list[str], text: str | None, label: str | None) -> None:
    there = listed(columns)
    if not text or not label:
        message = _("{name}: name the column of the text and the column of the label (--text, --label). Its columns: {columns}.")
        raise DataError("data.column-not-named", message.format(name=name, columns=there))
    for wanted in (text, label):
        if wanted not in columns:
            message = _('{name} has no column "{wanted}". Its columns: {columns}.')
            raise DataError(
                "data.missing-column", message.format(name=name, wanted=wanted, columns=there) + did_you_mean(wanted, columns)
            )
    if text == label:
        message = _('{name}: "{column}" cannot be both text and label. Its columns: {columns}.')
        raise DataError("data.same-column", message.format(name=name, column=text, columns=there))
