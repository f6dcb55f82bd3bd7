"""The command line on a real terminal: a pseudo-terminal as a shell would give it, and all that reaches it."""

import os
import pty
import sys
from collections.abc import Mapping
from pathlib import Path


def on_a_terminal(*arguments: str | Path, cwd: Path, **variables: str) -> tuple[int, str]:
    """Exit code of `bptt` with these arguments, all three streams a terminal of 100 columns, and what came out of it."""
    environment = os.environ | {"BPTT_LANG": "en", "COLUMNS": "100", "TERM": "xterm"} | variables
    return spawn([sys.executable, "-m", "bptt", *map(str, arguments)], cwd, environment)


def spawn(command: list[str], cwd: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and output of `command` on a pseudo-terminal."""
    child, terminal = pty.fork()
    if not child:
        os.chdir(cwd)
        os.execvpe(command[0], command, environment)
    parts = []
    try:
        while part := os.read(terminal, 1 << 16):
            parts.append(part)
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(terminal)
    _child, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), b"".join(parts).decode("utf-8", "surrogateescape")
