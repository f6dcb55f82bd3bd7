"""`bptt init DATA`: a complete configuration to start from."""

from pathlib import Path
from typing import Any

import rich_click as click

from bptt.messages import _

from . import screen
from .command import task_option
from .overrides import HOW_READ, Overridable, reading


@click.command(
    cls=Overridable,
    help=_("Write a complete configuration for DATA, every key explained, its columns guessed."),
    epilog=HOW_READ,
)
@click.argument(
    "data", help=_("A table (.csv, .tsv, .jsonl, .parquet), a folder or .tar.gz with one sub-folder per label, foods or imdb.")
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=_("Where to write it; the screen where not given."))
@task_option
@click.pass_obj
def init(overrides: dict[str, Any], data: str, task: str | None, out: Path | None) -> None:
    how = reading(overrides, None) | ({"task": task} if task else {})

    from bptt import experiment
    from bptt.errors import ConfigError
    from bptt.record import write_atomically

    if out and out.exists():
        raise ConfigError(
            "config.exists", _("{path} exists already and stays as it is. Name another with --out.").format(path=out)
        )
    toml = experiment.init(data, **how)
    if out:
        write_atomically(out, toml.encode())
        screen.say(_("Train with it: bptt train {path}").format(path=out), error=True)
    else:
        screen.say(*toml.removesuffix("\n").split("\n"))
