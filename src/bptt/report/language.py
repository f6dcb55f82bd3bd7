"""The view of a language model: how well it tells the next word."""

from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from bptt.data.splits import Part
from bptt.evaluation import language
from bptt.messages import _
from bptt.report.text import count, part_names, short
from bptt.report.view import Metric, Tile


class LanguageView:
    """Perplexity beside what the shares of the words alone are worth."""

    scores = language.Scores
    template = "language.html"

    def metric(self) -> Metric:
        return Metric(
            "perplexity",
            _("Perplexity"),
            _("Validation perplexity"),
            _("words to choose from, as it were"),
            limits=(1, float("inf")),
            rising=False,
            loss=_("nats a word; of training, estimated from samples"),
        )

    def headline(self, part: Part, scores: language.Scores) -> str:
        sentence = escape(_("Perplexity {model} on the {part} part, where the shares of the words alone give {baseline}"))
        return sentence.format(model=short(scores.perplexity), part=part_names()[part], baseline=short(scores.baseline))

    def tiles(self, part: Part, scores: language.Scores) -> list[Tile]:
        rows = _("{rows} {part} rows").format(rows=count(scores.rows), part=part_names()[part])
        told = [Tile(_("Perplexity"), short(scores.perplexity), _("from the words before each"))]
        if scores.backward is not None:
            told.append(Tile(_("Backward"), short(scores.backward), _("from the words behind each")))
        told.append(Tile(_("Baseline"), short(scores.baseline), _("each word by its share, nothing read")))
        return [*told, Tile(_("Words"), count(scores.words), rows)]

    def context(self, scores: Mapping[Part, language.Scores]) -> dict[str, Any]:
        return {}
