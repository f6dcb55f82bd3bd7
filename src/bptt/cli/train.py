"""`bptt train DATA|CONFIG`: a model, its scores and its report."""

from pathlib import Path
from typing import Any

import rich_click as click

from bptt.messages import _

from . import screen
from .command import allow_rejects_option, guessed_columns, progress_option, run_option
from .overrides import Overridable, once


@click.command(
    cls=Overridable,
    help=_("Train a model on DATA, or as the configuration CONFIG says, and write its scores and its report."),
    epilog=_("Any key of the configuration can be given, and beats the file: --training.epochs 5, --model.units '[64, 32]'."),
)
@click.argument("data", metavar="DATA|CONFIG", help=_("What `bptt init` takes, or the .toml file it wrote."))
@guessed_columns
@run_option
@click.option(
    "--from",
    "pretrained",
    metavar="LM",
    help=_("Run folder of `bptt pretrain`, whose layers and vocabulary to start from."),
)
@click.option("--heal", is_flag=True, help=_("Train again with the first remedy, where settings can mend what is found."))
@allow_rejects_option
@progress_option
@click.pass_obj
def train(
    overrides: dict[str, Any],
    data: str,
    task: str | None,
    text: str | list[str] | None,
    label: str | list[str] | None,
    run_path: Path | None,
    pretrained: str | None,
    heal: bool,
    allow_rejects: str | None,
    progress: str,
) -> None:
    if pretrained is not None:
        overrides = once(overrides, {"training.pretrained": pretrained})
    options = {"task": task, "text": text, "label": label, "allow_rejects": allow_rejects}
    run(data, overrides, options, run_path, progress, heal)


def run(
    data: str, overrides: dict[str, Any], options: dict[str, Any], path: Path | None, progress: str, heal: bool = False
) -> None:
    """Trains as the configuration says that `configuration` makes of the first three, in the folder `path`, and shows the end;
    `heal`: and again with the first remedy, where there is one."""
    from bptt.record import default_path

    with screen.progress(progress) as hearer:
        mine = False
        try:
            config = configuration(data, overrides, options)
            path = path or default_path(config.data.source)
            mine = not path.is_file() and not (path.is_dir() and any(path.iterdir()))

            from bptt import experiment, healing

            runs = healing.train(config, path, hearer) if heal else [experiment.train(config, path, hearer)]
            _tell_findings(runs, hearer)
        except KeyboardInterrupt:
            nothing = _("Interrupted before training began; nothing was written.")
            screen.say(_standing(path) if path and mine else nothing, error=True)
            raise
    _show(runs[-1], progress)


def configuration(source: str, overrides: dict[str, Any], options: dict[str, Any]) -> Any:
    """The file's values, if it is one, under those of the command line."""
    from bptt.config import Config, override, read_toml

    is_config = source.endswith(".toml")
    given = {"source": None if is_config else source, **options}
    named = {f"data.{name}": value for name, value in given.items() if value is not None}
    return Config.parse(override(read_toml(Path(source)) if is_config else {}, once(overrides, named)))


def _standing(path: Path) -> str:
    """How far the run in `path` came before it was interrupted, and what can be done with it."""
    from bptt.record import MODEL, REPORT, Run
    from bptt.training import Event

    if not path.exists():
        return _("Interrupted before training began; nothing was written.")
    events = Run(path).metrics(Event)
    finished = sum(event["event"] == "epoch" for event in events)
    total = next((event["epochs"] for event in events if event["event"] == "start"), None)
    if (path / REPORT).exists():
        where = _("Interrupted while what was found was mended; the run before it is complete.")
    elif any(event["event"] == "end" for event in events):
        where = _("Interrupted after training, before scores and report were written.")
    elif total is None:
        where = _("Interrupted before training began.")
    else:
        where = _("Interrupted in epoch {epoch} of {epochs}.").format(epoch=min(finished + 1, total), epochs=total)
    if (path / MODEL).exists():
        kept = _("{path} keeps the model of the best epoch so far: `bptt evaluate`, `bptt predict` and `bptt report` take it.")
    else:
        kept = _("No epoch was finished: {path} holds no model and can be deleted.")
    return f"{where} {kept.format(path=path)}"


def _tell_findings(runs: list[Any], progress: Any) -> None:
    """A line for each fault of the last run, and one on what healing did."""
    from bptt.diagnosis import Told, titles
    from bptt.record import FINDINGS, HEALING
    from bptt.report.findings import Healing, healed

    if len(runs) > 1:
        progress.say(healed(runs[-1].read_json(HEALING, Healing)))
    for one in runs[-1].read_json(FINDINGS, list[Told]):
        progress.say(f"{titles()[one['cause']]}: {one['sentence']} {one['remedy']['why']}")


def _show(run: Any, progress: str) -> None:
    from bptt import experiment
    from bptt.record import REPORT, SCORES

    task = experiment.task_of(run.path)
    scores = run.read_json(SCORES, dict[str, task.view.scores])  # type: ignore[name-defined]  # each task has a type of its own
    if progress == "json":
        figures = {part: one.summary() for part, one in scores.items()}
        screen.result({**figures, "run": str(run.path), "report": str(run.path / REPORT)}, progress)
        return
    names = {"validation": _("validation"), "test": _("test")}
    for part, one in scores.items():
        screen.say(f"{names[part]}: {one.line()}", *one.beside())
        for note in one.notes():
            screen.say(f"{names[part]}: {note}", error=True)
    screen.say(_("run: {path}").format(path=run.path))
    screen.say(_("report: {path}").format(path=run.path / REPORT))
