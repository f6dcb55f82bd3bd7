"""Explanations as a page shows them: the words that moved an answer, its course, its states, and what is like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bptt.explaining.explanation import Effects, Explanation, Told
from bptt.messages import _, language
from bptt.record import write_atomically
from bptt.report import template
from bptt.report.answers import Passage, moved
from bptt.report.heat import States, Tagged
from bptt.report.steps import Course
from bptt.report.text import NAME, share, short, shorten

WORDS = 200  # of a text that are shown with their effects


@dataclass(frozen=True)
class Moved:
    """What moved one number of the answer."""

    title: str
    total: str  # how the effects add up
    passage: Passage


@dataclass(frozen=True)
class Shown:
    """One explanation; `key` is unique on the page, `truth` what the answer should have been where that is known."""

    key: str
    one: Explanation
    truth: str = ""

    def answer(self) -> str:
        """The answer in a few words."""
        told = map(_titled, self.one["effects"])
        return " · ".join(told) or _("nothing")

    def moved(self) -> list[Moved]:
        """The words that moved each number."""
        tokens = self.one["tokens"]
        if not tokens:
            return []
        return [
            Moved(_aim(self.one, effects), _total(effects), moved(tokens, effects["effects"], WORDS))
            for effects in self.one["effects"]
        ]

    def charts(self) -> Sequence[Any]:
        """The drawings."""
        if not self.one["tokens"]:
            return []
        states = States(f"{self.key}-states", self.one)
        return [Tagged(f"{self.key}-tags", self.one) if self.one["tags"] else Course(f"{self.key}-course", self.one), states]

    def notes(self) -> list[str]:
        """What is told in part, and what was not read."""
        notes = list(self.one["notes"])
        if self.one["before"] or self.one["after"]:
            notes.append(_("Not read (text.max_length): {before} steps in front, {after} behind.").format(**self.one))
        return notes


def shown(told: Told) -> list[tuple[str, list[Shown]]]:
    """The explanations of a run by their heading."""
    kinds = {
        "worst": (_("The answers farthest from right"), told["worst"]),
        "surest": (_("The surest right answers, or those nearest to right"), told["surest"]),
    }
    return [
        (title, [Shown(f"{kind}-{number}", one, truth) for number, (truth, one) in enumerate(found, start=1)])
        for kind, (title, found) in kinds.items()
        if found
    ]


def write_explanations(path: Path, name: str, told: Sequence[Explanation]) -> Path:
    """Writes the page of what led to some answers of the run called `name` to `path`, which is given back."""
    shown = [Shown(f"answer-{number}", one) for number, one in enumerate(told, start=1)]
    page = template.named("explanations.html").render(
        template.style() | {"language": language(), "name": name, "explained": shown}
    )
    write_atomically(path, page.encode())
    return path


def _titled(effects: Effects) -> str:
    name = shorten(effects["name"], NAME)
    return f"{name} {share(effects['value'])}" if name else short(effects["value"])


def _aim(one: Explanation, effects: Effects) -> str:
    if effects["step"] is None:
        return _("What moved it: {name}").format(name=_titled(effects))
    token = shorten(one["tokens"][effects["step"]], NAME)
    return _("What moved step {step}, {token}: {name}").format(step=effects["step"] + 1, token=token, name=_titled(effects))


def _total(effects: Effects) -> str:
    told = _("{start} where nothing is read, {total:+.4f} by the words, {value} in all.")
    if effects["padding"]:
        told = _("{start} where nothing is read, {total:+.4f} by the words, {padding:+.4f} by the padding, {value} in all.")
    numbers = {"start": short(effects["start"]), "value": short(effects["value"]), "padding": effects["padding"]}
    return told.format(total=sum(effects["effects"]), **numbers)
