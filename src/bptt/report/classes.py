"""The view of answers that are one class each."""

from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from bptt.data.splits import Part
from bptt.evaluation import classes
from bptt.messages import _
from bptt.report import answers
from bptt.report.bars import Reliability
from bptt.report.text import count, part_names, quote, share
from bptt.report.view import Metric, Tile


class ClassesView:
    """Each class, which is taken for which, calibration, and the worst mistakes with the words that misled."""

    scores = classes.Scores
    template = "classes.html"

    def metric(self) -> Metric:
        return Metric("accuracy", _("Accuracy"), _("Validation accuracy"), _("share of rows"), limits=(0, 1))

    def headline(self, part: Part, scores: classes.Scores) -> str:
        name, baseline = scores.majority()
        better = escape(_("Accuracy {accuracy} on the {part} part, where always answering {name} gives {baseline}"))
        worse = escape(_("Accuracy {accuracy} on the {part} part: no better than always answering {name} ({baseline})"))
        sentence = better if scores.accuracy > baseline else worse
        return sentence.format(
            accuracy=share(scores.accuracy), part=part_names()[part], name=quote(name), baseline=share(baseline)
        )

    def tiles(self, part: Part, scores: classes.Scores) -> list[Tile]:
        _name, baseline = scores.majority()
        rows = _("{rows} {part} rows").format(rows=count(scores.rows), part=part_names()[part])
        gain = _("the model: {gain:+.4f}").format(gain=scores.accuracy - baseline)
        return [
            Tile(_("Accuracy"), share(scores.accuracy), rows),
            Tile(_("Majority class"), share(baseline), gain),
            Tile(_("Macro F1"), share(scores.macro_f1), _("every class counts the same")),
            Tile(_("Weighted F1"), share(scores.weighted_f1), _("every row counts the same")),
        ]

    def context(self, scores: Mapping[Part, classes.Scores]) -> dict[str, Any]:
        tools = (answers.listed, answers.matrix, answers.passage)
        reliability = {part: Reliability(part, one) for part, one in scores.items()}
        return {tool.__name__: tool for tool in tools} | {"calibrated": reliability}
