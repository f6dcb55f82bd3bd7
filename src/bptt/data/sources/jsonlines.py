"""JSONL: one JSON object a line."""

import json
from collections.abc import Iterator

from bptt.data.sources.rows import column_name
from bptt.messages import _


def records(text: str) -> Iterator[tuple[int, dict[str, object] | str]]:
    """The line, and the object on it or why there is none: an object whose keys differ. Blank lines hold no record."""
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
        except UnicodeEncodeError:
            yield line, _("holds half of a surrogate pair (an escape such as \\ud800 without its other half)")
        except (ValueError, RecursionError) as error:
            yield line, _("is not a JSON object ({reason})").format(reason=error)
        else:
            yield line, record


def _refuse_constant(constant: str) -> None:
    raise ValueError(_("{constant} is not JSON").format(constant=constant))


def _keys_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = {column_name(key): value for key, value in pairs}
    if len(record) != len(pairs):
        raise ValueError(_("a key stands twice"))
    return record
