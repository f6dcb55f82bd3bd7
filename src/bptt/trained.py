"""A run that was trained, opened again: its model file, what answers with it, and all that a doctor wants to know of it."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bptt import data, models, tasks, training
from bptt.bundle import Bundle
from bptt.config import Config, of_run
from bptt.data.splits import Part
from bptt.diagnosis import Case, Measured
from bptt.errors import BpttError
from bptt.evaluation import Predictor
from bptt.evaluation.mixture import mixture_of
from bptt.messages import _
from bptt.microscope import Probe
from bptt.microscope.horizon import Horizon
from bptt.record import DATA, FIT, HORIZON, MICROSCOPE, MODEL, MODEL_TABLE, SCORES, Run


def bundle_of(path: Path) -> Bundle:
    """What the run in `path` learned. The model file is the whole truth of what answers: config.toml may have been edited since.

    Raises ModelFileError."""
    return Bundle.load(Run.open(path).path / MODEL)


def unfinished(path: Path, bundle: Bundle) -> list[str]:
    """A sentence where the model of the run in `path` is but the best so far."""
    if training.finished(Run.open(path).metrics(training.Event)):
        return []
    message = _("{path}: training has not come to its end. The answers are those of epoch {epoch}, the best so far.")
    return [message.format(path=path, epoch=bundle.epoch)]


def judge_of(bundle: Bundle) -> Predictor:
    """The model of `bundle`, ready to answer. Raises ModelFileError where its parts do not fit together."""
    config, encoder = Config.parse(bundle.config), data.from_json(bundle.vocabulary_json)
    task = tasks.named(config.data.task)
    names = task.names(bundle.classes, encoder)
    inputs, head = models.inputs_of(encoder, config.text.mask), task.head(names, config.model)
    model = models.restore(bundle, inputs, head)
    mixture = mixture_of(bundle, config.model.bag_of_words)
    return Predictor(model, encoder, config.text, head, names, task.reading.asked, task.answer, mixture)


def task_of(path: Path) -> tasks.Task:
    """What the run in `path` is to learn. Raises ModelFileError."""
    return tasks.named(of_run(Run.open(path)).data.task)


def predictor(path: Path) -> Predictor:
    """The model of the run in `path`, ready to answer; warns where it is but the best so far of a training that has not come
    to its end. Raises ModelFileError."""
    bundle = bundle_of(path)
    for note in unfinished(path, bundle):
        warnings.warn(note, stacklevel=2)
    return judge_of(bundle)


def case_of(path: Path, splits: data.Splits | None = None, judge: Predictor | None = None) -> Case:
    """All that is known of the run in `path`, and what can be measured on its rows: `splits`, or its source read again, with its
    model, `judge`, or that of its file. Warns where the source is not what the run learned from any more.

    Raises ModelFileError where `path` holds no run, or one without what it learned from."""
    case = filed(path)
    if not case.config:
        return case
    measured = Measured.of(splits, case.config.text, judge) if splits else _measured(path, case.config, case.data)
    return replace(case, measured=measured)


def filed(path: Path) -> Case:
    """What the folder of the run in `path` alone says. Raises as `case_of` does."""
    run = Run.open(path)
    if (path / FIT).exists():
        return _of_script(run)
    config = of_run(run)
    task = tasks.named(config.data.task)
    scores = run.find_json(SCORES, dict[Part, task.view.scores])  # type: ignore[name-defined]  # each task has a type of its own
    return Case(
        config=config,
        events=run.metrics(training.Event),
        data=run.read_json(DATA),
        table=run.find_json(MODEL_TABLE) or {},
        scores=scores or {},
        probes=run.metrics(Probe, MICROSCOPE),
        horizon=run.find_json(HORIZON, Horizon),
    )


def _of_script(run: Run) -> Case:
    """What a script's own fit left behind: Keras's figures, of which the first that is not finite ends it, probes, and what was
    compiled."""
    events: list[Any] = []
    for row in run.metrics(dict[str, Any]):
        if row.get("loss") is None:
            events.append({"event": "stop", "reason": "not finite", "epoch": row["epoch"]})
            break
        seen = row["loss"] if row.get("val_loss") is None else row["val_loss"]
        events.append({**row, "event": "epoch", "val_loss": seen})
    return Case(None, events, probes=run.metrics(Probe, MICROSCOPE), fit=run.read_json(FIT))


def _measured(path: Path, config: Config, facts: Mapping[str, Any]) -> Measured | None:
    """What can be measured on the rows of the run; None, with a warning, where its source is not what it was."""
    try:
        splits = data.load(config.data, tasks.named(config.data.task).reading)
        if splits.summary()["fingerprint"] != facts.get("fingerprint"):
            message = _("{source} is not what this run learned from any more: nothing is measured on its rows.")
            warnings.warn(message.format(source=config.data.source), stacklevel=3)
            return None
        judge = judge_of(Bundle.load(path / MODEL)) if (path / MODEL).exists() else None
    except (BpttError, OSError) as error:
        message = _("Nothing is measured on the rows of this run, only told from its files: {reason}")
        warnings.warn(message.format(reason=error), stacklevel=3)
        return None
    return Measured.of(splits, config.text, judge)
