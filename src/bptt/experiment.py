"""The story, top to bottom: texts become batches, a model learns from them, is judged, and a page tells of it.

One function a verb of the command line, and the whole of it: a command only reads its arguments and prints.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bptt import batches, data, evaluation, models, training
from bptt.bundle import Bundle
from bptt.config import Config
from bptt.data.sources import has_columns
from bptt.evaluation import Predictor, Scores
from bptt.messages import _
from bptt.models.describe import describe
from bptt.models.size import check_fits
from bptt.progress import Progress, Silence
from bptt.record import DATA, MODEL, MODEL_TABLE, SCORES, Run, default_path
from bptt.report import write

__all__ = ["Answer", "Config", "columns", "evaluate", "init", "predict", "predictor", "report", "train"]


@dataclass(frozen=True)
class Answer:
    """The most probable class of a text, and its probability (0 to 1)."""

    label: str
    probability: float


def init(source: str) -> str:
    """A complete configuration for `source` as TOML, every key explained, its columns guessed. Raises DataError."""
    head = _("Every key with its default. Train with it: bptt train THIS_FILE")
    return f"# {head}\n\n" + Config(data=data.guess(source)).to_toml()


def train(config: Config, path: Path | None = None, progress: Progress | None = None) -> Run:
    """Trains on `config.data.source` and fills the run folder `path` (a new one under runs/ by default): model, scores, report.

    Columns that were not named are guessed, with a warning that says which. Raises DataError for data that cannot be learned
    from, ConfigError for a model that does not fit into memory, and ModelFileError where `path` holds something already; then
    nothing is written.
    """
    progress = progress or Silence()
    progress.begin(_("reading {source}").format(source=config.data.source))
    text, label, notes = data.columns(config.data.source, config.data)
    config = config.model_copy(update={"data": config.data.model_copy(update={"text": text, "label": label})})
    splits = data.load(config.data)
    _tell([*notes, *splits.notes])
    progress.begin(_("turning words into numbers"))
    vocabulary = data.Vocabulary.fit(splits.train.texts, config.text)
    batch_size, seed = config.training.batch_size, config.training.seed
    learned = batches.make(splits.train, vocabulary, config.text, batch_size, seed, shuffle=True)
    held_out = batches.make(splits.validation, vocabulary, config.text, batch_size, seed, shuffle=False)
    check_fits(config.model, len(vocabulary), len(splits.train.classes), max(B * T for B, T in learned.shapes()))

    run = Run.create(path or default_path(config.data.source), config.model_dump())
    facts = {"vocabulary_size": len(vocabulary), "batches": {"train": learned.facts(), "validation": held_out.facts()}}
    run.write_json(DATA, splits.summary() | facts)

    training.seed(config.training)
    model = models.build(config.model, len(vocabulary), len(splits.train.classes), config.text.mask)
    training.fit(model, learned, held_out, config.training, run, progress)
    run.write_json(MODEL_TABLE, describe(model))

    classes, weights = splits.train.classes, models.get_weights(model)
    Bundle(config.model_dump(mode="json"), classes, vocabulary.to_json(), weights).save(run.path / MODEL)
    progress.begin(_("scoring and writing the report"))
    judge = Predictor(model, vocabulary, classes, config.text)
    parts = {"validation": splits.validation, "test": splits.test}
    scores = {name: evaluation.score(judge.probabilities(part.texts), part) for name, part in parts.items() if part}
    run.write_json(SCORES, {name: part.to_dict() for name, part in scores.items()})
    write(run)
    return run


def evaluate(
    path: Path, source: str, text: str | None = None, label: str | None = None, progress: Progress | None = None
) -> Scores:
    """How well the run in `path` answers the rows of `source`, whose columns are those of the run unless named.

    Raises ModelFileError for a run that cannot answer, DataError for rows that cannot be read or a label the run never learned.
    """
    progress = progress or Silence()
    judge, named = predictor(path), columns(path)
    progress.begin(_("reading {source}").format(source=source))
    if has_columns(source):
        text, label = text or named.text, label or named.label
    rows = data.read(source, data.DataConfig(source=source, text=text, label=label), judge.classes)
    _tell(rows.notes)
    progress.begin(_("answering {rows} texts").format(rows=len(rows)), rows=len(rows))
    return evaluation.score(judge.probabilities(rows.texts, progress), rows)


def columns(path: Path) -> data.DataConfig:
    """Where the run in `path` read its texts and labels, by its model file: config.toml may have been edited since.
    Raises ModelFileError."""
    return Config.parse(Bundle.load(Run.open(path).path / MODEL).config).data


def predictor(path: Path) -> Predictor:
    """The model of the run in `path`, ready to answer. Raises ModelFileError."""
    bundle = Bundle.load(Run.open(path).path / MODEL)
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


def _tell(notes: Iterable[str]) -> None:
    """What was guessed or left out while reading, to whoever listens to warnings; the command line prints them."""
    for note in notes:
        warnings.warn(note, stacklevel=3)
