"""What all commands share: every option once and not empty, and Keras on JAX before anything of it is loaded."""

import os
from pathlib import Path
from typing import Any

import rich_click as click

from bptt.errors import KernelError
from bptt.messages import _


class Command(click.RichCommand):
    """A command that takes no option twice or empty, and runs on JAX alone."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        values, _rest, order = self.make_parser(ctx).parse_args(list(args))
        for option in (one for one in order if isinstance(one, click.Option) and not one.is_flag):
            if order.count(option) > 1 and not option.multiple:
                raise click.UsageError(_("{option} is given twice; give it once.").format(option=option.opts[0]))
            if "" in (values[option.name], *(values[option.name] if option.multiple else ())):
                message = _("{option} came empty. Give it a value, or leave it out.")
                raise click.UsageError(message.format(option=option.opts[0]))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        backend = os.environ.get("KERAS_BACKEND", "jax")
        if backend != "jax":
            message = _("KERAS_BACKEND is {backend}; the commands need Keras on jax. Leave the variable out, or set it to jax.")
            raise KernelError("backend.not-jax", message.format(backend=backend))
        return super().invoke(ctx)


def guessed_columns(function: Any) -> Any:
    """`--task`, `--text` and `--label`, for the commands that guess what is not named."""
    text = several(
        "--text", _("Column of the texts; guessed where not given. Given twice and more: read as one text, in this order.")
    )
    label = several(
        "--label", _("Column of the labels; guessed where not given. Given twice and more: any number of labels a row.")
    )
    return task_option(text(label(function)))


def several(option: str, words: str) -> Any:
    """An option that takes a column each time it is given: None, a name, or a list of names for the command."""

    def as_key(context: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> str | list[str] | None:
        return list(names) if len(names) > 1 else next(iter(names), None)

    return click.option(option, metavar="COLUMN", multiple=True, callback=as_key, help=words)


def task_option(function: Any) -> Any:
    """`--task`, short for the key data.task."""
    return click.option(
        "--task",
        metavar="TASK",
        help=_("What to learn: classify, ordinal, multilabel, regress, tag or language; guessed where not given."),
    )(function)


def allow_rejects_option(function: Any) -> Any:
    """`--allow-rejects`, short for the key data.allow_rejects."""
    words = _("Largest share of the rows, 0 to 1, that may be left out as unusable.")
    return click.option("--allow-rejects", metavar="SHARE", help=words)(function)


def run_option(function: Any) -> Any:
    """`--run`, the folder to be."""
    words = _("New folder for all results; one under runs/ where not given.")
    return click.option("--run", "run_path", type=click.Path(path_type=Path), metavar="DIR", help=words)(function)


def json_option(function: Any) -> Any:
    """`--json`, for the commands whose result is a table."""
    return click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))(function)


def progress_option(function: Any) -> Any:
    """`--progress`, the same for every command that may take long."""
    words = _(
        "How to show progress: rich, a live line; plain, timed lines; json, one object a line on standard output; none. "
        "auto is rich on a terminal, else plain."
    )
    return click.option("--progress", type=click.Choice(["auto", "rich", "plain", "json", "none"]), default="auto", help=words)(
        function
    )
