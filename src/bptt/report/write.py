"""The page itself: what a run folder holds, as one HTML file that opens offline."""

from pathlib import Path
from typing import Any

from bptt.config import of_run
from bptt.data.splits import Part
from bptt.explaining import Told
from bptt.messages import _, language
from bptt.models.describe import ModelTable
from bptt.record import DATA, ENVIRONMENT, EXPLAINED, MODEL_TABLE, REPORT, SCORES, Machine, Run, write_atomically
from bptt.report import curves, explained, facts, findings, gradient, template
from bptt.report.bars import Lengths
from bptt.report.settings import settings
from bptt.report.text import part_names
from bptt.report.verdict import best_epoch, verdict
from bptt.report.view import View
from bptt.training import Event

EPOCHS = 500  # rows in the table of epochs


def write(run: Run, view: View) -> Path:
    """Writes the run's report.html from its other files and gives its path; `view`: what its task shows of the scores. What a
    run that was cut short lacks, the page says.

    Raises ModelFileError where a file of the run is damaged, ConfigError where its configuration is not of this version.
    """
    path = run.path / REPORT
    write_atomically(path, render(run, view).encode())
    return path


def render(run: Run, view: View) -> str:
    """The page of `run`. Raises as `write` does."""
    return template.named("page.html").render(_contents(run, view))


def _contents(run: Run, view: View) -> dict[str, Any]:
    """All that the template names, in the order of the page."""
    config, events = of_run(run), run.metrics(Event)
    rows = curves.epochs(events)
    scores = run.find_json(SCORES, dict[Part, view.scores]) or {}  # type: ignore[name-defined]  # each view has a type of its own
    model, data = run.find_json(MODEL_TABLE, ModelTable), run.find_json(DATA, facts.Data)
    environment = run.find_json(ENVIRONMENT, Machine)
    told = run.find_json(EXPLAINED, Told)
    title, names = _("Answers on the {part} part"), part_names()
    chosen, metric = settings(config), view.metric()
    lengths = [Lengths(part, names[part], one, config.text.max_length) for part, one in data["batches"].items()] if data else []
    return (
        template.style()
        | view.context(scores)
        | findings.context(run)
        | gradient.context(run)
        | {
            "language": language(),
            "name": run.path.resolve().name,
            "verdict": verdict(view, scores, events, rows, config.training),
            "charts": curves.panels(rows, best_epoch(rows, config.training.monitor), metric),
            "metric": metric,
            "epochs": rows[-EPOCHS:],
            "epochs_caption": _("The last {shown} of {all} epochs").format(shown=min(EPOCHS, len(rows)), all=len(rows)),
            "scores": scores,
            "template": view.template,
            "scored": [(part, title.format(part=name)) for part, name in names.items() if part in scores],
            "explained": explained.shown(told) if told else [],
            "explained_title": _("What led to answers, {part} part").format(part=names[told["part"]]) if told else "",
            "command": environment["command"] if environment else None,
            "model": model,
            "layers": facts.layer_rows(model) if model else [],
            "data": data,
            "data_rows": facts.data_rows(data) if data else [],
            "measured": facts.measures(data["batches"]) if data else [],
            "lengths": lengths,
            "part_names": names,
            "changed": [one for one in chosen if one.changed],
            "unchanged": [one for one in chosen if not one.changed],
            "environment": facts.environment_rows(environment) if environment else [],
        }
    )
