"""Runs beside each other as a page: what they reached, whether that is chance, their curves, and what was set otherwise."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bptt.comparing import Comparison
from bptt.comparing.compare import Difference
from bptt.messages import _, language
from bptt.record import Run, write_atomically
from bptt.report import curves, template
from bptt.report.charts import Chart, Series
from bptt.report.text import MISSING, NAME, count, duration, part_names, share, short, shorten
from bptt.report.view import Metric, View
from bptt.training import Epoch, Event

LINES = ("train", "validation", "other", "fourth", "fifth", "sixth")  # classes in page.css, one a run that is drawn
SURE = 0.05  # a p-value below it is no chance


@dataclass(frozen=True)
class Row:
    """A run in the table: what it reached."""

    name: str
    cells: list[str]


def write_comparison(path: Path, runs: Sequence[Run], found: Comparison, view: View) -> Path:
    """Writes `found`, what was found of `runs` whose task has the `view`, to `path`, which is given back."""
    page = template.named("compare.html").render(template.style() | _contents(runs, found, view))
    write_atomically(path, page.encode())
    return path


def figure_names() -> dict[str, str]:
    """The figures that runs are compared by, for a person."""
    return {
        "accuracy": _("Accuracy"),
        "subset_accuracy": _("All labels right"),
        "f1": "F1",
        "tag_accuracy": _("Tags right"),
        "rank_error": _("Distance in ranks"),
        "mae": _("Mean absolute error"),
        "rmse": "RMSE",
        "perplexity": _("Perplexity"),
    }


def sentence(one: Difference) -> str:
    """A difference in words: which run, by how much, and whether that is chance."""
    better = _("{run} is better than the first by {value} in {figure} ({low} to {high}, p = {p}).")
    worse = _("{run} is worse than the first by {value} in {figure} ({low} to {high}, p = {p}).")
    unsure = _("{run} and the first cannot be told apart by {figure}: {value} ({low} to {high}, p = {p}).")
    words = unsure if one["p"] >= SURE else better if one["better"] else worse
    gain = one["difference"]
    value = gain["value"] if words is unsure else abs(gain["value"])
    low, high = (gain["low"], gain["high"]) if words is unsure or gain["value"] > 0 else (-gain["high"], -gain["low"])
    figures = {"value": f"{value:.4f}", "low": f"{low:.4f}", "high": f"{high:.4f}", "p": short(one["p"])}
    return words.format(run=one["run"], figure=figure_names()[one["figure"]], **figures)


def _contents(runs: Sequence[Run], found: Comparison, view: View) -> dict[str, Any]:
    names = [shorten(one["run"], NAME) for one in found["runs"]]
    figures = [name for name in figure_names() if any(name in one["figures"] for one in found["runs"])]
    part = found["part"]
    caption = _("On the {rows} rows of the {part} part that all were judged by")
    drawn = [curves.epochs(run.metrics(Event)) for run in runs[: len(LINES)]]
    return {
        "language": language(),
        "runs": [Row(name, _reached(one, figures)) for name, one in zip(names, found["runs"], strict=True)],
        "figures": [figure_names()[name] for name in figures],
        "caption": caption.format(rows=count(found["rows"]), part=part_names()[part]) if part else _("What each run reached"),
        "sentences": [sentence(one) for one in found["differences"]],
        "differences": [_told(one) for one in found["differences"]],
        "charts": _charts(names, drawn, view.metric()),
        "config": {key: [MISSING if one is None else json.dumps(one, ensure_ascii=False) for one in told]
                   for key, told in found["config"].items()},
        "notes": found["notes"],
    }  # fmt: skip


def _reached(one: Any, figures: Sequence[str]) -> list[str]:
    best = MISSING if one["best_epoch"] is None else _("{best} of {epochs}").format(best=one["best_epoch"], epochs=one["epochs"])
    return [*(share(one["figures"].get(name)) for name in figures), best, duration(one["seconds"]), count(one["parameters"])]


def _told(one: Difference) -> list[str]:
    gain = one["difference"]
    interval = _("{low} to {high}").format(low=f"{gain['low']:+.4f}", high=f"{gain['high']:+.4f}")
    rows = MISSING if one["only_this"] is None else f"{count(one['only_this'])} / {count(one['only_first'])}"
    test = {"McNemar": _("McNemar, exact"), "bootstrap": _("paired bootstrap")}[one["test"]]
    return [
        shorten(one["run"], NAME), figure_names()[one["figure"]], f"{gain['value']:+.4f}", interval, short(one["p"]), test, rows
    ]  # fmt: skip


def _charts(names: Sequence[str], drawn: Sequence[Sequence[Epoch]], metric: Metric) -> list[Chart]:
    """The curves of validation, a line a run; a run that ended earlier has no value behind its end."""
    epochs = list(range(1, 1 + max((rows[-1]["epoch"] for rows in drawn if rows), default=0)))
    if not epochs:
        return []

    def series(key: str) -> list[Series]:
        told: list[dict[int, Any]] = [{row["epoch"]: row.get(key) for row in rows} for rows in drawn]
        columns = [[one.get(epoch) for epoch in epochs] for one in told]
        return [Series(name, style, values) for name, style, values in zip(names, LINES, columns, strict=False)]

    loss = metric.loss or _("cross-entropy (nats)")
    return [
        Chart("val-loss", _("Validation loss"), loss, epochs, series("val_loss")),
        Chart("val-metric", metric.validation, metric.unit, epochs, series(f"val_{metric.key}"), limits=metric.limits),
        Chart("loss", _("Training loss"), loss, epochs, series("loss")),
        Chart("rate", _("Learning rate"), _("step size (log scale)"), epochs, series("learning_rate"), log=True),
    ]
