"""`bptt compare RUN RUN...`: runs beside each other, and whether they differ by more than chance."""

from pathlib import Path
from typing import Any

import rich_click as click

from bptt.messages import _

from . import screen
from .command import Command, json_option


@click.command(
    cls=Command,
    help=_(
        "Set each RUN beside the first: their figures on the rows that all were judged by, and whether they differ by chance."
    ),
)
@click.argument(
    "runs", metavar="RUN RUN...", nargs=-1, required=True, type=click.Path(path_type=Path), help=_("Two runs or more.")
)
@json_option
@click.option("--page", type=click.Path(path_type=Path), metavar="FILE", help=_("Write an HTML page too, with their curves."))
def compare(runs: tuple[Path, ...], as_json: bool, page: Path | None) -> None:
    if len({run.resolve() for run in runs}) < max(len(runs), 2):
        raise click.UsageError(_("compare takes two runs or more, each once. Name another RUN."))
    from bptt import inspection

    found = inspection.compare(runs)
    if as_json:
        screen.answer(found)
    else:
        _show(found)
    if page:
        screen.say(inspection.comparison_page(page, runs, found), error=as_json)


def _show(found: Any) -> None:
    from bptt.evaluation.table import Table
    from bptt.report.compare import figure_names, sentence

    names = [name for name in figure_names() if name in found["runs"][0]["figures"]]
    rows = [(one["run"], [f"{one['figures'][name]:.4f}" for name in names]) for one in found["runs"]]
    if names:
        screen.table(Table([figure_names()[name] for name in names], rows))
    screen.say(*map(sentence, found["differences"]))
    if found["config"]:
        heads = [one["run"] for one in found["runs"]]
        screen.table(Table(heads, [(key, [str(value) for value in values]) for key, values in found["config"].items()]))
    for note in found["notes"]:
        screen.say(note, error=True)
