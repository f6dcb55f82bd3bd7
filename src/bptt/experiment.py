"""The story, top to bottom: texts become batches, a model learns from them, is judged, and a page tells of it.

One function a verb of the command line, and the whole of it: a command only reads its arguments and prints.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from bptt import batches, checks, comparing, data, models, tasks, training
from bptt.bundle import Bundle
from bptt.checks import Finding
from bptt.comparing import Comparison, answers
from bptt.config import Config, of_run, override
from bptt.data.sources import has_columns
from bptt.data.splits import Part
from bptt.diagnosis import Diagnosis, examine
from bptt.diagnosis.live import Watch
from bptt.errors import DataError
from bptt.evaluation import Answers, Predictor
from bptt.evaluation.baselines import Rivals, TextRivals
from bptt.evaluation.mixture import mixture_of
from bptt.evaluation.rivals import load_rivals
from bptt.explaining import Explainer, Explanation, Told, extremes
from bptt.messages import _
from bptt.microscope import horizon
from bptt.models.describe import describe, detours
from bptt.models.size import check_fits
from bptt.progress import Progress, Silence
from bptt.record import BASELINES, DATA, EXPLAINED, FINDINGS, HORIZON, MODEL_TABLE, REJECTED, SCORES, Run, default_path
from bptt.report import write, write_comparison, write_explanations
from bptt.report.watch import serve
from bptt.trained import bundle_of, case_of, judge_of, unfinished
from bptt.transfer import Start

__all__ = [
    "Config",
    "Diagnosis",
    "Finding",
    "check",
    "columns",
    "compare",
    "compared_page",
    "diagnose",
    "evaluate",
    "explained_page",
    "explainer",
    "explanations",
    "init",
    "predict",
    "predictor",
    "report",
    "task_of",
    "train",
    "watch",
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
    config, splits, notes = _load(config)
    _tell(notes)
    progress.begin(_("looking at {rows} texts").format(rows=len(splits.train) + len(splits.validation) + len(splits.test or ())))
    return checks.examine(splits, config.text, tasks.named(config.data.task).checks)


def train(config: Config, path: Path | None = None, progress: Progress | None = None) -> Run:
    """Trains on `config.data.source` and fills the run folder `path` (a new one under runs/ by default): model, scores, report.

    Columns that were not named are guessed, with a warning that says which. Raises DataError for data that cannot be learned
    from, ConfigError for a model that does not fit into memory, and ModelFileError where `path` holds something already; then
    nothing is written.
    """
    progress = progress or Silence()
    start = Start.of(config)
    if start.bundle:
        _tell(unfinished(Path(config.training.pretrained), start.bundle))
    progress.begin(_("reading {source}").format(source=config.data.source))
    config, splits, notes = _load(start.adopted(config))
    task = tasks.named(config.data.task)
    tasks.check_mixture(config.model, task, splits.train)
    _tell(notes)
    progress.begin(_("turning words into numbers"))
    encoder, encoded = start.encode(splits.train.inputs, config.text)
    batch_size, seed = config.training.batch_size, config.training.seed
    learned = batches.make(splits.train, encoded, config.text, batch_size, seed, shuffle=True)
    validated = encoder.encode(splits.validation.inputs)
    task.check(config.text.max_length, encoded, validated)
    held_out = batches.make(splits.validation, validated, config.text, batch_size, seed, shuffle=False)
    names = task.names(splits.train.classes, encoder)
    inputs, head = models.inputs_of(encoder, config.text.mask), task.head(names, config.model, splits.train.targets)
    training.check_monitor(config.training, head)
    weights = training.class_weights(config.training, splits.train.targets)
    check_fits(config.model, inputs, head, max(B * T for B, T in learned.shapes()))
    lengths = np.concatenate([learned.whole_lengths, held_out.whole_lengths])
    findings = checks.glance(splits, config.text, lengths, task.checks)
    _tell(finding.line() for finding in findings if finding.verdict != "ok")

    vectors = data.first_vectors(config.text, encoder.ids, encoded, config.model.embedding_width)
    _tell(vectors.notes(encoded.ids))

    run = Run.create(path or default_path(config.data.source), config.model_dump())
    facts = {"batches": {"train": learned.facts(), "validation": held_out.facts()}, **vectors.facts(encoded.ids)}
    run.write_json(DATA, {**splits.summary(), **encoder.facts(), **facts, "checks": [finding.to_dict() for finding in findings]})
    _tell(_list_rejected(run, splits))
    rivals = _learn_rivals(run, task, splits.train, config.text, progress)

    training.seed(config.training)
    model = models.build(config.model, inputs, head)
    models.start_from(model, vectors)
    task.begin(model, encoded)
    start.give(model, task.name, splits.train.classes)
    table = describe(model)
    run.write_json(MODEL_TABLE, table)
    _tell(detours(table))
    bundle = Bundle(config.model_dump(mode="json"), splits.train.classes, encoder.to_json(), weights={}, epoch=0)
    if isinstance(rivals, TextRivals) and config.model.bag_of_words:
        bundle = replace(bundle, bag=rivals.bag.parts())
    training.fit(
        model, head, learned, held_out, config.training, run, progress, bundle, weights, [Watch(run, config, progress.say)]
    )

    progress.begin(_("scoring and writing the report"))
    if config.training.microscope and (seen := horizon.measure(model, head, held_out)):
        run.write_json(HORIZON, seen)
    mixture = mixture_of(bundle, config.model.bag_of_words)
    judge = Predictor(model, encoder, config.text, head, names, task.reading.asked, task.answer, mixture)
    parts: dict[Part, Any] = {"validation": splits.validation, "test": splits.test}
    judged = {name: tasks.judged(task, judge, part, rivals) for name, part in parts.items() if part}
    run.write_json(SCORES, {name: task.explain(judge, one).to_dict() for name, (_answers, one) in judged.items()})
    counted = {name: answers.judged(parts[name], task.counts(told, parts[name])) for name, (told, _one) in judged.items()}
    answers.save(run, counted)
    _explain_extremes(run, task, Explainer(judge, splits.train), judged, parts, config.training.explained)
    found = examine(case_of(run.path, splits, judge))
    run.write_json(FINDINGS, [one.told() for one in found])
    write(run, task.view)
    return run


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
    _tell(unfinished(path, bundle))
    progress.begin(_("reading {source}").format(source=source))
    if not task.reading.per_step and has_columns(source, task.reading):
        text, label = text or named.text, label or named.label
    rows = data.read(
        source,
        _reading(source, text=text, label=label, label_separator=named.label_separator, **reading),
        bundle.classes,
        task.reading,
    )
    _tell(rows.notes)
    judge = judge_of(bundle)
    progress.begin(_("answering {rows} texts").format(rows=len(rows)), rows=len(rows))
    rivals = load_rivals(path / BASELINES) if (path / BASELINES).exists() else None
    return tasks.judged(task, judge, rows, rivals, progress)[1]


def columns(path: Path) -> data.DataConfig:
    """Where the run in `path` read its texts and labels. Raises ModelFileError."""
    return Config.parse(bundle_of(path).config).data


def predictor(path: Path) -> Predictor:
    """The model of the run in `path`, ready to answer; warns where it is but the best so far of a training that has not come
    to its end. Raises ModelFileError."""
    bundle = bundle_of(path)
    _tell(unfinished(path, bundle))
    return judge_of(bundle)


def task_of(path: Path) -> tasks.Task:
    """What the run in `path` is to learn. Raises ModelFileError."""
    return tasks.named(of_run(Run.open(path)).data.task)


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


def explainer(path: Path) -> Explainer:
    """What tells what led to an answer of the run in `path`, beside its training rows where its source is still what it was; else
    a warning says so. Raises ModelFileError."""
    judge = predictor(path)
    config = of_run(Run.open(path))
    if judge.head.per_step:
        return Explainer(judge, None)
    try:
        train = data.load(config.data, tasks.named(config.data.task).reading).train
    except (DataError, OSError) as error:
        _tell([_("No nearest training rows: {reason}").format(reason=error)])
        return Explainer(judge, None)
    if train.fingerprint() != Run.open(path).read_json(DATA)["fingerprint"]["train"]:
        _tell([_("No nearest training rows: {source} is not what it was in training.").format(source=config.data.source)])
        return Explainer(judge, None)
    return Explainer(judge, train)


def explanations(path: Path, told: Explainer, rows: Sequence[Any]) -> list[Explanation]:
    """What led to the answers of the run in `path` to `rows` that its predictor asks about. Raises DataError where its task has
    no answer that can be explained."""
    task, judge = task_of(path), told.predictor
    return [told.explain(row, one, task.aims(one, judge.classes)) for row, one in zip(rows, judge.answers(rows), strict=True)]


def compare(paths: Sequence[Path]) -> Comparison:
    """The runs in `paths`, two or more of one task, beside the first of them, on the rows that all were judged by.

    Raises ModelFileError for a run that cannot be read, DataError for runs of several tasks."""
    return comparing.compare([Run.open(path) for path in paths], task_of(paths[0]).compared)


def compared_page(page: Path, paths: Sequence[Path], found: Comparison) -> Path:
    """Writes what `compare` found of the runs in `paths` as one HTML page, with their curves; returns its place."""
    return write_comparison(page, [Run.open(path) for path in paths], found, task_of(paths[0]).view)


def explained_page(page: Path, path: Path, told: Sequence[Explanation]) -> Path:
    """Writes what led to some answers of the run in `path` as one HTML page, whose place it gives back."""
    return write_explanations(page, path.resolve().name, told)


def explain(path: Path, measure: bool = True) -> list[models.Explanation]:
    """Which kernel each layer of the run in `path` runs on here, and why; `measure`: what not being native costs.

    Raises ModelFileError."""
    return models.explain(judge_of(bundle_of(path)).model, measure)


def report(path: Path) -> Path:
    """Writes the report of the run in `path` anew; returns its place. Raises ModelFileError."""
    return write(Run.open(path), task_of(path).view)


def watch(path: Path, port: int, ready: Callable[[str], None]) -> None:
    """Shows the report of the run in `path` over HTTP to this machine alone until it is interrupted; port: 0 for a free one;
    ready: called with the address. Raises ModelFileError, and ConfigError for a port that cannot be had."""
    serve(Run.open(path), task_of(path).view, port, ready)


def _load(config: Config) -> tuple[Config, data.Splits, list[str]]:
    """The configuration with the task and the columns that are read, the data, and sentences on what was guessed or left out."""
    config, told = tasks.resolved(config)
    reading = tasks.named(config.data.task).reading
    text, label, notes = data.columns(config.data.source, config.data, reading)
    config = config.model_copy(update={"data": config.data.model_copy(update={"text": text, "label": label})})
    splits = data.load(config.data, reading)
    return config, splits, [*told, *notes, *splits.notes]


def _learn_rivals(run: Run, task: tasks.Task, train: data.Dataset, text: data.TextConfig, progress: Progress) -> Rivals | None:
    """What the model has to beat, kept with the run for later rows."""
    progress.begin(_("learning what the model has to beat"))
    rivals = task.rivals(train, text)
    if rivals:
        rivals.save(run.path / BASELINES)
    return rivals


def _explain_extremes(
    run: Run, task: tasks.Task, told: Explainer, judged: Mapping[Part, tuple[Answers, Any]], parts: Mapping[Part, Any], most: int
) -> None:
    """Writes what led to the worst answers, `most` of them, and to as many of the surest, of the last part that was judged."""
    part: Part = "test" if "test" in judged else "validation"
    rows, said = parts[part], judged[part][0]
    worst, surest = extremes(task.errors(said, rows), most)

    def explained(row: int) -> tuple[str, Explanation]:
        aims = task.aims(said[row], told.predictor.classes)
        return rows.targets.word(row), told.explain(rows.inputs[row], said[row], aims)

    if worst or surest:
        run.write_json(EXPLAINED, Told(part=part, worst=[*map(explained, worst)], surest=[*map(explained, surest)]))


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


def _tell(notes: Iterable[str]) -> None:
    """What was guessed or left out while reading, to whoever listens to warnings; the command line prints them."""
    for note in notes:
        warnings.warn(note, stacklevel=3)
