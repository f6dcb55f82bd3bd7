"""Bar charts: how long the texts are, and whether the probabilities keep their word."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bptt.batches import Facts
from bptt.evaluation.classes import Scores
from bptt.messages import _
from bptt.report import axes, drawing
from bptt.report.drawing import BOTTOM, LEFT, RIGHT, TOP
from bptt.report.text import count, percent, share


@dataclass(frozen=True)
class Lengths:
    """The histogram of a part's lengths in words, with the length at which texts are cut."""

    part: str
    name: str  # of the part, in the language in use
    facts: Facts
    max_length: int

    @property
    def title(self) -> str:
        return _("Length of the texts, {part} part").format(part=self.name)

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning of the bars."""
        return [("bars", _("texts"))]

    def svg(self) -> Markup:
        """The drawing."""
        width, rows = self.facts["length_histogram"]["width"], self.facts["length_histogram"]["rows"]
        across = axes.linear([0, width * max(len(rows), 1)], LEFT, RIGHT)
        up = axes.linear([0, max(rows, default=0) or 1], BOTTOM, TOP)
        parts = [drawing.rows(up), drawing.columns(across), drawing.titles(_("texts"), _("words"))]
        for place, number in enumerate(rows):
            low, high = place * width, (place + 1) * width
            last = self._open() and place == len(rows) - 1
            bounds = _("{low} words") if width == 1 else _("{low} to {high} words")
            span = _("{low} words and more") if last else bounds
            words = f"{span.format(low=low, high=high - 1)}: {count(number)}"
            parts.append(drawing.bar("bars", (across(low) + 0.5, across(high) - 0.5), (BOTTOM, up(number)), words))
        if self.max_length < width * len(rows):
            parts.append(drawing.upright("best", across(self.max_length), "max_length"))
        return drawing.picture(f"lengths-{self.part}", self.title, " ".join(self.notes()), parts)

    def _open(self) -> bool:
        """Whether the last bar stands for all longer texts too."""
        histogram = self.facts["length_histogram"]
        return self.facts["length_quantiles"].get("1", 0) >= len(histogram["rows"]) * histogram["width"]

    def notes(self) -> list[str]:
        """The shares that are cut and unknown, and how to read the last bar."""
        cut = _("{share} of the texts are longer than max_length, {length} words, and are cut: {words} of all words are lost.")
        unknown = _("{share} of the words are not in the vocabulary.")
        facts = self.facts
        notes = [
            cut.format(
                share=percent(facts["share_truncated"]), length=count(self.max_length), words=percent(facts["share_words_cut"])
            ),
            unknown.format(share=percent(facts["share_unknown"])),
        ]
        return [*notes, _("The last bar holds all longer texts.")] if self._open() else notes


@dataclass(frozen=True)
class Reliability:
    """The reliability diagram: for answers given with like probability, the share that are right."""

    part: str
    scores: Scores

    @property
    def title(self) -> str:
        return _("Share of right answers by probability")

    def legend(self) -> list[tuple[str, str]]:
        """Class in page.css and meaning of the bars and of the marks over them."""
        return [("bars", _("right")), ("line validation", _("probability given"))]

    def svg(self) -> Markup:
        """The drawing."""
        across, up = axes.linear([0, 1], LEFT, RIGHT), axes.linear([0, 1], BOTTOM, TOP)
        parts = [drawing.rows(up), drawing.columns(across), drawing.titles(_("share of rows"), _("probability"))]
        for row in self.rows():
            left, right = across(row.low) + 2, across(row.high) - 2
            words = _("{rows} answers, mean probability {probability}, {accuracy} right")
            told = words.format(rows=count(row.count), probability=share(row.probability), accuracy=share(row.accuracy))
            parts.append(drawing.bar("bars", (left, right), (BOTTOM, up(row.accuracy)), told))
            parts.append(drawing.path("line validation", f"M{left:.1f} {up(row.probability):.1f}H{right:.1f}"))
        return drawing.picture(f"{self.part}-reliability", self.title, " ".join(self.notes()), parts)

    def rows(self) -> "Sequence[Row]":
        """The bins that hold an answer."""
        bins = self.scores.calibration
        return [
            Row(place / len(bins), (place + 1) / len(bins), one["rows"], one["probability"], one["accuracy"])
            for place, one in enumerate(bins)
            if one["rows"]
        ]

    def notes(self) -> list[str]:
        """The expected calibration error, and to which side the probabilities err."""
        rows = self.rows()
        mean = sum(row.count * row.probability for row in rows) / self.scores.rows
        too_sure = _("Probabilities above the share that is right: the model is too sure of itself.")
        too_shy = _("Probabilities below the share that is right: the model is surer than it says.")
        message = _(
            "Expected calibration error {error}: the average distance between the probability given and the share that is right "
            "(Guo et al. 2017, {bins} bins). Mean probability {mean}, right {accuracy}."
        )
        figures = {"mean": share(mean), "accuracy": share(self.scores.accuracy), "bins": len(self.scores.calibration)}
        told = message.format(error=share(self.scores.calibration_error), **figures)
        return [told, too_sure if mean > self.scores.accuracy else too_shy]


@dataclass(frozen=True)
class Row:
    """The answers whose probability is above `low` and at most `high`."""

    low: float
    high: float
    count: int
    probability: float  # mean
    accuracy: float
