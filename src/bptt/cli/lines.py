"""Standard input as texts: plain lines, or JSONL where the first line with anything on it is a JSON object."""

import json
from collections.abc import Iterable, Iterator

from bptt.errors import DataError
from bptt.messages import _


def texts(lines: Iterable[bytes], column: str) -> Iterator[str | DataError]:
    """One item a line, in order: its text, or why it has none. In JSONL the text is under `column`, else under "text"."""
    as_json: bool | None = None
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            if as_json is None and text.strip():
                as_json = _is_object(text)
            yield readable(_from_json(text, column) if as_json else text)
        except DataError as error:
            yield DataError(error.code, _("line {number}: {message}").format(number=number, message=error))
        except UnicodeDecodeError:
            yield DataError("predict.not-utf8", _("line {number} is not UTF-8. Save the input as UTF-8.").format(number=number))


def readable(text: str) -> str:
    """`text`, unless it holds halves of characters: what is left of bytes that were not UTF-8, or of a broken JSON escape."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError("predict.not-utf8", _("the text is not valid Unicode. Save it as UTF-8.")) from error
    return text


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _from_json(line: str, column: str) -> str:
    try:
        record = json.loads(line) if line.strip() else {}
    except (ValueError, RecursionError) as error:
        raise DataError("predict.not-json", _("not JSON ({reason}), though the first line is.").format(reason=error)) from error
    record = record if isinstance(record, dict) else {}
    text = record.get(column, record.get("text"))
    if not isinstance(text, str):
        names = " / ".join(f'"{name}"' for name in dict.fromkeys([column, "text"]))
        raise DataError("predict.no-text", _("no text: expected a JSON object with a string under {names}.").format(names=names))
    return text
