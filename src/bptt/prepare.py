"""All that training needs, from a configuration: rows read, split, turned into steps and batches. Nothing is written yet."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt import batches, checks, data, loggers, models, tasks, training
from bptt.checks import Finding
from bptt.config import Config
from bptt.data.vectors import Vectors
from bptt.messages import _
from bptt.models.size import check_fits
from bptt.progress import Progress
from bptt.trained import unfinished
from bptt.transfer import Start


@dataclass(frozen=True)
class Prepared:
    """config: resolved, with the task and the columns that are read; learned, held_out: the batches of the training and of the
    validation part; encoded: the training rows as steps; weights: (K,) of the classes in the loss, None where all are the same;
    findings: what was seen in the rows."""

    config: Config
    task: tasks.Task
    start: Start
    splits: data.Splits
    encoder: data.Encoder
    encoded: data.Ragged
    learned: batches.Batches
    held_out: batches.Batches
    names: tuple[str, ...]
    inputs: models.Inputs
    head: models.Head
    weights: NDArray[np.float32] | None
    vectors: Vectors
    findings: list[Finding]

    def facts(self) -> dict[str, Any]:
        """For data.json."""
        parts = {"train": self.learned.facts(), "validation": self.held_out.facts()}
        found = {"checks": [finding.to_dict() for finding in self.findings]}
        summary = {**self.splits.summary(), **self.encoder.facts(), "batches": parts}
        return {**summary, **self.vectors.facts(self.encoded.ids), **found}


def prepare(config: Config, progress: Progress) -> Prepared:
    """Reads `config.data.source` and makes ready what is learned from it. Columns that were not named are guessed, with a warning
    that says which.

    Raises DataError for data that cannot be learned from, ConfigError for a model that does not fit into memory."""
    loggers.check(config.training.log_to)
    start = Start.of(config)
    if start.bundle:
        tell(unfinished(Path(config.training.pretrained), start.bundle))
    progress.begin(_("reading {source}").format(source=config.data.source))
    config, splits, notes = load(start.adopted(config))
    task = tasks.named(config.data.task)
    tasks.check_mixture(config.model, task, splits.train)
    tell(notes)
    progress.begin(_("turning words into numbers"))
    encoder, encoded = start.encode(splits.train.inputs, config.text)
    validated = encoder.encode(splits.validation.inputs)
    task.check(config.text.max_length, encoded, validated)
    size, seed = config.training.batch_size, config.training.seed
    learned = batches.make(splits.train, encoded, config.text, size, seed, shuffle=True)
    held_out = batches.make(splits.validation, validated, config.text, size, seed, shuffle=False)
    names = task.names(splits.train.classes, encoder)
    inputs, head = models.inputs_of(encoder, config.text.mask), task.head(names, config.model, splits.train.targets)
    training.check_monitor(config.training, head)
    weights = training.class_weights(config.training, splits.train.targets)
    check_fits(config.model, inputs, head, max(B * T for B, T in learned.shapes()))
    lengths = np.concatenate([learned.whole_lengths, held_out.whole_lengths])
    findings = checks.glance(splits, config.text, lengths, task.checks)
    tell(finding.line() for finding in findings if finding.verdict != "ok")
    vectors = data.first_vectors(config.text, encoder.ids, encoded, config.model.embedding_width)
    tell(vectors.notes(encoded.ids))
    return Prepared(
        config, task, start, splits, encoder, encoded, learned, held_out, names, inputs, head, weights, vectors, findings
    )


def load(config: Config) -> tuple[Config, data.Splits, list[str]]:
    """The configuration with the task and the columns that are read, the data, and sentences on what was guessed or left out."""
    config, told = tasks.resolved(config)
    reading = tasks.named(config.data.task).reading
    text, label, notes = data.columns(config.data.source, config.data, reading)
    config = config.model_copy(update={"data": config.data.model_copy(update={"text": text, "label": label})})
    splits = data.load(config.data, reading)
    return config, splits, [*told, *notes, *splits.notes]


def tell(notes: Iterable[str]) -> None:
    """What was guessed or left out while reading, to whoever listens to warnings; the command line prints them."""
    for note in notes:
        warnings.warn(note, stacklevel=3)
