"""`bptt report RUN`: the page, written anew."""

import webbrowser
from pathlib import Path

import rich_click as click

from bptt.messages import _

from . import screen
from .command import Command


@click.command(cls=Command, help=_("Write the report of RUN anew, in the language in use, and print its place."))
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made."))
@click.option("--open", "show", is_flag=True, help=_("Open it in the browser too."))
def report(run: Path, show: bool) -> None:
    from bptt import experiment

    page = experiment.report(run)
    screen.say(page)
    if show and not webbrowser.open(page.resolve().as_uri()):
        screen.say(_("No browser could be opened here. Open the page by hand: {path}").format(path=page.resolve()), error=True)
