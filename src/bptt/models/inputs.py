"""The first layers of a model: from a padded batch to features at each step, and which steps are real."""

from dataclasses import dataclass
from typing import Any, Protocol

import keras

from bptt import layers

from .config import ModelConfig


class Inputs(Protocol):
    """What a model reads."""

    def __call__(self, config: ModelConfig) -> tuple[Any, Any, Any]:
        """The model's input, features (B, T, D) and the mask (B, T), true where a step is real; None where all are read."""


@dataclass(frozen=True)
class Words:
    """Ids (B, T) int32 of V = `vocabulary_size` words, 0 for padding, which `mask` skips."""

    vocabulary_size: int
    mask: bool

    def __call__(self, config: ModelConfig) -> tuple[Any, Any, Any]:
        ids = keras.Input((None,), dtype="int32", name="ids")
        real = keras.ops.not_equal(ids, 0) if self.mask else None
        return ids, layers.Embedding(self.vocabulary_size, config.embedding_width, name="embedding")(ids), real
