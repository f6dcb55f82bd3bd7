"""What `bptt predict` was given: arguments, plain lines, or JSONL. One item each, in order: a row, or why there is none."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bptt.data.joined import joined
from bptt.data.text import normalise
from bptt.errors import DataError
from bptt.messages import _

Item = Any  # a row of the model's, or a DataError
Ask = Callable[[object], Any]  # what was given -> a row


def arguments(texts: Iterable[str], ask: Ask) -> Iterator[Item]:
    """Texts of the command line."""
    for text in texts:
        try:
            yield ask(_readable(text))
        except DataError as error:
            yield error


def texts(lines: Iterable[bytes], columns: tuple[str, ...], ask: Ask, form: str = "auto") -> Iterator[Item]:
    """Lines of `form` "text" or "jsonl"; "auto" is jsonl where the first line with anything on it begins with `{`.

    In JSONL the text is under the column, else under "text", a list of tokens under "tokens", or numbers under "values"; of
    several columns all must be there, and "auto" is jsonl.
    """
    form = "jsonl" if len(columns) > 1 else form
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            if form == "auto" and text.strip():
                form = "jsonl" if text.lstrip().startswith("{") else "text"
            yield _from_json(text, columns, ask) if form == "jsonl" and text.strip() else ask(_readable(text))
        except DataError as error:
            yield DataError(error.code, _("line {number}: {message}").format(number=number, message=error))
        except UnicodeDecodeError:
            yield DataError("predict.not-utf8", _("line {number} is not UTF-8. Save the input as UTF-8.").format(number=number))


def _readable(text: str) -> str:
    """`text`, unless there is nothing to read in it, or halves of characters: what is left of bytes that were not UTF-8, or of
    a broken JSON escape."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError("predict.not-utf8", _("the text is not valid Unicode. Save it as UTF-8.")) from error
    if not normalise(text).strip():
        raise DataError("predict.no-text", _("there is no text. Give one with a word in it."))
    return text


def _from_json(line: str, columns: tuple[str, ...], ask: Ask) -> Any:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        message = _("not a JSON object ({reason}). Lines of plain text that begin with a brace need --lines text.")
        raise DataError("predict.not-json", message.format(reason=error)) from error
    if len(columns) > 1:
        return ask(_readable(_of_all(record if isinstance(record, dict) else {}, columns)))
    keys = dict.fromkeys([*columns, "text", "tokens", "values"])
    given = next((record[key] for key in keys if key in record), None) if isinstance(record, dict) else None
    if isinstance(given, str):
        return ask(_readable(given))
    try:
        return ask(given)
    except DataError:
        raise
    except ValueError as error:
        names = " / ".join(f'"{name}"' for name in dict.fromkeys([*columns, "text"]))
        raise DataError(
            "predict.no-text", _("no text: expected a JSON object with a string under {names}.").format(names=names)
        ) from error


def _of_all(record: dict[str, object], columns: tuple[str, ...]) -> str:
    """The texts under all `columns` as one; null stands for an empty one."""
    missing = [name for name in columns if name not in record or not isinstance(record[name], str | None)]
    if missing:
        message = _("no text under {missing}: expected a JSON object with a string under each of {columns}.")
        shown = (", ".join(f'"{name}"' for name in names) for names in (missing, columns))
        raise DataError("predict.no-text", message.format(missing=next(shown), columns=next(shown)))
    return str(joined([record[name] for name in columns]) or "")
