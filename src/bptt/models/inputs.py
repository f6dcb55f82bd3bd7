"""The first layers of a model: from a padded batch to features at each step, and which steps are real."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Protocol

import keras

from bptt import layers
from bptt.data import Encoder, Vocabulary

from .config import ModelConfig
from .word_dropout import WordDropout


class Inputs(Protocol):
    """What a model reads."""

    def __call__(self, config: ModelConfig) -> tuple[Any, Any, Any]:
        """The model's input, features (B, T, D) and the mask (B, T), true where a step is real; None where all are read."""

    def parameters(self, config: ModelConfig) -> int:
        """How many it has."""

    def features(self, config: ModelConfig) -> int:
        """D."""


@singledispatch
def inputs_of(encoder: Encoder, mask: bool) -> Inputs:
    """What reads the steps of `encoder`, padding skipped where `mask` is true."""
    raise TypeError(type(encoder))


@dataclass(frozen=True)
class Words:
    """Ids (B, T) int32 of V = `vocabulary_size` words, 0 for padding, which `mask` skips."""

    vocabulary_size: int
    mask: bool

    def __call__(self, config: ModelConfig) -> tuple[Any, Any, Any]:
        ids = keras.Input((None,), dtype="int32", name="ids")
        real = keras.ops.not_equal(ids, 0) if self.mask else None
        return ids, embedded(ids, self.vocabulary_size, config), real

    def parameters(self, config: ModelConfig) -> int:
        return self.vocabulary_size * config.embedding_width

    def features(self, config: ModelConfig) -> int:
        return config.embedding_width


def embedded(ids: Any, vocabulary_size: int, config: ModelConfig) -> Any:
    """ids (B, T) as vectors (B, T, E), some words unknown while training where `config` wants that."""
    if config.word_dropout:
        ids = WordDropout(config.word_dropout, name="word_dropout")(ids)
    return layers.Embedding(vocabulary_size, config.embedding_width, name="embedding")(ids)


@inputs_of.register
def _(encoder: Vocabulary, mask: bool) -> Words:
    return Words(len(encoder), mask)
