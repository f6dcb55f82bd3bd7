"""A chart by step: what the network says of a row while it reads it."""

from dataclasses import dataclass

from markupsafe import Markup

from bptt.explaining.explanation import Explanation
from bptt.messages import _
from bptt.report import axes, drawing
from bptt.report.drawing import BOTTOM, LEFT, RIGHT, TOP
from bptt.report.text import short, shorten

LINES = ("train", "validation", "other")  # classes in page.css, one a line
NAME = 24  # characters of a line's name


@dataclass(frozen=True)
class Course:
    """The answer after every step: the class that is explained, and those that come nearest to it; or the number."""

    key: str  # unique on the page
    one: Explanation

    @property
    def title(self) -> str:
        return _("The answer after every step")

    def lines(self) -> list[tuple[str, str, list[float]]]:
        """Class in page.css, name and values of each line."""
        course, aimed = self.one["course"], [effects["name"] for effects in self.one["effects"]]
        order = sorted(course, key=lambda name: (name not in aimed, -course[name][-1]))[: len(LINES)]
        return [(style, shorten(name, NAME) or _("answer"), course[name]) for style, name in zip(LINES, order, strict=False)]

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and name of each line."""
        return [(f"line {style}", name) for style, name, _values in self.lines()]

    def notes(self) -> list[str]:
        """How it was measured."""
        return [_("At each step the text is cut there and answered anew.")]

    def svg(self) -> Markup:
        """The drawing."""
        lines, at = self.lines(), self.one["at"]
        values = [value for _style, _name, told in lines for value in told]
        shares = "" not in self.one["course"]
        across = axes.whole(1, at[-1], LEFT, RIGHT)
        up = axes.linear([0, 1], BOTTOM, TOP, (0, 1)) if shares else axes.linear(values, BOTTOM, TOP)
        unit = _("probability") if shares else _("answer")
        parts = [drawing.rows(up), drawing.columns(across), drawing.titles(unit, _("step"))]
        for style, _name, told in lines:
            corners = [f"{across(step):.1f} {up(value):.1f}" for step, value in zip(at, told, strict=True)]
            parts.append(drawing.path(f"line {style}", "M" + "L".join(corners) + ("h0" if len(corners) == 1 else "")))
        return drawing.picture(self.key, self.title, self._words(), parts)

    def _words(self) -> str:
        message = _("{name}: {first} after step {start}, {last} after step {end}; lowest {low}, highest {high}.")
        at = self.one["at"]
        told = [
            message.format(
                name=name,
                start=at[0],
                end=at[-1],
                first=short(one[0]),
                last=short(one[-1]),
                low=short(min(one)),
                high=short(max(one)),
            )
            for _style, name, one in self.lines()
        ]
        return " ".join(told)
