"""`bptt evaluate RUN DATA`: how well a run answers other rows."""

import sys
from pathlib import Path
from typing import Any

import rich_click as click

from bptt.messages import _

from . import screen
from .command import allow_rejects_option, json_option, progress_option
from .overrides import HOW_READ, Overridable, reading

BOUNDLESS = 1_000_000  # characters: a pipe has no width, each class stands on one line of it


@click.command(
    cls=Overridable,
    help=_("Measure how well the model of RUN answers the labelled rows of DATA."),
    epilog=HOW_READ,
)
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made."))
@click.argument("data", help=_("What `bptt train` takes."))
@click.option("--text", metavar="COLUMN", help=_("Column of the texts; that of the run where not given."))
@click.option("--label", metavar="COLUMN", help=_("Column of the labels; that of the run where not given."))
@allow_rejects_option
@json_option
@progress_option
@click.pass_obj
def evaluate(
    overrides: dict[str, Any],
    run: Path,
    data: str,
    text: str | None,
    label: str | None,
    allow_rejects: str | None,
    as_json: bool,
    progress: str,
) -> None:
    how = reading(overrides, allow_rejects)
    with screen.progress(progress) as hearer:
        from bptt import experiment

        scores = experiment.evaluate(run, data, text, label, hearer, **how)
    if as_json or progress == "json":
        screen.result(scores.figures(), progress)
    else:
        _show(scores.table())
        screen.say(scores.line())
        for note in scores.notes():
            screen.say(note, error=True)


def _show(found: Any) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bptt.messages.visible import visible

    table = Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold")  # a name too wide for the screen goes on in the next line: none is cut
    for name in found.head:
        table.add_column(name, no_wrap=True)
    for name, figures in found.rows:
        table.add_row(Text(visible(name, "")), *figures)
    width = None if sys.stdout.isatty() else BOUNDLESS
    Console(highlight=False, markup=False, width=width).print(table)
