"""The story, top to bottom: texts become batches, a model learns from them, is judged, and a page tells of it.

One function a verb of the command line, and the whole of it: a command only reads its arguments and prints.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras

from bptt import checks, data, inspection, models, tasks, training
from bptt.bundle import Bundle
from bptt.checks import Finding
from bptt.comparing import answers
from bptt.config import Config, override
from bptt.data.sources import has_columns
from bptt.data.splits import Part
from bptt.diagnosis import Diagnosis, examine
from bptt.diagnosis.live import Watch
from bptt.evaluation import Predictor
from bptt.evaluation.baselines import Rivals, TextRivals
from bptt.evaluation.mixture import mixture_of
from bptt.evaluation.rivals import load_rivals
from bptt.explaining import Explainer
from bptt.messages import _
from bptt.microscope import horizon
from bptt.models.describe import describe, detours
from bptt.prepare import Prepared, load, prepare, tell
from bptt.progress import Progress, Silence
from bptt.record import BASELINES, DATA, FINDINGS, HORIZON, MODEL_TABLE, REJECTED, SCORES, Run, default_path
from bptt.report import write
from bptt.trained import bundle_of, case_of, judge_of, predictor, task_of, unfinished

__all__ = [
    "Config",
    "Diagnosis",
    "Finding",
    "check",
    "columns",
    "diagnose",
    "evaluate",
    "init",
    "predict",
    "predictor",
    "report",
    "task_of",
    "train",
]


def init(source: str, **reading: Any) -> str:
    """A complete configuration for `source` as TOML, every key explained, its columns guessed. Raises DataError.

    `reading`: keys of the section data that say how to read it, as `encoding`.
    """
    head = _("Every key with its default. Train with it: bptt train THIS_FILE")
    config, _notes = tasks.resolved(Config(data=_reading(source, **reading)))
    meaning = tasks.named(config.data.task).reading
    if not meaning.per_step:
        config = config.model_copy(update={"data": data.guess(config.data, meaning)})
    return f"# {head}\n\n" + config.to_toml()


def check(config: Config, progress: Progress | None = None) -> list[Finding]:
    """What there is to know of `config.data.source` before a network learns from it; the split is that of training.

    Raises DataError for data that cannot be read or learned from at all.
    """
    progress = progress or Silence()
    progress.begin(_("reading {source}").format(source=config.data.source))
    config, splits, notes = load(config)
    tell(notes)
    progress.begin(_("looking at {rows} texts").format(rows=len(splits.train) + len(splits.validation) + len(splits.test or ())))
    return checks.examine(splits, config.text, tasks.named(config.data.task).checks)


def train(config: Config, path: Path | None = None, progress: Progress | None = None) -> Run:
    """Trains on `config.data.source` and fills the run folder `path` (a new one under runs/ by default): model, scores, report.

    Columns that were not named are guessed, with a warning that says which. Raises DataError for data that cannot be learned
    from, ConfigError for a model that does not fit into memory, and ModelFileError where `path` holds something already; then
    nothing is written.
    """
    progress = progress or Silence()
    ready = prepare(config, progress)
    run = Run.create(path or default_path(ready.config.data.source), ready.config.model_dump())
    run.write_json(DATA, ready.facts())
    tell(_list_rejected(run, ready.splits))
    rivals = _learn_rivals(run, ready, progress)
    model = _build(run, ready)
    bundle = Bundle(
        ready.config.model_dump(mode="json"), ready.splits.train.classes, ready.encoder.to_json(), weights={}, epoch=0
    )
    if isinstance(rivals, TextRivals) and ready.config.model.bag_of_words:
        bundle = replace(bundle, bag=rivals.bag.parts())
    batches, settings, watch = (ready.learned, ready.held_out), ready.config.training, Watch(run, ready.config, progress.say)
    training.fit(model, ready.head, *batches, settings, run, progress, bundle, ready.weights, [watch])
    progress.begin(_("scoring and writing the report"))
    mixture = mixture_of(bundle, ready.config.model.bag_of_words)
    how = ready.config.text, ready.head, ready.names, ready.task.reading.asked, ready.task.answer
    _judge(run, ready, Predictor(model, ready.encoder, *how, mixture), rivals)
    write(run, ready.task.view)
    return run


def _build(run: Run, ready: Prepared) -> keras.Model:
    """The model with its first weights; what it is made of stands in the run."""
    training.seed(ready.config.training)
    model = models.build(ready.config.model, ready.inputs, ready.head)
    models.start_from(model, ready.vectors)
    ready.task.begin(model, ready.encoded)
    ready.start.give(model, ready.task.name, ready.splits.train.classes)
    table = describe(model)
    run.write_json(MODEL_TABLE, table)
    tell(detours(table))
    return model


def _judge(run: Run, ready: Prepared, judge: Predictor, rivals: Rivals | None) -> None:
    """Scores, what led to some answers, and what is wrong, into the run."""
    task, splits = ready.task, ready.splits
    if ready.config.training.microscope and (seen := horizon.measure(judge.model, ready.head, ready.held_out)):
        run.write_json(HORIZON, seen)
    parts: dict[Part, Any] = {"validation": splits.validation, "test": splits.test}
    judged = {name: tasks.judged(task, judge, part, rivals) for name, part in parts.items() if part}
    run.write_json(SCORES, {name: task.explain(judge, one).to_dict() for name, (_answers, one) in judged.items()})
    counted = {name: answers.judged(parts[name], task.counts(told, parts[name])) for name, (told, _one) in judged.items()}
    answers.save(run, counted)
    most = ready.config.training.explained
    inspection.explain_extremes(run, task, Explainer(judge, splits.train), judged, parts, most)
    found = examine(case_of(run.path, splits, judge))
    run.write_json(FINDINGS, [one.told() for one in found])


def evaluate(
    path: Path,
    source: str,
    text: str | Sequence[str] | None = None,
    label: str | Sequence[str] | None = None,
    progress: Progress | None = None,
    **reading: Any,
) -> Any:
    """How well the run in `path` answers the rows of `source`, whose columns are those of the run unless named: the scores of
    its task (for classification `evaluation.classes.Scores`).

    `reading`: other keys of the configuration's section data that say how to read it, as `encoding`.
    Raises ModelFileError for a run that cannot answer, DataError for rows that cannot be read or a label the run never learned.
    """
    progress = progress or Silence()
    bundle = bundle_of(path)
    named = Config.parse(bundle.config).data
    task = tasks.named(named.task)
    tell(unfinished(path, bundle))
    progress.begin(_("reading {source}").format(source=source))
    if not task.reading.per_step and has_columns(source, task.reading):
        text, label = text or named.text, label or named.label
    rows = data.read(
        source,
        _reading(source, text=text, label=label, label_separator=named.label_separator, **reading),
        bundle.classes,
        task.reading,
    )
    tell(rows.notes)
    judge = judge_of(bundle)
    progress.begin(_("answering {rows} texts").format(rows=len(rows)), rows=len(rows))
    rivals = load_rivals(path / BASELINES) if (path / BASELINES).exists() else None
    return tasks.judged(task, judge, rows, rivals, progress)[1]


def columns(path: Path) -> data.DataConfig:
    """Where the run in `path` read its texts and labels. Raises ModelFileError."""
    return Config.parse(bundle_of(path).config).data


def predict(model: Path | Predictor, texts: Sequence[Any]) -> list[Any]:
    """One answer a text, or list of tokens where they are tagged, in order: the answer of its task (for classification
    `evaluation.classes.Answer`); `model` is a run folder, or what `predictor` made of it; where it reads several
    columns, each text is what `data.joined` makes of theirs.

    Raises ModelFileError, and ValueError for what is neither text nor tokens."""
    model = predictor(model) if isinstance(model, Path) else model
    return model.say([model.ask(text) for text in texts])


def diagnose(path: Path, progress: Progress | None = None) -> list[Diagnosis]:
    """What is wrong with the run in `path`, the surest first; nothing where it is healthy. Its source is read again, and a sample
    of the rows looked at, where that decides.

    Raises ModelFileError where `path` holds no run."""
    progress = progress or Silence()
    progress.begin(_("looking at {run}").format(run=path))
    return examine(case_of(path))


def explain(path: Path, measure: bool = True) -> list[models.Explanation]:
    """Which kernel each layer of the run in `path` runs on here, and why; `measure`: what not being native costs.

    Raises ModelFileError."""
    return models.explain(judge_of(bundle_of(path)).model, measure)


def report(path: Path) -> Path:
    """Writes the report of the run in `path` anew; returns its place. Raises ModelFileError."""
    return write(Run.open(path), task_of(path).view)


def _learn_rivals(run: Run, ready: Prepared, progress: Progress) -> Rivals | None:
    """What the model has to beat, kept with the run for later rows."""
    progress.begin(_("learning what the model has to beat"))
    rivals = ready.task.rivals(ready.splits.train, ready.config.text)
    if rivals:
        rivals.save(run.path / BASELINES)
    return rivals


def _list_rejected(run: Run, splits: data.Splits) -> list[str]:
    """Writes the rows left out as unusable, where there are some; a sentence that says where."""
    if not splits.rejected:
        return []
    run.write_lines(REJECTED, map(asdict, splits.rejected))
    return [_("{path} lists the rows left out as unusable.").format(path=run.path / REJECTED)]


def _reading(source: str, **reading: Any) -> data.DataConfig:
    """How to read `source`; words are read as their key's type has it. Raises ConfigError for what will not do."""
    given = {"source": source, **reading}
    return Config.parse(override({}, {f"data.{key}": value for key, value in given.items()})).data
