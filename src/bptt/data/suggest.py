"""The nearest name to one that was not found, as a sentence to end an error with."""

import difflib
from collections.abc import Iterable

from bptt.messages import _


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """` Did you mean "review"?`, with its leading space, or nothing where no name is near."""
    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return " " + _('Did you mean "{name}"?').format(name=by_lower[near[0]]) if near else ""
