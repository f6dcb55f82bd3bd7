"""What a run shows while it goes: one live line on a terminal, timed plain lines in a pipe."""

import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bptt.messages import _

PLAIN_SECONDS = 5.0  # between two lines in a pipe, at most


@dataclass(frozen=True)
class Status:
    """Where a run stands. Times in seconds; `remaining` without what early stopping may save."""

    fraction: float
    epoch: int
    epochs: int
    loss: float
    accuracy: float
    val_accuracy: float | None  # of the last finished epoch
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


def clock(seconds: float) -> str:
    """Minutes and seconds: 75.4 is 1:15."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Progress(Protocol):
    """Hears how a run goes. Used as a context manager around everything it hears."""

    def update(self, status: Status) -> None:
        """Called several times a second, and with `epoch_finished` once an epoch."""

    def say(self, sentence: str) -> None:
        """Something that happened, in a sentence."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class Silence:
    """Shows nothing."""

    def update(self, status: Status) -> None: ...

    def say(self, sentence: str) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...


class PlainLines(Silence):
    """Timed lines: each sentence, each finished epoch, and the status where 5 seconds have passed in silence."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._started = self._last = time.monotonic()

    def update(self, status: Status) -> None:
        if status.epoch_finished or time.monotonic() - self._last >= PLAIN_SECONDS:
            self.say(str(status))

    def say(self, sentence: str) -> None:
        self._last = time.monotonic()
        print(f"[{clock(self._last - self._started)}] {sentence}", file=self._stream, flush=True)


class LiveLine:
    """One line for the whole run, written over and over, kept at its end; a sentence takes its place until the next status."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=5)

    def update(self, status: Status) -> None:
        self.say(str(status))

    def say(self, sentence: str) -> None:
        self._live.update(Text(sentence, no_wrap=True, overflow="ellipsis"))

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.stop()


def progress_on(stream: TextIO = sys.stderr) -> Progress:
    """The live line where `stream` is a terminal, plain lines elsewhere."""
    return LiveLine(Console(file=stream)) if stream.isatty() else PlainLines(stream)
