"""Whole lines for whoever is not a terminal: timed ones to read, or JSON objects for a program.

A timer thread writes one where nothing came for SILENT_SECONDS: the main thread may be inside one long compilation or read.
"""

import threading
import time
from typing import Any, Self, TextIO

from bptt.messages import _
from bptt.messages.visible import visible, visible_json

from .hearer import Silence
from .status import Status, clock

SILENT_SECONDS = 8.0  # at most, between two lines
TICK = 0.5  # seconds between two looks of the timer thread


class _Lines(Silence):
    """What both kinds of line share: the stream, the clock, what is being done, and the timer thread."""

    every: float  # seconds between two lines of a training

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._started = self._last = self._since = time.monotonic()
        self._doing, self._share = "", ""
        self._lock = threading.RLock()
        self._ended = threading.Event()

    def _write(self, line: str) -> None:
        with self._lock:
            self._last = time.monotonic()
            self._stream.write(line + "\n")
            self._stream.flush()

    def begin(self, sentence: str, **facts: Any) -> None:
        with self._lock:
            self._doing, self._share, self._since = sentence, "", time.monotonic()

    def advance(self, done: int, total: int) -> None:
        with self._lock:
            self._share = f"{done / total:.0%}"

    def update(self, status: Status) -> None:
        numbers = {"epoch": status.epoch, "epochs": status.epochs, "batch": status.batch, "batches": status.batches}
        with self._lock:
            self._since = time.monotonic()
            self._doing, self._share = _("epoch {epoch}/{epochs}, batch {batch}/{batches}").format(**numbers), ""

    def _due(self, status: Status) -> bool:
        return status.epoch_finished or time.monotonic() - self._last >= self.every

    def _beat(self, seconds: float) -> None:
        raise NotImplementedError

    def _watch(self) -> None:
        while not self._ended.wait(min(TICK, SILENT_SECONDS / 4)):
            with self._lock:
                now = time.monotonic()
                if now - self._last >= SILENT_SECONDS:
                    try:
                        self._beat(now - self._since)
                    except (OSError, ValueError):  # the stream is closed: the main thread's next line tells
                        return

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, name="progress", daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()


class PlainLines(_Lines):
    """Each line after the minutes and seconds since the start: no cursor moves, nothing is written twice."""

    every = 5.0

    def begin(self, sentence: str, **facts: Any) -> None:
        super().begin(sentence, **facts)
        self.say(f"{sentence} ...")

    def update(self, status: Status) -> None:
        super().update(status)
        if self._due(status):
            self.say(str(status))

    def say(self, sentence: str) -> None:
        self._write(f"[{clock(time.monotonic() - self._started)}] {visible(sentence, '')}")

    def _beat(self, seconds: float) -> None:
        doing = " ".join(filter(None, [self._doing, self._share])) or _("at work")
        self.say(_("still {doing}, {seconds:.0f} s").format(doing=doing, seconds=seconds))


class JsonLines(_Lines):
    """One object a line, "event": "begin", "progress", "epoch", "note" or "alive"; all have "elapsed_seconds"."""

    every = 1.0

    def begin(self, sentence: str, **facts: Any) -> None:
        super().begin(sentence, **facts)
        self._event("begin", {"doing": sentence} | facts)

    def update(self, status: Status) -> None:
        super().update(status)
        if self._due(status):
            self._event("epoch" if status.epoch_finished else "progress", status.to_dict())

    def say(self, sentence: str) -> None:
        self._event("note", {"message": sentence})

    def _beat(self, seconds: float) -> None:
        self._event("alive", {"doing": self._doing, "done": self._share or None, "doing_seconds": round(seconds, 1)})

    def _event(self, name: str, fields: dict[str, Any]) -> None:
        elapsed = round(time.monotonic() - self._started, 1)
        self._write(visible_json({"event": name} | fields | {"elapsed_seconds": elapsed}, self._stream.encoding or "utf-8"))
