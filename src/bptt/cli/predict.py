"""`bptt predict RUN TEXT...`: answers, one JSON object a line."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import rich_click as click

from bptt.errors import DataError
from bptt.messages import _

from . import lines

AT_ONCE = 1024  # texts
NO_ANSWER = {"label": None, "probability": None}


@click.command(help=_("Answer each TEXT with its label and probability: one JSON object a line, in order."))
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made."))
@click.argument(
    "texts",
    metavar="TEXT...",
    nargs=-1,
    required=True,
    help=_("Texts; a single - reads standard input: one text a line, or one JSON object a line."),
)
def predict(run: Path, texts: tuple[str, ...]) -> None:
    from bptt import experiment
    from bptt.config import of_run
    from bptt.record import Run

    model = experiment.predictor(run)
    wanted: Iterator[str | DataError] = (lines.readable(text) for text in texts)
    if texts == ("-",):
        wanted = lines.texts(sys.stdin.buffer, of_run(Run.open(run)).data.text or "text")
    asked = failed = 0
    while chunk := list(islice(wanted, AT_ONCE)):
        answers = iter(experiment.predict(model, [text for text in chunk if isinstance(text, str)]))
        for text in chunk:
            if isinstance(text, DataError):
                answer = NO_ANSWER | {"error": text.code, "message": str(text)}
                failed += 1
            else:
                answer = asdict(next(answers))
            click.echo(json.dumps(answer, ensure_ascii=False))
        asked += len(chunk)
    if failed:
        message = _('No answer for {failed} of {asked} lines: each says why in its "message".')
        click.echo(message.format(failed=failed, asked=asked), err=True)
