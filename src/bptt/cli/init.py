"""`bptt init DATA`: a complete configuration to start from."""

from pathlib import Path

import rich_click as click

from bptt.messages import _

from . import screen
from .command import Command


@click.command(cls=Command, help=_("Write a complete configuration for DATA, every key explained, its columns guessed."))
@click.argument("data", help=_("A .csv, .tsv or .jsonl file, a folder or .tar.gz with one sub-folder per label, or foods."))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=_("Where to write it; the screen where not given."))
def init(data: str, out: Path | None) -> None:
    from bptt import experiment
    from bptt.errors import ConfigError
    from bptt.record import write_atomically

    if out and out.exists():
        raise ConfigError(
            "config.exists", _("{path} exists already and stays as it is. Name another with --out.").format(path=out)
        )
    toml = experiment.init(data)
    if out:
        write_atomically(out, toml.encode())
        screen.say(_("Train with it: bptt train {path}").format(path=out), error=True)
    else:
        screen.say(*toml.removesuffix("\n").split("\n"))
