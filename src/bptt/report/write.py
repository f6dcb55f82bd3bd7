"""The page itself: what a run folder holds, as one HTML file that opens offline."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from bptt.config import of_run
from bptt.data.splits import Part
from bptt.evaluation import baselines
from bptt.messages import _, language
from bptt.messages.visible import visible
from bptt.models.describe import ModelTable
from bptt.record import DATA, ENVIRONMENT, MODEL_TABLE, REPORT, SCORES, Machine, Run, write_atomically
from bptt.report import curves, facts, findings
from bptt.report.bars import Lengths
from bptt.report.settings import settings
from bptt.report.text import count, part_names, quote, share, short, shorten
from bptt.report.verdict import best_epoch, verdict
from bptt.report.view import View
from bptt.training import Event

EPOCHS = 500  # rows in the table of epochs
_FOLDER = Path(__file__).parent


def write(run: Run, view: View) -> Path:
    """Writes the run's report.html from its other files and gives its path; `view`: what its task shows of the scores. What a
    run that was cut short lacks, the page says.

    Raises ModelFileError where a file of the run is damaged, ConfigError where its configuration is not of this version.
    """
    page = _template().render(_contents(run, view))
    path = run.path / REPORT
    write_atomically(path, page.encode())
    return path


@cache
def _template() -> Template:
    """The page to be filled in. Whatever is not markup is escaped on the way in, and its unseen characters are shown."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tools = (count, escape, quote, share, short, shorten)
    environment.globals.update(
        {tool.__name__: tool for tool in tools} | {"_": _, "missing": _missing, "baseline_names": baselines.names}
    )
    return environment.get_template("page.html")


def _contents(run: Run, view: View) -> dict[str, Any]:
    """All that the template names, in the order of the page."""
    config, events = of_run(run), run.metrics(Event)
    rows = curves.epochs(events)
    scores = _read(run, SCORES, dict[Part, view.scores]) or {}  # type: ignore[name-defined]  # each view has a type of its own
    model, data = _read(run, MODEL_TABLE, ModelTable), _read(run, DATA, facts.Data)
    environment = _read(run, ENVIRONMENT, Machine)
    title, names = _("Answers on the {part} part"), part_names()
    chosen, metric = settings(config), view.metric()
    lengths = [Lengths(part, names[part], one, config.text.max_length) for part, one in data["batches"].items()] if data else []
    return (
        _style()
        | view.context(scores)
        | findings.context(run)
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


def _style() -> dict[str, Any]:
    """The style sheet and the hash by which the page's security policy lets it, and nothing else, in."""
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {"style": Markup(style), "style_hash": f"sha256-{digest}"}


def _read(run: Run, name: str, kind: Any) -> Any:
    """The content of a JSON file of the run, a `kind`; None where the run has not got so far."""
    return run.read_json(name, kind) if (run.path / name).exists() else None


def _missing(name: str) -> str:
    return _("This run has no {name}: it ended before that was written.").format(name=name)
