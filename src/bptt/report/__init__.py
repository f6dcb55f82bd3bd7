"""Takes a Run and the view of its task, gives one self-contained HTML page: `write`; one of some answers:
`write_explanations`, and one of several runs: `write_comparison`."""

from bptt.report.classes import ClassesView
from bptt.report.compare import write_comparison
from bptt.report.explained import write_explanations
from bptt.report.labels import LabelsView
from bptt.report.language import LanguageView
from bptt.report.numbers import NumbersView
from bptt.report.ranks import RanksView
from bptt.report.tags import TagsView
from bptt.report.view import View
from bptt.report.write import write

__all__ = [
    "ClassesView",
    "LabelsView",
    "LanguageView",
    "NumbersView",
    "RanksView",
    "TagsView",
    "View",
    "write",
    "write_comparison",
    "write_explanations",
]
