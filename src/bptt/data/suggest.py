"""Names in errors: the nearest to one that was not found, and a list short enough to read."""

import difflib
from collections.abc import Iterable, Sequence

from bptt.messages import _

_SHOWN = 10


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """` Did you mean "review"?`, with its leading space, or nothing where no name is near."""
    by_lower = {name.lower(): name for name in sorted(names)}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return " " + _('Did you mean "{name}"?').format(name=by_lower[near[0]]) if near else ""


def listed(names: Sequence[str]) -> str:
    """The names with commas between; of many, the first few."""
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
