"""What a task adds to the page: how good its answers are, in a headline, a few figures, and a section a part."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bptt.data.splits import Part


@dataclass(frozen=True)
class Tile:
    """One figure with its name and a word of context."""

    name: str
    value: str
    context: str = ""


@dataclass(frozen=True)
class Metric:
    """The figure beside the loss: its key in the epochs' events, its names, its unit, and its limits where it has some."""

    key: str
    title: str
    validation: str
    unit: str
    limits: tuple[float, float] = (-math.inf, math.inf)
    rising: bool = True  # the higher, the better


class Judgement(Protocol):
    """What every kind of scores has."""

    def notes(self) -> list[str]:
        """Sentences on figures that are not what they seem."""


class View(Protocol):
    """scores: the type of one part's scores, as scores.json holds them; template: draws the section of one `part` from what
    `context` gives."""

    @property
    def scores(self) -> Any: ...

    @property
    def template(self) -> str: ...

    def metric(self) -> Metric:
        """The figure that is drawn beside the loss."""

    def headline(self, part: Part, scores: Any) -> str:
        """How good, against what, in one sentence of markup."""

    def tiles(self, part: Part, scores: Any) -> list[Tile]:
        """The figures below it."""

    def context(self, scores: Mapping[Part, Any]) -> dict[str, Any]:
        """All that the template names and the page has not."""
