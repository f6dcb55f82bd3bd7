"""`bptt evaluate RUN DATA`: how well a run answers other rows."""

from pathlib import Path
from typing import Any

import rich_click as click

from bptt.messages import _

from . import screen
from .command import allow_rejects_option, json_option, progress_option, several
from .overrides import HOW_READ, Overridable, reading


@click.command(
    cls=Overridable,
    help=_("Measure how well the model of RUN answers the labelled rows of DATA."),
    epilog=HOW_READ,
)
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made."))
@click.argument("data", help=_("What `bptt train` takes."))
@several("--text", _("Column of the texts; that of the run where not given."))
@several("--label", _("Column of the labels; that of the run where not given."))
@allow_rejects_option
@json_option
@progress_option
@click.pass_obj
def evaluate(
    overrides: dict[str, Any],
    run: Path,
    data: str,
    text: str | list[str] | None,
    label: str | list[str] | None,
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
        screen.table(scores.table())
        screen.say(scores.line(), *scores.beside())
        for note in scores.notes():
            screen.say(note, error=True)
