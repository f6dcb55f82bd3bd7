"""The view of answers that are one class each, of classes in order."""

from bptt.data.splits import Part
from bptt.evaluation import ranks
from bptt.messages import _
from bptt.report.classes import ClassesView
from bptt.report.text import MISSING, share
from bptt.report.view import Tile


class RanksView(ClassesView):
    """That of classes, and how far off the answers are."""

    scores = ranks.Scores

    def tiles(self, part: Part, scores: ranks.Scores) -> list[Tile]:  # type: ignore[override]  # each view has a type of its own
        kappa = MISSING if scores.weighted_kappa is None else share(scores.weighted_kappa)
        return [
            *super().tiles(part, scores),
            Tile(_("Off by"), share(scores.rank_error), _("ranks on average")),
            Tile(_("Weighted kappa"), kappa, _("agreement beyond chance; far misses weigh more")),
        ]
