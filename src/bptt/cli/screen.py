"""The one place where words leave the process: whatever stands in them, no control character reaches the terminal."""

import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from bptt.messages import _
from bptt.messages.visible import visible, visible_json

PACKAGE = Path(__file__).parents[1]
BOUNDLESS = 1_000_000  # characters: a pipe has no width, each row of a table stands on one line of it


def say(*lines: object, error: bool = False) -> None:
    """Each of `lines` to standard output, or to standard error. A line break inside one goes on with two spaces: nothing that
    came from a file or from the line can look like a line of ours."""
    _write("\n".join(visible(str(line), "\n").replace("\n", "\n  ") for line in lines), sys.stderr if error else sys.stdout)


def answer(value: Any) -> None:
    """`value` to standard output as JSON on one line, which reads back the same in any encoding."""
    _write(visible_json(value, sys.stdout.encoding or "utf-8"), sys.stdout)


def table(found: Any) -> None:
    """An `evaluation.table.Table` to standard output."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False)
    drawn.add_column("", overflow="fold")  # a name too wide for the screen goes on in the next line: none is cut
    for name in found.head:
        drawn.add_column(Text(visible(name, "")), no_wrap=True)
    for name, figures in found.rows:
        drawn.add_row(Text(visible(name, "")), *(Text(visible(figure, "")) for figure in figures))
    width = None if sys.stdout.isatty() else BOUNDLESS
    Console(highlight=False, markup=False, width=width).print(drawn)


def result(figures: dict[str, Any], progress: str) -> None:
    """The last word of a command as JSON; among the objects of `--progress json` it is one event of them."""
    answer({"event": "result"} | figures if progress == "json" else figures)


def _write(text: str, stream: TextIO | None) -> None:
    if stream is not None:  # standard error may be closed: whoever closed it wants no word
        stream.write(text + "\n")
        stream.flush()


@contextmanager
def progress(mode: str) -> Iterator[Any]:
    """The Progress of `mode`, from the loading of Keras on. It hears our own warnings too while it runs: objects go to standard
    output, all else to standard error."""
    from bptt.progress import progress_on

    stream = sys.stdout if mode == "json" else sys.stderr or io.StringIO()
    hearer, before = progress_on(stream, mode), warnings.showwarning

    def tell(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: str | None = None
    ) -> None:
        hearer.say(_worded(message, category, filename, lineno, line))

    with hearer:
        if mode != "none":  # there nothing is told on the way, but what was left out or guessed is no progress
            warnings.showwarning = tell
        try:
            hearer.begin(_("loading Keras and JAX"))
            yield hearer
        finally:
            warnings.showwarning = before


def show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """What `warnings.showwarning` is set to."""
    say(_worded(message, category, filename, lineno, line), error=True)


def _worded(message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None) -> str:
    """Our own warnings are sentences for the user; those of other packages keep their place in the code."""
    ours = category is UserWarning and Path(filename).is_relative_to(PACKAGE)
    return str(message) if ours else warnings.formatwarning(message, category, filename, lineno, line).rstrip("\n")


def prepare() -> None:
    """Streams take any character. The number of a closed one is taken: the next file opened would get what is meant for it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number: this one
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
