"""The run's epochs as charts: loss, the figure beside it, learning rate, and the gap between training and validation."""

from collections.abc import Sequence

from bptt.messages import _
from bptt.report.charts import Chart, Series
from bptt.report.view import Metric
from bptt.training import Epoch, Event


def epochs(events: Sequence[Event]) -> list[Epoch]:
    """The "epoch" events, in order."""
    return [event for event in events if event["event"] == "epoch"]


def panels(rows: Sequence[Epoch], best: int | None, metric: Metric) -> list[Chart]:
    """The charts of the `rows` (epoch events), which hold `metric`; `best` is the epoch to mark."""
    numbers = [row["epoch"] for row in rows]
    learned, held_out = _column(rows, metric.key), _column(rows, f"val_{metric.key}")
    sign = 1 if metric.rising else -1
    gap = [sign * (train - val) for train, val in zip(learned, held_out, strict=True)]
    speeds = [speed / 1000 for speed in _column(rows, "tokens_per_second")]
    losses = _pair(_column(rows, "loss"), _column(rows, "val_loss"))
    return [
        Chart("loss", _("Loss"), _("cross-entropy (nats)"), numbers, losses, best),
        Chart(metric.key, metric.title, metric.unit, numbers, _pair(learned, held_out), best, limits=metric.limits),
        Chart("rate", _("Learning rate"), _("step size (log scale)"), numbers,
              [Series(_("learning rate"), "other", _column(rows, "learning_rate"))], best, log=True),
        Chart("gap", _("Train–validation gap"), metric.unit, numbers,
              [Series(_("how much better in training"), "other", gap)], best, zero_line=True,
              reading=_("Above zero the model does better on rows it has learned from: the higher, the more it overfits.")),
        Chart("time", _("Time per epoch"), _("seconds"), numbers,
              [Series(_("whole epoch"), "train", _column(rows, "seconds")),
               Series(_("of it compiling"), "validation", _column(rows, "compile_seconds"))], from_zero=True),
        Chart("speed", _("Speed"), _("thousands of tokens a second"), numbers,
              [Series(_("training part"), "other", speeds)], from_zero=True),
    ]  # fmt: skip


def _pair(train: list[float], validation: list[float]) -> list[Series]:
    return [Series(_("training"), "train", train), Series(_("validation"), "validation", validation)]


def _column(rows: Sequence[Epoch], key: str) -> list[float]:
    return [row[key] for row in rows]  # type: ignore[literal-required]  # which of them a run has, its task says
