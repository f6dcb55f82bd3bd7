"""Heat maps: a grid of numbers as shades of two colours, a path a shade, so that thousands of cells stay small."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from bptt.explaining.explanation import Explanation
from bptt.messages import _
from bptt.report import axes, drawing
from bptt.report.drawing import BOTTOM, LEFT, RIGHT, TOP
from bptt.report.text import count, short, shorten

SHADES = 8
COLUMNS, ROWS, NAME = 64, 32, 9  # that are drawn, and characters of a row's name


def grid(values: Sequence[Sequence[float]], most: float) -> Markup:
    """`values`[row][column] in the field of a drawing, the first row on top: a shade of "heat for" above 0 and of "heat against"
    below it, the strongest from `most` on."""
    runs: dict[tuple[str, int], list[str]] = defaultdict(list)
    for row, line in enumerate(values):
        column = 0
        for shade, cells in groupby(_shade(value, most) for value in line):
            length = len(list(cells))
            if shade:
                runs["for" if shade > 0 else "against", abs(shade)].append(f"M{column} {row}h{length}")
            column += length
    across, down = (RIGHT - LEFT) / len(values[0]), (BOTTOM - TOP) / len(values)
    paths = Markup("").join(
        Markup('<path class="heat {kind}" data-share="{shade}" d="{way}"/>').format(kind=kind, shade=shade, way="".join(way))
        for (kind, shade), way in sorted(runs.items())
    )
    place = f"translate({LEFT} {TOP + down / 2:.3f}) scale({across:.4f} {down:.4f})"
    return Markup('<g transform="{place}">{paths}</g>').format(place=place, paths=paths)


def _shade(value: float, most: float) -> int:
    return round(max(-1.0, min(1.0, value / most)) * SHADES)


@dataclass(frozen=True)
class Shades:
    """What heat maps of one explanation share: the steps go across; `key` is unique on the page."""

    key: str
    one: Explanation

    def steps(self, last: int) -> Markup:
        """The horizontal axis of the steps 1 to `last`, each as wide as its cells."""
        ticks = axes.whole(1, last, LEFT, RIGHT).ticks
        return drawing.columns(axes.Scale(0.5, last + 0.5, LEFT, RIGHT, ticks))


class States(Shades):
    """The hidden state over time."""

    @property
    def title(self) -> str:
        return _("Hidden state over time")

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning of the shades."""
        return [("heat for", _("above 0")), ("heat against", _("below 0"))]

    def notes(self) -> list[str]:
        """Which units and steps are drawn, and how large the state is."""
        states, norm = self.one["states"], self.one["norm"]
        message = _("{units} units that change most over the steps, {steps} of {all} steps; the last recurrent layer.")
        told = message.format(units=len(states["units"]), steps=len(states["steps"]), all=count(len(norm)))
        size = _("Norm of the whole state: {first} after the first step, {last} after the last, {most} at most (step {at}).")
        at = norm.index(max(norm))
        return [told, size.format(first=short(norm[0]), last=short(norm[-1]), most=short(norm[at]), at=at + 1)]

    def svg(self) -> Markup:
        """The drawing."""
        values = self.one["states"]["values"]
        most = max(max(map(abs, line)) for line in values) or 1.0
        parts = [grid(values, most), self.steps(len(self.one["norm"])), drawing.titles(_("units"), _("step"))]
        return drawing.picture(self.key, self.title, " ".join(self.notes()), parts)


class Tagged(Shades):
    """How probable each tag is at every step."""

    @property
    def title(self) -> str:
        return _("Probability of each tag at every step")

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning of the shades."""
        return [("heat for", _("the stronger, the more probable"))]

    def rows(self) -> list[tuple[str, list[float]]]:
        """The tags that are most probable somewhere, in their order, as far as steps are drawn."""
        tags = self.one["tags"]
        kept = set(sorted(tags, key=lambda tag: -max(tags[tag], default=0.0))[:ROWS])
        return [(tag, told[:COLUMNS]) for tag, told in tags.items() if tag in kept]

    def notes(self) -> list[str]:
        """What is left out."""
        told = [_("The first {shown} of {all} steps.").format(shown=COLUMNS, all=count(len(self.one["tokens"])))]
        return told if len(self.one["tokens"]) > COLUMNS else []

    def svg(self) -> Markup:
        """The drawing."""
        rows = self.rows()
        height = (BOTTOM - TOP) / len(rows)
        every = max(1, round(16 / height))  # room for a line of text
        names = [
            drawing.text("number", LEFT - 7, TOP + height * (place + 0.5) + 4.5, "end", shorten(tag[:NAME], NAME))
            for place, (tag, _told) in enumerate(rows)
            if place % every == 0
        ]
        parts = [
            grid([told for _tag, told in rows], 1.0),
            *names,
            self.steps(len(rows[0][1])),
            drawing.titles(_("tags"), _("step")),
        ]
        words = " ".join(f"{shorten(tag, 40)}: {short(max(told))}." for tag, told in rows)
        return drawing.picture(self.key, self.title, words, parts)
