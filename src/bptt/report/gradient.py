"""What the microscope saw: the gradient on its way back through time, what saturates, and how far back inputs still count."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from bptt.messages import _
from bptt.microscope import LayerProbe, Probe
from bptt.microscope.horizon import MOST, Horizon
from bptt.microscope.probe import over_time
from bptt.record import HORIZON, MICROSCOPE, Run
from bptt.report import axes, drawing
from bptt.report.drawing import BOTTOM, LEFT, RIGHT, TOP
from bptt.report.heat import SHADES, grid
from bptt.report.text import count, percent, short, shorten

DRAWN, COLUMNS, ROWS, NAMED = 6, 64, 40, 5  # layers, steps and probes that are drawn, and probes whose number is written
DECADES = 8  # powers of ten below the largest gradient, below which all is one shade

Line = list[float | None]  # a value a step


def context(run: Run) -> dict[str, Any]:
    """What gradient.html names; nothing is shown of a run that nobody looked into."""
    probes = run.metrics(Probe, MICROSCOPE)
    horizon = run.find_json(HORIZON, Horizon)
    names = list(dict.fromkeys(layer["layer"] for probe in probes for layer in probe["layers"]))
    seen = [Layer(f"scope-{place}", name, probes) for place, name in enumerate(names)]
    unmeasured = {one["layer"]: one["reason"] for probe in probes for one in probe["unmeasured"] if one["layer"] not in names}
    return {
        "probed": bool(probes),
        "scopes": [(layer, layer.maps()) for layer in seen[:DRAWN]],
        "scopes_left_out": len(seen) - DRAWN,
        "scope_rows": [layer.summary() for layer in seen],
        "unmeasured": list(unmeasured.items()),
        "reach": Reach(horizon) if horizon else None,
    }


@dataclass(frozen=True)
class Layer:
    """One recurrent layer in all probes."""

    key: str
    name: str
    probes: Sequence[Probe]

    @cached_property
    def seen(self) -> list[tuple[int, LayerProbe]]:
        """The batches at which it was looked at, and what was seen."""
        return [(probe["step"], layer) for probe in self.probes for layer in probe["layers"] if layer["layer"] == self.name]

    def maps(self) -> "list[Map]":
        """The gradient, the saturated states, and each gate."""
        kinds = _kinds()
        shares = [
            Map(f"{self.key}-{kind}", f"{title}: {shorten(self.name, 60)}", self, kind)
            for kind, title in kinds.items()
            if kind in self.seen[0][1]["saturated"]
        ]
        return [
            Gradient(f"{self.key}-gradient", _("Gradient through time: {layer}").format(layer=shorten(self.name, 60)), self, ""),
            *shares,
        ]

    def summary(self) -> list[str]:
        """A row of the table: the layer in the first and in the last probe."""
        (_first, begun), (_last, ended) = self.seen[0], self.seen[-1]
        ends = [_ends(layer["gradient"], layer["real"])[:: -1 if layer.get("backwards") else 1] for layer in (begun, ended)]
        ratios = [short(early / late) if early is not None and late else short(None) for early, late in ends]
        states = [percent(over_time(layer["saturated"]["state"], layer["real"])) for layer in (begun, ended)]
        return [shorten(self.name, 80), *ratios, *states, short(ended["spectral_radius"])]


@dataclass(frozen=True)
class Map:
    """Time across, training down: the share of the units that are saturated."""

    key: str
    title: str
    layer: Layer
    kind: str

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning of the shades."""
        return [("heat for", _("the stronger, the more of the units"))]

    def notes(self) -> list[str]:
        """How large it is, first and last."""
        (begun, first), (ended, last) = self.layer.seen[0], self.layer.seen[-1]
        message = _("Mean over time: {first} at batch {begun}, {last} at batch {ended}.")
        shares = [percent(over_time(one["saturated"][self.kind], one["real"])) for one in (first, last)]
        return [message.format(first=shares[0], begun=count(begun), last=shares[1], ended=count(ended))]

    def svg(self) -> Markup:
        """The drawing."""
        rows = _evenly(self.layer.seen, ROWS)
        last = max(layer["steps"] for _step, layer in rows)
        values = [_columns(self._line(layer), layer, last) for _step, layer in rows]
        if not any(value is not None for line in values for value in line):
            return Markup("")
        height = (BOTTOM - TOP) / len(rows)
        named = _evenly(list(enumerate(step for step, _layer in rows)), min(NAMED, len(rows)))
        names = [
            drawing.text("number", LEFT - 7, TOP + height * (place + 0.5) + 4.5, "end", short(step)) for place, step in named
        ]
        ticks = [
            tick for tick in axes.whole(1, last, LEFT, RIGHT).ticks if tick < 100 or tick <= 0.97 * last
        ]  # room for its digits
        across = axes.Scale(0.5, last + 0.5, LEFT, RIGHT, tuple(ticks))
        parts = [grid(self._shades(values), 1.0), *names, drawing.columns(across), drawing.titles(_("batch"), _("step"))]
        return drawing.picture(self.key, self.title, " ".join(self.notes()), parts)

    def _line(self, layer: LayerProbe) -> Line:
        return list(layer["saturated"][self.kind])

    def _shades(self, values: Sequence[Line]) -> list[list[float]]:
        """0 to 1, 0 where there is nothing to draw."""
        return [[value or 0.0 for value in line] for line in values]


