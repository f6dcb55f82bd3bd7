"""Answers that are numbers, as drawings: each against the truth, and how far off they are."""

from dataclasses import dataclass

from markupsafe import Markup

from bptt.evaluation.numbers import Scores
from bptt.messages import _
from bptt.report import axes, drawing
from bptt.report.drawing import BOTTOM, LEFT, RIGHT, TOP
from bptt.report.text import count, short


@dataclass(frozen=True)
class Scatter:
    """A dot a row: the truth across, the answer up; on the line, the two are the same."""

    part: str
    scores: Scores

    @property
    def title(self) -> str:
        return _("Answer against truth")

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning of the marks."""
        return [("line train", _("answers")), ("line validation", _("the truth"))]

    def svg(self) -> Markup:
        """The drawing."""
        labels, answers = self.scores.labels, self.scores.answers
        values = [*labels, *answers]
        across, up = axes.linear(values, LEFT, RIGHT), axes.linear(values, BOTTOM, TOP)
        parts = [drawing.rows(up), drawing.columns(across), drawing.titles(_("answer"), _("truth"))]
        words = _("truth {label}, answer {answer}")
        parts += [
            drawing.dot("dot train faint", across(label), up(answer), words.format(label=short(label), answer=short(answer)))
            for label, answer in zip(labels, answers, strict=True)
        ]
        parts.append(drawing.path("line validation", f"M{LEFT} {BOTTOM}L{RIGHT} {TOP}"))
        return drawing.picture(f"{self.part}-scatter", self.title, " ".join(self.notes()), parts)

    def notes(self) -> list[str]:
        """Which rows are drawn."""
        shown = len(self.scores.labels)
        told = [_("Dots above the line are answers that are too high, dots below it too low.")]
        if shown < self.scores.rows:
            words = _("{shown} of {rows} rows are drawn, evenly from the smallest label to the largest.")
            told.append(words.format(shown=count(shown), rows=count(self.scores.rows)))
        return told


@dataclass(frozen=True)
class ErrorBars:
    """How many answers are how far off, and to which side."""

    part: str
    scores: Scores

    @property
    def title(self) -> str:
        return _("Errors")

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning of the bars."""
        return [("bars", _("rows"))]

    def svg(self) -> Markup:
        """The drawing."""
        low, width, rows = self.scores.errors["low"], self.scores.errors["width"], self.scores.errors["rows"]
        across = axes.linear([low, low + width * len(rows)], LEFT, RIGHT)
        up = axes.linear([0, max(rows)], BOTTOM, TOP)
        parts = [drawing.rows(up), drawing.columns(across), drawing.titles(_("rows"), _("answer less truth"))]
        for place, number in enumerate(rows):
            start, end = low + place * width, low + (place + 1) * width
            words = _("{low} to {high}: {rows} rows").format(low=short(start), high=short(end), rows=count(number))
            parts.append(drawing.bar("bars", (across(start) + 0.5, across(end) - 0.5), (BOTTOM, up(number)), words))
        return drawing.picture(f"{self.part}-errors", self.title, " ".join(self.notes()), parts)

    def notes(self) -> list[str]:
        """The spread in words."""
        words = _("RMSE {rmse}, mean absolute error {mae}: the farther apart the two, the more a few large errors weigh.")
        return [words.format(rmse=short(self.scores.rmse), mae=short(self.scores.mae))]
