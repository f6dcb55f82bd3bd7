"""The view of answers that are any number of labels each."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from bptt.data.splits import Part
from bptt.evaluation import labels
from bptt.messages import _
from bptt.report import answers
from bptt.report.text import count, part_names, quote, share
from bptt.report.view import Metric, Tile

_NAMED = 5  # labels in the headline


class LabelsView:
    """Each label, and the worst mistakes."""

    scores = labels.Scores
    template = "labels.html"

    def metric(self) -> Metric:
        title, validation = _("Labels right"), _("Labels right in validation")
        return Metric("binary_accuracy", title, validation, _("share of rows times labels"), limits=(0, 1))

    def headline(self, part: Part, scores: labels.Scores) -> str:
        better = escape(_("All labels right for {share} of the {part} rows, where always answering {labels} gives {baseline}"))
        worse = escape(
            _("All labels right for {share} of the {part} rows: no better than always answering {labels} ({baseline})")
        )
        sentence = better if scores.subset_accuracy > scores.commonest_share else worse
        named = Markup(", ").join(map(quote, scores.commonest[:_NAMED])) or _("none")
        figures = {"share": share(scores.subset_accuracy), "baseline": share(scores.commonest_share)}
        return sentence.format(part=part_names()[part], labels=named, **figures)

    def tiles(self, part: Part, scores: labels.Scores) -> list[Tile]:
        rows = _("{rows} {part} rows").format(rows=count(scores.rows), part=part_names()[part])
        answered = _("{count:.2f} are answered").format(count=scores.answered_per_row)
        return [
            Tile(_("All labels right"), share(scores.subset_accuracy), rows),
            Tile("Micro F1", share(scores.micro_f1), _("every label of every row counts the same")),
            Tile(_("Macro F1"), share(scores.macro_f1), _("every class counts the same")),
            Tile(_("Hamming loss"), share(scores.hamming_loss), _("share of the labels, on or off, that are wrong")),
            Tile(_("Labels a row"), f"{scores.labels_per_row:.2f}", answered),
        ]

    def context(self, scores: Mapping[Part, labels.Scores]) -> dict[str, Any]:
        return {"listed": answers.listed}
