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
    accuracy: float
    val_loss: float | None  # these two of the last finished epoch
    val_accuracy: float | None
    learning_rate: float
    tokens_per_second: float
    elapsed: float
    remaining: float
    epoch_finished: bool = False

    def __str__(self) -> str:
        """One line, the most wanted first: a narrow terminal cuts its end."""
        known = self.val_accuracy is not None
        validation = " " + _("val {accuracy:.3f}").format(accuracy=self.val_accuracy) if known else ""
        parts = [
            f"{self.fraction:.0%}",
            _("ETA {time}").format(time=clock(self.remaining)),
            _("epoch {epoch}/{epochs}").format(epoch=self.epoch, epochs=self.epochs),
            _("loss {loss:.3f}").format(loss=self.loss),
            _("acc {accuracy:.3f}").format(accuracy=self.accuracy) + validation,
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
            "accuracy": self.accuracy,
            "val_loss": self.val_loss,
            "val_accuracy": self.val_accuracy,
            "learning_rate": self.learning_rate,
            "tokens_per_second": round(self.tokens_per_second),
            "eta_seconds": abs(round(self.remaining, 1)),
        }


def clock(seconds: float) -> str:
    """Minutes and seconds: 75.4 is 1:15."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
