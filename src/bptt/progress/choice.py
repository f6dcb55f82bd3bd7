"""Which of the ways to show progress: the one named, or the one that fits the stream."""

import os
from typing import TextIO

from bptt.errors import ConfigError
from bptt.messages import _

from .hearer import Progress, Silence
from .lines import JsonLines, PlainLines
from .live import LiveLine

MODES = ("auto", "rich", "plain", "json", "none")


def progress_on(stream: TextIO, mode: str = "auto") -> Progress:
    """How `mode`, one of MODES, shows progress on `stream`; "auto" is a live line on a terminal and plain lines elsewhere.

    Raises ConfigError for "rich" where `stream` is no terminal that can move its cursor.
    """
    moves = stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
    if mode == "rich" and not moves:
        message = _("--progress rich needs a terminal that can move its cursor, and there is none. Use plain, json or auto.")
        raise ConfigError("progress.no-terminal", message)
    if mode == "none":
        return Silence()
    if mode == "json":
        return JsonLines(stream)
    return LiveLine(stream) if moves and mode in ("auto", "rich") else PlainLines(stream)
