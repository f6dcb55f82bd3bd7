"""Rows -> the model's answers, with the very batches and vocabulary of training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt import batches
from bptt.data import Encoder, Ragged, TextConfig, check_kind
from bptt.evaluation.mixture import Mixture
from bptt.models import Head
from bptt.progress import Progress, Silence

Answers = NDArray[Any] | list[NDArray[Any]]
STEP = 64


@dataclass(frozen=True)
class Predictor:
    """A model with all it needs to read a row and to be understood: what turns rows into steps, how they are cut and padded,
    what it ends in, its K classes, and how a person asks and is answered."""

    model: keras.Model
    encoder: Encoder
    text: TextConfig
    head: Head
    classes: tuple[str, ...]
    read: Callable[[object], Any]  # what a person gives -> a row
    decode: Callable[[Any, NDArray[Any], tuple[str, ...]], Any]  # a row, its answer, the classes -> what a person reads
    mixture: Mixture | None = None  # what answers beside the network, if anything does
    batch_size: int = 256  # rows a step: answers do not hang on it, speed and memory do
    step: int = STEP  # lengths of batches are multiples, so that call after call finds its program compiled

    def ask(self, given: object) -> Any:
        """The row that a person asks about. Raises ValueError for what is none, DataError for one of another kind than the model
        reads."""
        row = self.read(given)
        check_kind(self.encoder, [row])
        return row

    def say(self, rows: Sequence[Any]) -> list[Any]:
        """What a person reads of each of the `rows`, in their order. Raises as `answers` does."""
        return [self.decode(row, answer, self.classes) for row, answer in zip(rows, self.answers(rows), strict=True)]

    def answers(self, rows: Sequence[Any], progress: Progress | None = None) -> Answers:
        """(N, ...): what the model says of each of the N `rows`, in their order; of K classes, their probabilities. Where every
        step has an answer, N arrays (T, ...), and no row is cut.

        Rows of like length share a batch. A row without a step is all padding and gets an answer like any other.
        Raises DataError for rows of another kind than the model reads, ModelFileError where an answer is not a finite number.
        """
        return self.mixed(self.network(rows, progress), rows)

    def mixed(self, network: Answers, rows: Sequence[Any]) -> Answers:
        """The answers to N `rows` of which the `network` alone says (N, ...)."""
        return self.mixture.answers(np.asarray(network), rows) if self.mixture and len(rows) else network

    def network(self, rows: Sequence[Any], progress: Progress | None = None) -> Answers:
        """As `answers`, by the network alone."""
        check_kind(self.encoder, rows)
        return self.answers_to(self.encoder.encode(rows), progress)

    def answers_to(self, encoded: Ragged, progress: Progress | None = None) -> Answers:
        """What the network alone says of N rows as steps, which are cut and padded here. Raises as `answers` does."""
        progress, answered = progress or Silence(), 0
        answers: list[NDArray[Any]] = [np.empty(0)] * len(encoded)
        for batch in self.padded(encoded).epoch(0):
            found = self.head.answers(self.model, batch)
            for row, answer, real in zip(batch.rows, found, batch.real, strict=True):
                answers[row] = answer[real] if self.head.per_step else answer
            answered += len(batch.rows)
            progress.advance(answered, len(encoded))
        if self.head.per_step:
            return answers
        return np.stack(answers) if answers else np.empty((0, *self.model.output_shape[1:]), np.float32)

    def padded(self, encoded: Ragged) -> batches.Batches:
        """N rows as steps, cut and padded as the network reads them; none is cut where every step has an answer. A network that
        reads the padding gets as much of it as in training."""
        longest = max(self.text.max_length, int(encoded.lengths.max(initial=0)))
        text = self.text.model_copy(update={"max_length": longest}) if self.head.per_step else self.text
        unlabelled = np.zeros(len(encoded), np.int32)
        return batches.Batches(encoded, unlabelled, text, self.batch_size, seed=0, shuffle=False, step=self.step)
