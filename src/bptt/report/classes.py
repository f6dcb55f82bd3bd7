"""The view of answers that are one class each."""

from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from bptt.data.splits import Part
from bptt.evaluation import classes
from bptt.evaluation.intervals import Figure
from bptt.messages import _
from bptt.report import answers
from bptt.report.bars import Reliability
from bptt.report.text import count, part_names, quote, share
from bptt.report.view import Metric, Tile


class ClassesView:
    """Each class, which is taken for which, calibration, and the worst mistakes with the words that misled."""

    scores: type[classes.Scores] = classes.Scores
    template = "classes.html"

    def metric(self) -> Metric:
        return Metric("accuracy", _("Accuracy"), _("Validation accuracy"), _("share of rows"), limits=(0, 1))

    def headline(self, part: Part, scores: classes.Scores) -> str:
        name, baseline = scores.majority()
        better = escape(_("Accuracy {accuracy} on the {part} part, where always answering {name} gives {baseline}"))
        worse = escape(_("Accuracy {accuracy} on the {part} part: no better than always answering {name} ({baseline})"))
        words = next((one for one in scores.baselines if one["name"] == "bag of words"), None)
        if words:
            beside = escape(_("Accuracy {accuracy} on the {part} part; a bag of words, which knows no order, gives {words}"))
            found = share(words["figures"]["accuracy"]["value"])
            return beside.format(accuracy=share(scores.accuracy), part=part_names()[part], words=found)
        sentence = better if scores.accuracy > baseline else worse
        return sentence.format(
            accuracy=share(scores.accuracy), part=part_names()[part], name=quote(name), baseline=share(baseline)
        )

    def tiles(self, part: Part, scores: classes.Scores) -> list[Tile]:
        _name, baseline = scores.majority()
        rows = _("{rows} {part} rows").format(rows=count(scores.rows), part=part_names()[part])
        gain = _("the model: {gain:+.4f}").format(gain=scores.accuracy - baseline)
        words = [
            Tile(_("Bag of words, no order"), share(one["figures"]["accuracy"]["value"]), _gain(one["gains"]["accuracy"]))
            for one in scores.baselines
            if one["name"] == "bag of words"
        ]
        return [
            Tile(_("Accuracy"), share(scores.accuracy), rows),
            Tile(_("Majority class"), share(baseline), gain),
            *words,
            Tile(_("Macro F1"), share(scores.macro_f1), _("every class counts the same")),
            Tile(_("Weighted F1"), share(scores.weighted_f1), _("every row counts the same")),
        ]

    def context(self, scores: Mapping[Part, classes.Scores]) -> dict[str, Any]:
        tools = (answers.listed, answers.matrix, answers.passage)
        reliability = {part: Reliability(part, one) for part, one in scores.items()}
        return {tool.__name__: tool for tool in tools} | {"calibrated": reliability}


def _gain(figure: Figure) -> str:
    words = _("the model: {gain:+.4f} ({low:+.4f} to {high:+.4f})")
    return words.format(gain=figure["value"], low=figure["low"], high=figure["high"])
