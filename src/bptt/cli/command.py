"""What all commands share: every option once and not empty, and Keras on JAX before anything of it is loaded."""

import os
from typing import Any

import rich_click as click

from bptt.errors import KernelError
from bptt.messages import _


class Command(click.RichCommand):
    """A command that takes no option twice or empty, and runs on JAX alone."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        values, _rest, order = self.make_parser(ctx).parse_args(list(args))
        for option in (one for one in order if isinstance(one, click.Option) and not one.is_flag):
            if order.count(option) > 1:
                raise click.UsageError(_("{option} is given twice; give it once.").format(option=option.opts[0]))
            if values[option.name] == "":
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
    task = click.option("--task", metavar="TASK", help=_("What to learn: classify or tag; guessed where not given."))
    text = click.option("--text", metavar="COLUMN", help=_("Column of the texts; guessed where not given."))
    label = click.option("--label", metavar="COLUMN", help=_("Column of the labels; guessed where not given."))
    return task(text(label(function)))


def allow_rejects_option(function: Any) -> Any:
    """`--allow-rejects`, short for the key data.allow_rejects."""
    words = _("Largest share of the rows, 0 to 1, that may be left out as unusable.")
    return click.option("--allow-rejects", metavar="SHARE", help=words)(function)


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
