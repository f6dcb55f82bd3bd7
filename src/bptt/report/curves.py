"""The run's epochs as charts: loss, accuracy, learning rate, and the gap between training and validation."""

from collections.abc import Sequence
from typing import Literal

from bptt.messages import _
from bptt.report.charts import Chart, Series
from bptt.training import Epoch, Event

Column = Literal[
    "loss", "val_loss", "accuracy", "val_accuracy", "learning_rate", "seconds", "compile_seconds", "tokens_per_second"
]


def epochs(events: Sequence[Event]) -> list[Epoch]:
    """The "epoch" events, in order."""
    return [event for event in events if event["event"] == "epoch"]


def panels(rows: Sequence[Epoch], best: int | None) -> list[Chart]:
    """The charts of the `rows` (epoch events); `best` is the epoch to mark."""
    numbers = [row["epoch"] for row in rows]
    accuracy, val_accuracy = _column(rows, "accuracy"), _column(rows, "val_accuracy")
    gap = [train - val for train, val in zip(accuracy, val_accuracy, strict=True)]
    speeds = [speed / 1000 for speed in _column(rows, "tokens_per_second")]
    losses = _pair(_column(rows, "loss"), _column(rows, "val_loss"))
    return [
        Chart("loss", _("Loss"), _("cross-entropy (nats)"), numbers, losses, best),
        Chart("accuracy", _("Accuracy"), _("share of rows"), numbers, _pair(accuracy, val_accuracy), best, limits=(0, 1)),
        Chart("rate", _("Learning rate"), _("step size (log scale)"), numbers,
              [Series(_("learning rate"), "other", _column(rows, "learning_rate"))], best, log=True),
        Chart("gap", _("Train–validation gap"), _("difference of shares"), numbers,
              [Series(_("training − validation accuracy"), "other", gap)], best, zero_line=True,
              reading=_("Above zero the model does better on rows it has learned from: the higher, the more it overfits.")),
        Chart("time", _("Time per epoch"), _("seconds"), numbers,
              [Series(_("whole epoch"), "train", _column(rows, "seconds")),
               Series(_("of it compiling"), "validation", _column(rows, "compile_seconds"))], from_zero=True),
        Chart("speed", _("Speed"), _("thousands of tokens a second"), numbers,
              [Series(_("training part"), "other", speeds)], from_zero=True),
    ]  # fmt: skip


def _pair(train: list[float], validation: list[float]) -> list[Series]:
    return [Series(_("training"), "train", train), Series(_("validation"), "validation", validation)]


def _column(rows: Sequence[Epoch], key: Column) -> list[float]:
    return [row[key] for row in rows]
