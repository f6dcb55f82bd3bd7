"""JSONL: one JSON object a line."""

import json
from collections.abc import Iterator

from bptt.errors import DataError
from bptt.messages import _


def records(text: str, name: str) -> Iterator[tuple[int, dict[str, object]]]:
    """The line and the object on it. Blank lines hold no record.

    Raises DataError, naming the line, for anything but an object with keys that differ.
    """
    # Not splitlines(): a JSON string may hold U+2028 and its like as they are.
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            record = json.loads(content, parse_constant=_refuse_constant, object_pairs_hook=_keys_once)
            if not isinstance(record, dict):
                raise ValueError(_("it holds a {kind}").format(kind=type(record).__name__))
            if "\\u" in content:  # only an escape can bring in half of a surrogate pair
                json.dumps(record, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            message = _(
                '{name}, line {line} is not a JSON object ({reason}). Expected for example {{"text": "…", "label": "…"}}.'
            )
            raise DataError("data.json", message.format(name=name, line=line, reason=error)) from error
        yield line, record


def _refuse_constant(constant: str) -> None:
    raise ValueError(_("{constant} is not JSON").format(constant=constant))


def _keys_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError(_("a key stands twice"))
    return record