class Gradient(Map):
    """The norm of dLoss/dh_t, by its logarithm."""

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning of the shades."""
        return [("heat for", _("the stronger, the larger (log scale)"))]

    def notes(self) -> list[str]:
        """Over which range the shades go, and what became of the gradient on its way."""
        low, high = self._range
        told = [_("Shades from {low} to {high}.").format(low=short(low), high=short(high))]
        (_begun, _first), (ended, last) = self.layer.seen[0], self.layer.seen[-1]
        early, late = _ends(last["gradient"], last["real"])
        message = _("At batch {ended}: {early} at the first step, {late} at the last.")
        return [*told, message.format(ended=count(ended), early=short(early), late=short(late))]

    def _line(self, layer: LayerProbe) -> Line:
        return list(layer["gradient"])

    @cached_property
    def _range(self) -> tuple[float, float]:
        found = [value for _step, layer in self.layer.seen for value in layer["gradient"] if value]
        high = max(found, default=1.0)
        return max(min(found, default=1.0), high / 10**DECADES), high

    def _shades(self, values: Sequence[Line]) -> list[list[float]]:
        low, high = self._range
        span = math.log(high / low) or 1.0
        return [[max(1 / SHADES, 1 - math.log(high / value) / span) if value else 0.0 for value in line] for line in values]


@dataclass(frozen=True)
class Reach:
    """How far back an input moves the answer."""

    horizon: Horizon
    key = "horizon"

    @property
    def title(self) -> str:
        return _("How far back an input still counts")

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning."""
        return [("bars", _("share of the gradient")), ("line validation", _("change of the answer"))]

    def notes(self) -> list[str]:
        """The horizon beside the lengths in the data."""
        lengths = self.horizon["lengths"]
        message = _(
            "{share} of the gradient lies within the last {horizon} steps; half of the texts are longer than {median} "
            "steps, one in ten longer than {p90}."
        )
        told = message.format(
            share=f"{100 * MOST:.0f} %",
            horizon=count(self.horizon["horizon"]),
            median=short(lengths["median"]),
            p90=short(lengths["p90"]),
        )
        reading = _(
            "Each bar holds the steps beyond the one before it. The line: the mean change of the answer where that one step is "
            "another text's."
        )
        return [told, reading]

    def svg(self) -> Markup:
        """The drawing."""
        steps, shares, moved = (self.horizon[name] for name in ("steps_back", "gradient_share", "moved"))
        up = axes.linear([0, *shares, *moved], BOTTOM, TOP)
        width = (RIGHT - LEFT) / len(steps)
        parts = [drawing.rows(up), drawing.titles(_("share, change"), _("steps before the end"))]
        for place, (step, share, change) in enumerate(zip(steps, shares, moved, strict=True)):
            left, right = LEFT + place * width, LEFT + (place + 1) * width
            words = _("{steps} steps back: {share} of the gradient, change {change}").format(
                steps=step, share=percent(share), change=short(change)
            )
            parts.append(drawing.bar("bars", (left + 2, right - 2), (BOTTOM, up(share)), words))
            parts.append(drawing.path("line validation", f"M{left + 2:.1f} {up(change):.1f}H{right - 2:.1f}"))
            parts.append(drawing.text("number", (left + right) / 2, BOTTOM + 19, "middle", short(step)))
        return drawing.picture(self.key, self.title, " ".join(self.notes()), parts)


def _kinds() -> dict[str, str]:
    """What a map of each kind of saturation is called."""
    return {
        "state": _("Saturated states"),
        "input": _("Saturated input gate"),
        "forget": _("Saturated forget gate"),
        "candidate": _("Saturated candidate"),
        "output": _("Saturated output gate"),
        "update": _("Saturated update gate"),
        "reset": _("Saturated reset gate"),
    }


def _columns(line: Line, layer: LayerProbe, last: int) -> Line:
    """`line` at up to COLUMNS steps of `last`, None where no row has a step."""
    at = layer.get("at") or range(layer["steps"])
    place = {step: number for number, step in enumerate(at)}
    nearest = sorted(place)
    wanted = [round(column * (last - 1) / max(min(COLUMNS, last) - 1, 1)) for column in range(min(COLUMNS, last))]
    found: Line = []
    for step in wanted:
        if step >= layer["steps"]:
            found.append(None)
            continue
        number = place[min(nearest, key=lambda one, step=step: abs(one - step))]  # type: ignore[misc]
        found.append(line[number] if layer["real"][number] else None)
    return found


def _evenly(rows: Sequence[Any], most: int) -> list[Any]:
    """All of them, or `most` in even distances, the first and the last among them."""
    last = len(rows) - 1
    return [
        rows[at]
        for at in sorted({round(place * last / max(most - 1, 1)) for place in range(most)} if last >= most else range(last + 1))
    ]


def _ends(values: Sequence[float | None], real: Sequence[int]) -> tuple[float | None, float | None]:
    """At the first and at the last step that any row has."""
    kept = [value for value, rows in zip(values, real, strict=True) if rows]
    return (kept[0], kept[-1]) if kept else (None, None)
