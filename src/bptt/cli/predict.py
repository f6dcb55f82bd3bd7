"""`bptt predict RUN TEXT...`: answers, one JSON object a line."""

import sys
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import rich_click as click

from bptt.errors import DataError
from bptt.messages import _

from . import screen
from .command import Command

AT_ONCE = 1024  # texts


@click.command(cls=Command, help=_("Answer each TEXT with its label and probability: one JSON object a line, in order."))
@click.argument("run", type=click.Path(path_type=Path), help=_("Folder that `bptt train` made."))
@click.argument(
    "texts",
    metavar="TEXT...",
    nargs=-1,
    required=True,
    help=_("Texts; a single - reads standard input: one text a line, or one JSON object a line."),
)
@click.option(
    "--lines",
    "form",
    type=click.Choice(["auto", "text", "jsonl"]),
    default="auto",
    help=_("What a line of standard input is; auto takes them for JSON where the first with anything on it begins with a brace."),
)
def predict(run: Path, texts: tuple[str, ...], form: str) -> None:
    from_input = texts == ("-",)
    if from_input and sys.stdin is None:
        raise DataError("predict.no-input", _("Standard input is closed: there is nothing to read. Give it a file: < FILE"))

    if form != "auto" and not from_input:
        raise click.UsageError(_("--lines is for standard input, which a single - reads. Leave it out."))

    from bptt import experiment

    from . import lines

    model = experiment.predictor(run)
    if from_input:
        wanted = lines.texts(sys.stdin.buffer, experiment.columns(run).text or "text", model.ask, form)
    else:
        wanted = lines.arguments(texts, model.ask)
    asked = failed = 0
    while chunk := list(islice(wanted, AT_ONCE)):
        answers = iter(model.say([row for row in chunk if not isinstance(row, DataError)]))
        for number, text in enumerate(chunk, start=asked + 1):
            if isinstance(text, DataError):
                screen.answer({"line": number, "error": text.code, "message": str(text)})
                failed += 1
            else:
                screen.answer(asdict(next(answers)))
        asked += len(chunk)
    if failed:
        message = _('No answer for {failed} of {asked} texts: the line of each says why in its "message".')
        raise DataError("predict.unanswered", message.format(failed=failed, asked=asked))
