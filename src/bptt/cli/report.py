"""`bptt report RUN`: the page, written anew."""

from pathlib import Path

import rich_click as click

from bptt.messages import _

from . import screen
from .command import Command


@click.command(cls=Command, help=_("Write the report of RUN anew, in the language in use, and print its place."))
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made."))
def report(run: Path) -> None:
    from bptt import experiment

    screen.say(experiment.report(run))
