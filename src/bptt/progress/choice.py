"""Which of the ways to show progress: the one named, or the one that fits the stream."""

import os
from typing import TextIO

from bptt.errors import ConfigError
from bptt.messages import _

from .hearer import Progress, Silence
from .lines import JsonLines, PlainLines
from .live import LiveLine


def progress_on(stream: TextIO, mode: str = "auto") -> Progress:
    """How `mode` shows progress on `stream`: "rich" is a live line, "plain" timed lines, "json" one object a line, "none"
    nothing, and "auto" a live line on a terminal and plain lines elsewhere.

    Raises ConfigError for "rich" where `stream` is no terminal that can move its cursor, ValueError for a mode of another name.
    """
    moves = stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
    match mode:
        case "none":
            return Silence()
        case "json":
            return JsonLines(stream)
        case "auto" | "rich" if moves:
            return LiveLine(stream)
        case "auto" | "plain":
            return PlainLines(stream)
        case "rich":
            message = _("--progress rich needs a terminal that can move its cursor, and there is none. Use plain, json or auto.")
            raise ConfigError("progress.no-terminal", message)
    raise ValueError(mode)
