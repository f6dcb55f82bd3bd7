"""The view of answers that are a number each."""

from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from bptt.data.splits import Part
from bptt.evaluation import numbers
from bptt.messages import _
from bptt.report.scatter import ErrorBars, Scatter
from bptt.report.text import MISSING, count, part_names, share, short
from bptt.report.view import Metric, Tile


class NumbersView:
    """Answer against truth, the errors, and the worst mistakes."""

    scores = numbers.Scores
    template = "numbers.html"

    def metric(self) -> Metric:
        return Metric(
            "mae",
            _("Mean absolute error"),
            _("Validation mean absolute error"),
            _("units of the labels"),
            limits=(0, float("inf")),
            rising=False,
            loss=_("squared error (variances)"),
        )

    def headline(self, part: Part, scores: numbers.Scores) -> str:
        better = escape(_("Off by {mae} on average on the {part} part, where always answering {mean} is off by {baseline}"))
        worse = escape(_("Off by {mae} on average on the {part} part: no better than always answering {mean} ({baseline})"))
        sentence = better if scores.mae < scores.baseline_mae else worse
        figures = {"mae": scores.mae, "mean": scores.training_mean, "baseline": scores.baseline_mae}
        return sentence.format(part=part_names()[part], **{name: short(value) for name, value in figures.items()})

    def tiles(self, part: Part, scores: numbers.Scores) -> list[Tile]:
        rows = _("{rows} {part} rows").format(rows=count(scores.rows), part=part_names()[part])
        mean = _("always {mean}, the mean of the training rows").format(mean=short(scores.training_mean))
        return [
            Tile(_("Mean absolute error"), short(scores.mae), rows),
            Tile(_("Baseline"), short(scores.baseline_mae), mean),
            Tile("RMSE", short(scores.rmse), _("the baseline: {rmse}").format(rmse=short(scores.baseline_rmse))),
            Tile("R²", MISSING if scores.r2 is None else share(scores.r2), _("share of the variance explained")),
        ]

    def context(self, scores: Mapping[Part, numbers.Scores]) -> dict[str, Any]:
        return {"drawings": {part: (Scatter(part, one), ErrorBars(part, one)) for part, one in scores.items()}}
