"""The noun of this stage: what one check found, how bad it is, and what to do about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bptt.messages import _

Verdict = Literal["ok", "look", "stop"]  # fine; worth a look before training; mend it first
VERDICTS: tuple[Verdict, ...] = ("ok", "look", "stop")  # from good to bad
_EXAMPLES = 3


@dataclass(frozen=True)
class Finding:
    """check: the check's name, the same in every language; finding: what was seen, in a sentence; advice: what to do, empty
    where all is well; figures: the numbers behind the sentence, fit for JSON (shares from 0 to 1)."""

    check: str
    verdict: Verdict
    finding: str
    advice: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """The four words of it, as data.json keeps them; the figures only where they are asked for."""
        return {"check": self.check, "verdict": self.verdict, "finding": self.finding, "advice": self.advice}

    def line(self) -> str:
        """All of it on one line: `look: copies: …`."""
        return f"{verdict_words()[self.verdict]}: {self.check}: {self.finding} {self.advice}".rstrip()


def verdict_words() -> dict[Verdict, str]:
    """Each verdict in the language in use."""
    return {"ok": _("ok"), "look": _("look"), "stop": _("stop")}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of all; of none, ok."""
    return max(verdicts, key=VERDICTS.index, default="ok")


def grade(value: float, look: float, stop: float) -> Verdict:
    """`value`, of which more is worse, against the values from which it is worth a look, and from which it must be mended."""
    return "stop" if value >= stop else "look" if value >= look else "ok"


def share(part: int, whole: int) -> float:
    """part / whole, 0 of nothing."""
    return part / whole if whole else 0.0


def percent(part: int, whole: int) -> str:
    """`part` of `whole` as `0.4 %`; what is not nothing is never shown as 0.0 %, nor what is not all as 100.0 %."""
    value = 100 * share(part, whole)
    shown = f"{value:.1f} %"
    if part and shown == "0.0 %":
        return "< 0.1 %"
    return "> 99.9 %" if part < whole and shown == "100.0 %" else shown


def first(places: Sequence[str]) -> str:
    """` First: a.csv:3, a.csv:17.`, with its leading space; nothing where there is no place."""
    if not places:
        return ""
    more = ", …" if len(places) > _EXAMPLES else ""
    return " " + _("First: {places}.").format(places=", ".join(places[:_EXAMPLES]) + more)
