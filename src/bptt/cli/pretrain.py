"""`bptt pretrain FILES`: a language model, whose layers other models start from."""

from pathlib import Path
from typing import Any

import rich_click as click

from bptt.messages import _

from .command import allow_rejects_option, progress_option, run_option, several
from .overrides import Overridable
from .train import run


@click.command(
    cls=Overridable,
    help=_("Learn the language of texts that nobody has labelled; `bptt train DATA --from LM` starts from what was learned."),
    epilog=_("Any key of the configuration can be given: --model.units '[512]', --training.epochs 2."),
)
@click.argument(
    "files",
    metavar="FILES|CONFIG",
    nargs=-1,
    required=True,
    help=_("A .txt file with a text a line, a table, a folder or .tar.gz of .txt files; any number of them, or one .toml file."),
)
@several("--text", _("Column of the texts; guessed where not given."))
@run_option
@allow_rejects_option
@progress_option
@click.pass_obj
def pretrain(
    overrides: dict[str, Any],
    files: tuple[str, ...],
    text: str | list[str] | None,
    run_path: Path | None,
    allow_rejects: str | None,
    progress: str,
) -> None:
    first, *more = files
    if more and any(name.endswith(".toml") for name in files):
        raise click.UsageError(_("A .toml file stands alone: it names the texts itself (data.source, data.more)."))
    run(
        first,
        overrides,
        {"task": "language", "more": more or None, "text": text, "allow_rejects": allow_rejects},
        run_path,
        progress,
    )
