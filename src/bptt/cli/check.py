"""`bptt check DATA|CONFIG`: what there is to know of the data before training, and what to mend first."""

from typing import Any

import rich_click as click

from bptt.messages import _

from . import screen
from .command import allow_rejects_option, guessed_columns, json_option, progress_option
from .overrides import Overridable
from .train import configuration

BAR = 40  # characters of the longest bar


@click.command(
    cls=Overridable,
    help=_(
        "Look at DATA, or at the data of the configuration CONFIG, before training: what is fine, what to look at, what to mend."
    ),
    epilog=_("Ends with 2 where a finding says stop."),
)
@click.argument("data", metavar="DATA|CONFIG", help=_("What `bptt init` takes, or the .toml file it wrote."))
@guessed_columns
@allow_rejects_option
@json_option
@progress_option
@click.pass_obj
def check(
    overrides: dict[str, Any],
    data: str,
    task: str | None,
    text: str | None,
    label: str | None,
    allow_rejects: str | None,
    as_json: bool,
    progress: str,
) -> None:
    with screen.progress(progress) as hearer:
        config = configuration(data, overrides, {"task": task, "text": text, "label": label, "allow_rejects": allow_rejects})

        from bptt import experiment
        from bptt.checks import worst
        from bptt.errors import DataError

        findings = experiment.check(config, hearer)
    verdict = worst(finding.verdict for finding in findings)
    if as_json or progress == "json":
        listed = [finding.to_dict() | {"figures": finding.figures} for finding in findings]
        screen.result({"source": config.data.source, "verdict": verdict, "checks": listed}, progress)
    else:
        _show(findings)
    if verdict == "stop":
        stopped = ", ".join(finding.check for finding in findings if finding.verdict == "stop")
        raise DataError("check.stop", _("Mend first: {checks}.").format(checks=stopped))


def _show(findings: list[Any]) -> None:
    from bptt.checks import verdict_words

    words = verdict_words()
    width = max(map(len, words.values()))
    for finding in findings:
        screen.say(f"{words[finding.verdict]:{width}}  {finding.check}: {finding.finding}")
        if finding.advice:
            screen.say(f"{'':{width}}  > {finding.advice}")
        _draw(finding.figures.get("histogram", []), indent=width + 2)


def _draw(histogram: list[dict[str, int]], indent: int) -> None:
    """How many texts are how long, a bar a line; a bin that is not empty has a bar."""
    most = max((one["rows"] for one in histogram), default=0)
    for one in histogram:
        bar = "#" * -(-BAR * one["rows"] // most)
        line = _("{first:>6,} to {last:>6,} words: {rows:>9,} texts {bar}")
        screen.say(" " * indent + line.format(first=one["from"], last=one["to"], rows=one["rows"], bar=bar).rstrip())
