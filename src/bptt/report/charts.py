"""Line charts by epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeGuard

from markupsafe import Markup

from bptt.messages import _
from bptt.report import axes, drawing
from bptt.report.drawing import BOTTOM, LEFT, RIGHT, TOP
from bptt.report.text import is_number, short, shorten

SEEN, DOTTED = 40, 200  # up to so many epochs, each value is a dot that tells its number: seen, or seen when pointed at
DRAWN = 2000  # of more epochs than this, every so-many-th is drawn

Point = tuple[int, float]  # epoch, value


@dataclass(frozen=True)
class Series:
    """One line: a value an epoch, None where there is none. `style` is its class in page.css."""

    name: str
    style: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """A chart by epoch: the numbers, and the words around them."""

    key: str  # unique on the page
    title: str
    unit: str  # title of the vertical axis
    epochs: Sequence[int]
    series: Sequence[Series]
    best: int | None = None  # the epoch to mark
    log: bool = False
    zero_line: bool = False
    from_zero: bool = False  # the axis begins at zero
    limits: tuple[float, float] = (-float("inf"), float("inf"))
    reading: str = ""  # how to read it

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and name of each line."""
        return [(f"line {one.style}", one.name) for one in self.drawn()]

    def drawn(self) -> list[Series]:
        """The series that hold at least one value the axis can show."""
        return [one for one in self.series if self._points(one)]

    def description(self) -> str:
        """The chart in words: first, last, lowest and highest value of each line."""
        return " ".join(_in_words(one.name, self._points(one)) for one in self.drawn())

    def notes(self) -> list[str]:
        """How to read the drawing, and what it leaves out."""
        notes = [self.reading] if self.reading and self.drawn() else []
        for one in self.drawn():
            shown = {epoch for epoch, _value in self._points(one)}
            missing = ", ".join(str(epoch) for epoch in self.epochs if epoch not in shown)
            if missing:
                notes.append(_("{name}: no number at epoch {epochs}.").format(name=one.name, epochs=shorten(missing, 60)))
        if self._step() > 1:
            notes.append(_("Of {epochs} epochs, one in {step} is drawn.").format(epochs=len(self.epochs), step=self._step()))
        return notes

    def svg(self) -> Markup:
        """The drawing, or nothing where there is nothing to draw."""
        if not self.drawn():
            return Markup("")
        across, up = axes.whole(self.epochs[0], self.epochs[-1], LEFT, RIGHT), self._vertical()
        parts = [drawing.rows(up, self.zero_line), drawing.columns(across), drawing.titles(self.unit, _("epoch"))]
        parts += [drawing.upright("best", across(self.best), _("best epoch"))] if self.best is not None else []
        parts += [_line(one, self._runs(one), across, up) for one in self.drawn()]
        if len(self.epochs) <= DOTTED:
            parts += [_dots(one, self._runs(one), across, up) for one in self.drawn()]
        return drawing.picture(self.key, self.title, self.description(), parts)

    def _fits(self, value: float | None) -> TypeGuard[float]:
        return is_number(value) and (value > 0 or not self.log)

    def _points(self, one: Series) -> list[Point]:
        return [(epoch, value) for epoch, value in zip(self.epochs, one.values, strict=True) if self._fits(value)]

    def _step(self) -> int:
        return -(-len(self.epochs) // DRAWN)

    def _runs(self, one: Series) -> list[list[Point]]:
        """The points drawn, cut where a value is missing."""
        pairs = list(zip(self.epochs, one.values, strict=True))[:: self._step()]
        runs = groupby(pairs, lambda pair: self._fits(pair[1]))
        return [[(epoch, value) for epoch, value in run if value is not None] for fits, run in runs if fits]

    def _vertical(self) -> axes.Scale:
        values = [value for one in self.drawn() for _epoch, value in self._points(one)]
        if self.log:
            return axes.logarithmic(values, BOTTOM, TOP)
        return axes.linear([*values, 0.0] if self.zero_line or self.from_zero else values, BOTTOM, TOP, self.limits)


def _in_words(name: str, points: list[Point]) -> str:
    message = _(
        "{name}: {first} at epoch {start}, {last} at epoch {end}; lowest {low} at epoch {dip}, highest {high} at epoch {peak}."
    )
    (start, first), (end, last) = points[0], points[-1]
    (dip, low), (peak, high) = min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1])
    values = {"first": short(first), "last": short(last), "low": short(low), "high": short(high)}
    return message.format(name=name, start=start, end=end, dip=dip, peak=peak, **values)


def _line(one: Series, runs: list[list[Point]], across: axes.Scale, up: axes.Scale) -> Markup:
    """The line through each run; a run of one point is a round dot (`h0`)."""
    corners = [[f"{across(epoch):.1f} {up(value):.1f}" for epoch, value in run] for run in runs]
    path = "".join("M" + "L".join(run) + ("h0" if len(run) == 1 else "") for run in corners)
    return drawing.path(f"line {one.style}", path)


def _dots(one: Series, runs: list[list[Point]], across: axes.Scale, up: axes.Scale) -> Markup:
    """A dot a value, which tells its number when pointed at."""
    points = [point for run in runs for point in run]
    kind = f"dot {one.style}" if len(points) <= SEEN else f"dot {one.style} quiet"
    words = _("{name}, epoch {epoch}: {value}")
    return Markup("").join(
        drawing.dot(kind, across(epoch), up(value), words.format(name=one.name, epoch=epoch, value=f"{value:.6g}"))
        for epoch, value in points
    )
