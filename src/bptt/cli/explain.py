"""`bptt explain RUN`: which kernel each layer runs on, and what a slower one costs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from bptt.messages import _

from . import screen
from .command import Command, json_option

if TYPE_CHECKING:
    from bptt.models import Explanation


@click.command(cls=Command, help=_("Say which kernel each layer of RUN runs on here, what ruled a faster one out, and its cost."))
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made."))
@click.option("--no-measure", is_flag=True, help=_("Do not time the layers that are not on the native kernels."))
@json_option
def explain(run: Path, no_measure: bool, as_json: bool) -> None:
    from bptt import experiment

    rows = experiment.explain(run, measure=not no_measure)
    if as_json:
        screen.answer({"layers": [asdict(row) for row in rows]})
        return
    for row in rows:
        screen.say(_line(row))


def _line(row: "Explanation") -> str:
    threads = _("{count} threads").format(count=row.threads)
    line = f"{row.layer} ({row.kind}): {row.kernel}, {row.reason}, {threads}"
    if row.cost is not None:
        line += "; " + _("{cost:.1f} times as slow as the native kernel").format(cost=row.cost)
    return f"{line}. {row.change}" if row.change else line
