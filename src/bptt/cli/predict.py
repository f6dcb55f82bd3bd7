"""`bptt predict RUN TEXT...`: answers, one JSON object a line."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

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
@click.option(
    "--explain", is_flag=True, help=_("Tell of each answer what led to it: how it grew, which words moved it, what is like it.")
)
@click.option("--json", "as_json", is_flag=True, help=_("With --explain: one JSON object a line, with all figures."))
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("With --explain: write it as an HTML page too, with pictures."),
)
def predict(run: Path, texts: tuple[str, ...], form: str, explain: bool, as_json: bool, page: Path | None) -> None:
    from_input = texts == ("-",)
    _check(from_input, form, explain, as_json or bool(page))

    from bptt import experiment, inspection
    from bptt.data.config import named

    from . import explained, lines

    columns = named(experiment.columns(run).text) or ("text",)
    if len(columns) > 1 and (form == "text" or not from_input):
        message = _("This model reads {columns} of each row. Give JSON lines that have them all: bptt predict RUN - < FILE")
        raise DataError("predict.columns", message.format(columns=", ".join(columns)))
    told = inspection.explainer(run) if explain else None
    model = told.predictor if told else experiment.predictor(run)
    wanted = lines.texts(sys.stdin.buffer, columns, model.ask, form) if from_input else lines.arguments(texts, model.ask)
    kept: list[Any] = []  # explanations for the page

    def answers(rows: list[Any]) -> Iterator[Any]:
        return iter(inspection.explanations(run, told, rows) if told else map(asdict, model.say(rows)))

    def show(answer: Any) -> None:
        kept.extend([answer] if page else [])
        (explained.show if told and not as_json else screen.answer)(answer)

    asked, failed = _answer(wanted, answers, show, 1 if told else AT_ONCE)
    if page:
        screen.say(inspection.explanations_page(page, run, kept))
    if failed:
        message = _('No answer for {failed} of {asked} texts: the line of each says why in its "message".')
        raise DataError("predict.unanswered", message.format(failed=failed, asked=asked))


def _check(from_input: bool, form: str, explain: bool, as_explained: bool) -> None:
    """Raises DataError or UsageError for options that do not fit together."""
    if from_input and sys.stdin is None:
        raise DataError("predict.no-input", _("Standard input is closed: there is nothing to read. Give it a file: < FILE"))
    if form != "auto" and not from_input:
        raise click.UsageError(_("--lines is for standard input, which a single - reads. Leave it out."))
    if as_explained and not explain:
        message = _("--json and --page go with --explain; without it answers are JSON already. Leave them out, or add --explain.")
        raise click.UsageError(message)


def _answer(
    wanted: Iterator[Any], answers: Callable[[list[Any]], Iterator[Any]], show: Callable[[Any], None], at_once: int
) -> tuple[int, int]:
    """Shows the answer to each row that is `wanted`, or why there is none, in order; how many were asked, and how many failed."""
    asked = failed = 0
    while chunk := list(islice(wanted, at_once)):
        found = answers([row for row in chunk if not isinstance(row, DataError)])
        for number, row in enumerate(chunk, start=asked + 1):
            if isinstance(row, DataError):
                screen.answer({"line": number, "error": row.code, "message": str(row)})
                failed += 1
            else:
                show(next(found))
        asked += len(chunk)
    return asked, failed
