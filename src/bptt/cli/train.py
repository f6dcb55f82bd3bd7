"""`bptt train DATA|CONFIG`: a model, its scores and its report."""

import sys
from pathlib import Path
from typing import Any

import rich_click as click

from bptt.messages import _

from .overrides import Overridable, once


@click.command(
    cls=Overridable,
    help=_("Train a classifier on DATA, or as the configuration CONFIG says, and write its scores and its report."),
    epilog=_("Any key of the configuration can be given, and beats the file: --training.epochs 5, --model.units '[64, 32]'."),
)
@click.argument("data", metavar="DATA|CONFIG", help=_("What `bptt init` takes, or the .toml file it wrote."))
@click.option("--text", metavar="COLUMN", help=_("Column of the texts; guessed where not given."))
@click.option("--label", metavar="COLUMN", help=_("Column of the labels; guessed where not given."))
@click.option(
    "--run",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=_("New folder for all results; one under runs/ where not given."),
)
@click.option("--allow-rejects", metavar="SHARE", help=_("Largest share of the rows, 0 to 1, that may be left out as unusable."))
@click.pass_obj
def train(
    overrides: dict[str, Any], data: str, text: str | None, label: str | None, run: Path | None, allow_rejects: str | None
) -> None:
    config = configuration(data, overrides, {"text": text, "label": label, "allow_rejects": allow_rejects})

    from bptt import experiment
    from bptt.training import progress_on

    _show(experiment.train(config, run, progress_on(sys.stderr)))


def configuration(source: str, overrides: dict[str, Any], options: dict[str, str | None]) -> Any:
    """The file's values, if it is one, under those of the command line."""
    from bptt.config import Config, override, read_toml

    is_config = source.endswith(".toml")
    named = {f"data.{name}": value for name, value in {"source": None if is_config else source, **options}.items() if value}
    return Config.parse(override(read_toml(Path(source)) if is_config else {}, once(overrides, named)))


def _show(run: Any) -> None:
    from bptt.evaluation import ScoresByPart
    from bptt.record import REPORT, SCORES
    from bptt.report.text import visible

    names = {"validation": _("validation"), "test": _("test")}
    for part, scores in run.read_json(SCORES, ScoresByPart).items():
        line = _("{part}: accuracy {accuracy:.4f}, macro F1 {f1:.4f} ({rows} rows)")
        click.echo(line.format(part=names[part], accuracy=scores.accuracy, f1=scores.macro_f1, rows=scores.rows))
        for note in scores.notes():
            click.echo(f"{names[part]}: {visible(note)}", err=True)
    click.echo(_("run: {path}").format(path=run.path))
    click.echo(_("report: {path}").format(path=run.path / REPORT))
