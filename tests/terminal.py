"""The command line on a real terminal: a pseudo-terminal, and all that reaches it."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def on_a_terminal(*arguments: str | Path, cwd: Path, **variables: str) -> tuple[int, str]:
    """Exit code of `bptt` with these arguments, all three streams a terminal of 100 columns, and what came out of it."""
    environment = os.environ | {"BPTT_LANG": "en", "COLUMNS": "100", "TERM": "xterm"} | variables
    return spawn([sys.executable, "-m", "bptt", *map(str, arguments)], cwd, environment)


def spawn(command: list[str], cwd: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and output of `command` on a pseudo-terminal."""
    terminal, its_end = pty.openpty()
    streams = {"stdin": its_end, "stdout": its_end, "stderr": its_end}
    process = subprocess.Popen(command, cwd=cwd, env=environment, start_new_session=True, **streams)
    os.close(its_end)
    parts = []
    try:
        while part := os.read(terminal, 1 << 16):
            parts.append(part)
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(terminal)
    return process.wait(), b"".join(parts).decode("utf-8", "surrogateescape")
