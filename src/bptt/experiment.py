"""The story, top to bottom: texts become batches, a model learns from them, is judged, and a page tells of it.

One function a verb of the command line, and the whole of it: a command only reads its arguments and prints.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bptt import batches, data, evaluation, models, training
from bptt.bundle import Bundle
from bptt.config import Config
from bptt.data.sources import has_columns
from bptt.evaluation import Predictor, Scores
from bptt.messages import _
from bptt.models.describe import describe
from bptt.record import DATA, MODEL, MODEL_TABLE, REJECTED, SCORES, Run, default_path
from bptt.report import write

__all__ = ["Answer", "Config", "evaluate", "init", "predict", "predictor", "report", "train"]


@dataclass(frozen=True)
class Answer:
    """The most probable class of a text, and its probability (0 to 1)."""

    label: str
    probability: float


def init(source: str, **reading: Any) -> str:
    """A complete configuration for `source` as TOML, every key explained, its columns guessed. Raises DataError.

    `reading`: keys of the section data that say how to read it, as `encoding`.
    """
    head = _("Every key with its default. Train with it: bptt train THIS_FILE")
    return f"# {head}\n\n" + Config(data=data.guess(_reading(source, **reading))).to_toml()


def train(config: Config, path: Path | None = None, progress: training.Progress | None = None) -> Run:
    """Trains on `config.data.source` and fills the run folder `path` (a new one under runs/ by default): model, scores, report.

    Columns that were not named are guessed, with a warning that says which. Raises DataError for data that cannot be learned
    from, and ModelFileError where `path` holds something already; then nothing is written.
    """
    text, label, notes = data.columns(config.data.source, config.data)
    config = config.model_copy(update={"data": config.data.model_copy(update={"text": text, "label": label})})
    splits = data.load(config.data)
    _tell([*notes, *splits.notes])
    vocabulary = data.Vocabulary.fit(splits.train.texts, config.text)
    batch_size, seed = config.training.batch_size, config.training.seed
    learned = batches.make(splits.train, vocabulary, config.text, batch_size, seed, shuffle=True)
    held_out = batches.make(splits.validation, vocabulary, config.text, batch_size, seed, shuffle=False)

    run = Run.create(path or default_path(config.data.source), config.model_dump())
    facts = {"vocabulary_size": len(vocabulary), "batches": {"train": learned.facts(), "validation": held_out.facts()}}
    run.write_json(DATA, splits.summary() | facts)
    if splits.rejected:
        run.write_lines(REJECTED, map(asdict, splits.rejected))
        _tell([_("{path} lists the rows left out as unusable.").format(path=run.path / REJECTED)])

    training.seed(config.training)
    model = models.build(config.model, len(vocabulary), len(splits.train.classes), config.text.mask)
    training.fit(model, learned, held_out, config.training, run, progress or training.Silence())
    run.write_json(MODEL_TABLE, describe(model))

    classes, weights = splits.train.classes, models.get_weights(model)
    Bundle(config.model_dump(mode="json"), classes, vocabulary.to_json(), weights).save(run.path / MODEL)
    judge = Predictor(model, vocabulary, classes, config.text)
    parts = {"validation": splits.validation, "test": splits.test}
    scores = {name: evaluation.score(judge.probabilities(part.texts), part) for name, part in parts.items() if part}
    run.write_json(SCORES, {name: part.to_dict() for name, part in scores.items()})
    write(run)
    return run


def evaluate(path: Path, source: str, text: str | None = None, label: str | None = None, **reading: Any) -> Scores:
    """How well the run in `path` answers the rows of `source`, whose columns are those of the run unless named.

    `reading`: other keys of the configuration's section data that say how to read it, as `encoding`.
    Raises ModelFileError for a run that cannot answer, DataError for rows that cannot be read or a label the run never learned.
    """
    bundle, columns = Bundle.load(Run.open(path).path / MODEL), Config.parse(Run.open(path).config()).data
    if has_columns(source):
        text, label = text or columns.text, label or columns.label
    rows = data.read(source, _reading(source, text=text, label=label, **reading), bundle.classes)
    _tell(rows.notes)
    judge = _judge(bundle)
    return evaluation.score(judge.probabilities(rows.texts), rows)


def predictor(path: Path) -> Predictor:
    """The model of the run in `path`, ready to answer. Raises ModelFileError."""
    return _judge(Bundle.load(Run.open(path).path / MODEL))


def _judge(bundle: Bundle) -> Predictor:
    vocabulary = data.Vocabulary.from_json(bundle.vocabulary_json)
    return Predictor(models.restore(bundle), vocabulary, bundle.classes, Config.parse(bundle.config).text)


def predict(model: Path | Predictor, texts: Sequence[str]) -> list[Answer]:
    """One answer a text, in order; `model` is a run folder, or what `predictor` made of it. Raises ModelFileError."""
    model = predictor(model) if isinstance(model, Path) else model
    probabilities = model.probabilities(texts)
    best = probabilities.argmax(axis=1)
    return [Answer(model.classes[k], float(row[k])) for k, row in zip(best, probabilities, strict=True)]


def report(path: Path) -> Path:
    """Writes the report of the run in `path` anew; returns its place. Raises ModelFileError."""
    return write(Run.open(path))


def _reading(source: str, **reading: Any) -> data.DataConfig:
    """How to read `source`. Raises ConfigError for a key or a value that will not do."""
    return Config.parse({"data": {"source": source, **reading}}).data


def _tell(notes: Iterable[str]) -> None:
    """What was guessed or left out while reading, to whoever listens to warnings; the command line prints them."""
    for note in notes:
        warnings.warn(note, stacklevel=3)
