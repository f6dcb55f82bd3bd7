"""`bptt diagnose RUN`: what is wrong with a run, and what to change."""

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from bptt.messages import _

from . import screen
from .command import Command
from .overrides import written

if TYPE_CHECKING:
    from bptt.diagnosis import Diagnosis


@click.command(cls=Command, help=_("Say what is wrong with RUN, by which numbers, and what to change; nothing of a healthy one."))
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON list."))
def diagnose(run: Path, as_json: bool) -> None:
    from bptt import experiment
    from bptt.diagnosis import titles

    found = experiment.diagnose(run)
    if as_json:
        screen.answer([one.to_dict() for one in found])
        return
    if not found:
        screen.say(_("Nothing was found: this run looks healthy."))
    names = titles()
    for number, one in enumerate(found, start=1):
        title = _("{number}. {title} ({cause}, confidence {confidence:.0%})")
        screen.say(title.format(number=number, title=names[one.cause], cause=one.cause, confidence=one.confidence))
        screen.say(*(f"   {line}" for line in _lines(one)))


def _lines(one: "Diagnosis") -> list[str]:
    """What was seen, and what to do about it."""
    lines = [one.sentence, _("Do: {why}").format(why=one.remedy.why)]
    if one.remedy.overrides:
        lines.append(" ".join(f"--{key} {written(value)}" for key, value in one.remedy.overrides.items()))
    return lines
