"""Takes a Run and the view of its task, gives one self-contained HTML page: `write`."""

from bptt.report.classes import ClassesView
from bptt.report.tags import TagsView
from bptt.report.view import View
from bptt.report.write import write

__all__ = ["ClassesView", "TagsView", "View", "write"]
