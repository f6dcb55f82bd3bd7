"""One line on a terminal, written over and over by rich's own thread: its clock runs while the main thread is busy."""

import time
from typing import Any, Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bptt.messages.visible import visible

from .hearer import Silence
from .status import Status, clock


class LiveLine(Silence):
    """What is being done and for how long, or the status of the training; sentences stand above it and stay."""

    def __init__(self, stream: TextIO, **options: Any) -> None:
        """stream: a terminal; options: rich's, for its Console."""
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False, **options)
        self._doing, self._share, self._status = "", "", ""
        self._since = time.monotonic()
        self._live = Live(console=self._console, refresh_per_second=5, get_renderable=self._line)

    def begin(self, sentence: str, **facts: Any) -> None:
        self._since, self._share, self._doing = time.monotonic(), "", sentence

    def advance(self, done: int, total: int) -> None:
        self._share = f"  {done / total:.0%}"

    def update(self, status: Status) -> None:
        self._doing, self._status = "", str(status)

    def say(self, sentence: str) -> None:
        self._console.print(Text(visible(sentence, "")))

    def _line(self) -> Text:
        busy = f"{self._doing} ...{self._share}  {clock(time.monotonic() - self._since)}" if self._doing else ""
        return Text(visible(busy or self._status, ""), no_wrap=True, overflow="ellipsis")

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._doing = ""  # the training's last status stays on the screen; without one, the line goes
        self._live.transient = not self._status
        self._live.stop()
