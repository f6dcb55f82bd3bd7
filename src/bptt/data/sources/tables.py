"""Files with columns: which form a file has, which column is the text and which the label."""

from collections.abc import Callable, Iterator
from pathlib import Path

from bptt.data.config import DataConfig, named
from bptt.data.joined import joined
from bptt.data.reading import Reading
from bptt.data.sources import delimited, files, jsonlines, parquet
from bptt.data.sources.encodings import decode
from bptt.data.sources.rows import Rows, column_name
from bptt.data.suggest import did_you_mean, listed
from bptt.errors import DataError
from bptt.messages import _

Records = Iterator[tuple[int, dict[str, object] | str]]  # a line, and its record by column or what is wrong with it
_TEXT: dict[str, Callable[[str, str], Records]] = {
    ".csv": lambda text, name: delimited.records(text, name, ",;\t|"),
    ".tsv": lambda text, name: delimited.records(text, name, "\t,;|"),
    ".jsonl": lambda text, name: jsonlines.records(text),
    ".ndjson": lambda text, name: jsonlines.records(text),
}
WITH_LISTS = (".jsonl", ".ndjson", ".parquet")
FORMATS = (*_TEXT, ".parquet")


def form(name: str) -> str:
    """Which of the FORMATS a file of that name has; those of text may end in .gz as well. "" for none."""
    name = name.lower()
    return next((one for one in FORMATS if name.endswith((one, one + ".gz") if one in _TEXT else one)), "")


def records(path: Path, config: DataConfig, notes: list[str]) -> Records:
    """The records of a file in one of the FORMATS, with the line each starts on; `notes` takes how the file was read."""
    if form(path.name) == ".parquet":
        if path.is_file() and not path.stat().st_size:
            raise _empty(path)
        yield from parquet.records(path, config.max_unpacked_mb * 10**6)
    else:
        yield from _TEXT[form(path.name)](text_of(path, config, notes), path.name)


def text_of(path: Path, config: DataConfig, notes: list[str]) -> str:
    """The text of the whole file; `notes` takes how it was read. Raises DataError for one that is empty or cannot be read."""
    try:
        text, found = decode(files.read_bytes(path, config.max_unpacked_mb * 10**6), config.encoding)
    except DataError as error:
        if error.code != "data.encoding":
            raise
        raise DataError(error.code, f"{path.name}: {error}") from error
    if not text.strip():
        raise _empty(path)
    if found:
        message = _("{name}: read as {encoding}, by what is in it. If letters look wrong, name another with --data.encoding.")
        notes.append(message.format(name=path.name, encoding=found))
    return text


def read(path: Path, config: DataConfig, reading: Reading) -> Rows:
    """Text and label of every record. Raises DataError for columns that are not named or not there."""
    rows, columns = Rows(path.name, reading), dict[str, None]()
    texts, labels = (tuple(map(column_name, named(names))) for names in (config.text, config.label))
    for line, record in records(path, config, rows.notes):
        origin = f"{path.name}:{line}"
        if isinstance(record, str):
            rows.reject(record, origin, line)
        else:
            columns.update(dict.fromkeys(record))
            rows.add(_text(record, texts), _label(record, labels, config.label_separator), origin, line)
    if columns:
        _check_columns(path.name, list(columns), texts, labels if reading.labelled else None)
    return rows


def _text(record: dict[str, object], columns: tuple[str, ...]) -> object:
    found = [record.get(column) for column in columns]
    return joined(found) if len(columns) > 1 else next(iter(found), None)


def _label(record: dict[str, object], columns: tuple[str, ...], separator: str) -> object:
    """What the column holds, split at the separator where there is one; of several columns, that of each."""
    found = {column: record.get(column) for column in columns}
    if separator:
        parts = {column: value.split(separator) if isinstance(value, str) else value for column, value in found.items()}
        found = {column: _words(value) if isinstance(value, list) else value for column, value in parts.items()}
    return found if len(columns) > 1 else next(iter(found.values()), None)


def _words(parts: list[object]) -> list[object]:
    """Parts of a text without the white space around them; an empty one is no label."""
    return [part.strip() if isinstance(part, str) else part for part in parts if not isinstance(part, str) or part.strip()]


def _empty(path: Path) -> DataError:
    return DataError("data.empty-file", _("{name} is empty. Give a file with texts and labels.").format(name=path.name))


def _check_columns(name: str, columns: list[str], texts: tuple[str, ...], labels: tuple[str, ...] | None) -> None:
    """labels: None where the rows have none."""
    there = listed(columns)
    if not texts or labels == ():
        message = _("{name}: name the column of the text and the column of the label (--text, --label). Its columns: {columns}.")
        raise DataError("data.column-not-named", message.format(name=name, columns=there))
    for wanted in (*texts, *(labels or ())):
        if wanted not in columns:
            message = _('{name} has no column "{wanted}". Its columns: {columns}.')
            raise DataError(
                "data.missing-column", message.format(name=name, wanted=wanted, columns=there) + did_you_mean(wanted, columns)
            )
    for both in set(texts) & set(labels or ()):
        message = _('{name}: "{column}" cannot be both text and label. Its columns: {columns}.')
        raise DataError("data.same-column", message.format(name=name, column=both, columns=there))
