"""Where a training stands: one line for a person, one flat object for a program."""

from dataclasses import dataclass
from typing import Any

from bptt.messages import _


@dataclass(frozen=True)
class Status:
    """Where a run stands. Times in seconds; `remaining` without what early stopping may save; epochs and batches from 1."""

    fraction: float
    epoch: int
    epochs: int
    batch: int  # of the training part
    batches: int
    loss: float
    metric: str  # the figure that stands beside the loss, as "accuracy"
    value: float  # of it
    val_loss: float | None  # these two of the last finished epoch
    val_value: float | None
    learning_rate: float
    tokens_per_second: float
    elapsed: float
    remaining: float
    epoch_finished: bool = False

    def __str__(self) -> str:
        """One line, the most wanted first: a narrow terminal cuts its end."""
        known = self.val_value is not None
        validation = " " + _("val {value:.3f}").format(value=self.val_value) if known else ""
        name = {"accuracy": _("acc")}.get(self.metric, self.metric)
        parts = [
            f"{self.fraction:.0%}",
            _("ETA {time}").format(time=clock(self.remaining)),
            _("epoch {epoch}/{epochs}").format(epoch=self.epoch, epochs=self.epochs),
            _("loss {loss:.3f}").format(loss=self.loss),
            f"{name} {self.value:.3f}{validation}",
            _("{thousands:,.0f}k tok/s").format(thousands=self.tokens_per_second / 1000),
            _("lr {rate:.3g}").format(rate=self.learning_rate),
        ]
        return "  ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """The same for a program: plain JSON values, the names of metrics.jsonl where it has the figure."""
        return {
            "epoch": self.epoch,
            "epochs": self.epochs,
            "batch": self.batch,
            "batches": self.batches,
            "percent": round(100 * self.fraction, 1),
            "loss": self.loss,
            self.metric: self.value,
            "val_loss": self.val_loss,
            f"val_{self.metric}": self.val_value,
            "learning_rate": self.learning_rate,
            "tokens_per_second": round(self.tokens_per_second),
            "eta_seconds": abs(round(self.remaining, 1)),
        }


def clock(seconds: float) -> str:
    """Minutes and seconds: 75.4 is 1:15."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
