"""What every drawing is made of, as SVG. No text of the user enters: words come from the catalogue, all else is numbers."""

from collections.abc import Iterable

from markupsafe import Markup

from bptt.report.axes import Scale
from bptt.report.text import short

WIDTH, HEIGHT = 480, 276  # of the drawing, in units that the page scales
LEFT, RIGHT, TOP, BOTTOM = 68, 468, 44, 232  # of the field between the axes


def picture(key: str, title: str, words: str, parts: Iterable[Markup]) -> Markup:
    """The whole drawing: `key` is unique on the page, `words` says what it shows to who does not see it."""
    return Markup(
        '<svg viewBox="0 0 {w} {h}" role="img" aria-labelledby="{key}-title {key}-words">'
        '<title id="{key}-title">{title}</title><desc id="{key}-words">{words}</desc>{parts}</svg>'
    ).format(w=WIDTH, h=HEIGHT, key=key, title=title, words=words, parts=Markup("").join(parts))


def path(kind: str, way: str) -> Markup:
    """A line or an outline; `kind` is its class in page.css, here as below."""
    return Markup('<path class="{kind}" d="{way}"/>').format(kind=kind, way=way)


def text(kind: str, x: float, y: float, anchor: str, words: str) -> Markup:
    """Words with their `anchor` (start, middle or end) at (x, y)."""
    template = Markup('<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>')
    return template.format(kind=kind, x=x, y=y, anchor=anchor, words=words)


def bar(kind: str, x: tuple[float, float], y: tuple[float, float], words: str) -> Markup:
    """A rectangle from the left to the right of `x` and from the foot to the top of `y`, which tells `words` when pointed at."""
    template = Markup(
        '<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"><title>{words}</title></rect>'
    )
    return template.format(kind=kind, x=x[0], y=y[1], w=x[1] - x[0], h=y[0] - y[1], words=words)


def dot(kind: str, x: float, y: float, words: str) -> Markup:
    """A dot, which tells `words` when pointed at."""
    template = Markup('<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{words}</title></circle>')
    return template.format(kind=kind, x=x, y=y, words=words)


def rows(up: Scale, zero_line: bool = False) -> Markup:
    """Vertical axis: a line across and a number for each tick."""
    parts = []
    for tick in up.ticks:
        parts.append(path("zero" if zero_line and tick == 0 else "grid", f"M{LEFT} {up(tick):.1f}H{RIGHT}"))
        parts.append(text("number", LEFT - 7, up(tick) + 4.5, "end", short(tick)))
    return Markup("").join(parts)


def columns(across: Scale) -> Markup:
    """Horizontal axis: a mark and a number for each tick."""
    parts = []
    for tick in across.ticks:
        parts.append(path("tick", f"M{across(tick):.1f} {BOTTOM}v5"))
        parts.append(text("number", across(tick), BOTTOM + 19, "middle", short(tick)))
    return Markup("").join(parts)


def titles(up: str, across: str) -> Markup:
    """What the two axes count."""
    return text("axis", 2, TOP - 28, "start", up) + text("axis", RIGHT, HEIGHT - 6, "end", across)


def upright(kind: str, x: float, words: str) -> Markup:
    """A marked place on the horizontal axis, its words on the side where there is room."""
    shift, anchor = (5, "start") if x < (LEFT + RIGHT) / 2 else (-5, "end")
    return path(kind, f"M{x:.1f} {BOTTOM}V{TOP - 14}") + text(kind, x + shift, TOP - 5, anchor, words)
