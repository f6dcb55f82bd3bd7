"""Text and numbers as the page shows them.

What hides in text from files and people is shown by its number (`messages.visible`). Escaping for HTML is the template engine's
work.
"""

import math
from bisect import bisect_right
from itertools import accumulate
from typing import TypeGuard

from markupsafe import Markup

from bptt.data.splits import Part
from bptt.messages import _
from bptt.messages.visible import visible

MISSING = "–"
NAME = 80  # characters of a name that are shown


def shorten(text: str, limit: int) -> str:
    """`visible(text)`, or as much of it as `limit` characters hold, an ellipsis and how many characters are left out."""
    shown = [visible(one) for one in text[:limit]]
    kept = bisect_right(list(accumulate(map(len, shown))), limit)
    left_out = len(text) - kept
    return "".join(shown[:kept]) + (f"… (+{left_out:,})" if left_out else "")


def is_number(value: object) -> TypeGuard[float]:
    """Whether `value` is a finite number: what is missing, NaN or infinite cannot be drawn."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def count(value: float | None) -> str:
    """A whole number with its thousands marked: 1,328,517."""
    return f"{value:,.0f}" if is_number(value) else MISSING


def share(value: float | None) -> str:
    """A share, a loss or a score to four decimals: 0.8934."""
    return f"{value:.4f}" if is_number(value) else MISSING


def percent(value: float) -> str:
    """A share of 0 to 1 in hundredths: 5.3 %."""
    return f"{100 * value:.1f} %"


def short(value: float | None) -> str:
    """Up to four significant digits, six of a whole number, for ticks and rates: 0.001, 5e-5, 120000."""
    if not is_number(value):
        return MISSING
    digits, _, exponent = f"{value:.{6 if value == int(value) else 4}g}".partition("e")
    return f"{digits}e{int(exponent)}" if exponent else digits


def duration(seconds: float | None) -> str:
    """Seconds as people say them: 8.3 s, 2 min 05 s, 1 h 12 min."""
    if seconds is None or not is_number(seconds):
        return MISSING
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def quote(text: str) -> Markup:
    """`text` in quotation marks, whatever its direction of writing, ready to stand in a sentence: it is escaped here."""
    return Markup("<bdi>“{}”</bdi>").format(shorten(text, NAME))


def part_names() -> dict[Part, str]:
    """The parts of the data by their keys in the run's files, the most telling first."""
    return {"test": _("test"), "validation": _("validation"), "train": _("training")}
