"""Rows -> the model's answers, with the very batches and vocabulary of training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt import batches
from bptt.data import Ragged, TextConfig, Vocabulary
from bptt.errors import ModelFileError
from bptt.messages import _
from bptt.progress import Progress, Silence

STEP = 64  # words: lengths of batches are multiples, so that call after call finds its program compiled


@dataclass(frozen=True)
class Predictor:
    """A model with all it needs to read a text and to be understood: its vocabulary, its K classes, and how it cuts and pads."""

    model: keras.Model
    vocabulary: Vocabulary
    classes: tuple[str, ...]
    text: TextConfig
    decode: Callable[[NDArray[np.float32], tuple[str, ...]], Any]  # one of its answers and the classes -> what a person reads
    batch_size: int = 256  # texts a step: answers do not hang on it, speed and memory do

    def say(self, texts: Sequence[str]) -> list[Any]:
        """What a person reads of each of the `texts`, in their order. Raises as `answers` does."""
        return [self.decode(answer, self.classes) for answer in self.answers(texts)]

    def answers(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """(N, ...): what the model's head says of each of the N `texts`, in their order; of K classes, their probabilities.

        Texts of like length share a batch. A text without a word is all padding and gets an answer like any other.
        Raises ModelFileError where an answer is not a finite number.
        """
        return self.answers_to(self.vocabulary.encode(texts), progress)

    def answers_to(self, encoded: Ragged, progress: Progress | None = None) -> NDArray[np.float32]:
        """(N, ...): the same for N texts as ids, which are cut and padded here. Raises as `answers` does."""
        progress, answered = progress or Silence(), 0
        unlabelled = np.zeros(len(encoded), np.int32)
        padded = batches.Batches(encoded, unlabelled, self.text, self.batch_size, seed=0, shuffle=False, step=STEP)
        answers = np.empty((len(encoded), *self.model.output_shape[1:]), np.float32)
        for batch in padded.epoch(0):
            answers[batch.rows] = self.model.predict_on_batch(batch.ids)
            answered += len(batch.rows)
            progress.advance(answered, len(encoded))
        if not np.isfinite(answers).all():
            message = _("The model's answers are not finite numbers. Its weights are damaged or far too large: train again.")
            raise ModelFileError("model.not-finite-answer", message)
        return answers
