"""The view of answers that are a tag a step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from bptt.data.splits import Part
from bptt.evaluation import tags
from bptt.messages import _
from bptt.report.text import count, part_names, share, shorten
from bptt.report.view import Metric, Tile

TOKEN, TOKENS = 60, 120  # characters of a token, and tokens of a sentence, that are shown


@dataclass(frozen=True)
class Run:
    """Neighbouring tokens of one entity, or of none (kind "")."""

    text: str
    kind: str


class TagsView:
    """Each type of entity, and the sentences with the most mistakes: what is there above what was found."""

    scores = tags.Scores
    template = "tags.html"

    def metric(self) -> Metric:
        return Metric("accuracy", _("Share of tags"), _("Validation, share of tags"), _("share of tokens"), limits=(0, 1))

    def headline(self, part: Part, scores: tags.Scores) -> str:
        sentence = escape(_("Entities: F1 {f1} on the {part} part ({found} of them found, {right} of the answers right)"))
        shown = {"f1": share(scores.f1), "found": share(scores.recall), "right": share(scores.precision)}
        return sentence.format(part=part_names()[part], **shown)

    def tiles(self, part: Part, scores: tags.Scores) -> list[Tile]:
        rows = _("{rows} {part} rows").format(rows=count(scores.rows), part=part_names()[part])
        wrong = _("{count} rows with a mistake").format(count=count(scores.wrong_rows))
        return [
            Tile(_("Entity F1"), share(scores.f1), rows),
            Tile(_("Precision"), share(scores.precision), _("of the entities found, those that are there")),
            Tile(_("Recall"), share(scores.recall), _("of the entities there, those that were found")),
            Tile(_("Macro F1"), share(scores.macro_f1), _("every type counts the same")),
            Tile(_("Tags right"), share(scores.accuracy), wrong),
        ]

    def context(self, scores: Mapping[Part, tags.Scores]) -> dict[str, Any]:
        return {"runs": runs}


def runs(tokens: list[str], found: list[tags.Span]) -> list[Run]:
    """The first TOKENS tokens, those of an entity together; a last run says how many are left out."""
    places = {one["start"]: one for one in found}
    told: list[Run] = []
    at, end = 0, min(len(tokens), TOKENS)
    while at < end:
        one = places.get(at)
        stop = one["end"] + 1 if one else min((place for place in places if place > at), default=end)
        text = " ".join(shorten(token, TOKEN) for token in tokens[at : min(stop, end)])
        told.append(Run(text, one["type"] if one else ""))
        at = stop
    if len(tokens) > end:
        told.append(Run(_("… (+{count} words)").format(count=count(len(tokens) - end)), ""))
    return told
