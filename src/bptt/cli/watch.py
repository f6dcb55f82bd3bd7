"""`bptt watch RUN`: its report in the browser, growing while it trains."""

import webbrowser
from pathlib import Path

import rich_click as click

from bptt.messages import _

from . import screen
from .command import Command


@click.command(
    cls=Command,
    help=_("Show the report of RUN in the browser, to this machine alone, growing while it trains. Ctrl-C ends it."),
)
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made, or is filling."))
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=0, metavar="PORT", help=_("Port to answer at; a free one where not given.")
)
@click.option("--open", "show", is_flag=True, help=_("Open it in the browser too."))
def watch(run: Path, port: int, show: bool) -> None:
    from bptt import inspection

    def ready(address: str) -> None:
        screen.say(address)
        screen.say(_("Ctrl-C ends it."), error=True)
        if show and not webbrowser.open(address):
            screen.say(_("No browser could be opened here. Open the page by hand: {path}").format(path=address), error=True)

    try:
        inspection.watch(run, port, ready)
    except KeyboardInterrupt:
        screen.say(_("Ended. The run goes on as it did."), error=True)
