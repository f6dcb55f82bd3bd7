"""Words with their shapes and characters as features."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from bptt import layers
from bptt.data.spelled import LETTERS, SHAPES, Spelled

from .config import ModelConfig
from .inputs import embedded, inputs_of

CHARACTER, FILTERS, SHAPE = 32, 64, 8  # numbers that stand for a character, for a word by its characters, for its shape
REACH = 3  # characters that a filter looks at


@keras.saving.register_keras_serializable(package="bptt")
class Spelling(keras.layers.Layer):
    """Ids of characters (B, T, C), 0 for none, to (B, T, F): the largest answer of each of F filters to any three neighbouring
    characters of a word (Ma and Hovy 2016, section 2.1, with rectified answers)."""

    def __init__(self, characters: int, width: int, filters: int, **kwargs: Any) -> None:
        """characters: ids in use, padding and unknown included; width: numbers that stand for one; filters: F."""
        super().__init__(**kwargs)
        self.characters, self.width, self.filters = characters, width, filters
        self.embedding = layers.Embedding(characters, width, name="characters")
        self.filter = layers.Dense(filters, activation="relu", name="filters")

    def build(self, ids_shape: tuple[int | None, ...]) -> None:
        self.embedding.build(ids_shape)
        self.filter.build((*ids_shape, REACH * self.width))

    def call(self, ids: Any) -> Any:
        real = (ids > 0)[..., None]
        inner = ops.pad(ops.where(real, self.embedding(ids), 0), ((0, 0), (0, 0), (REACH // 2, REACH // 2), (0, 0)))
        windows = ops.concatenate([inner[:, :, at : at + ids.shape[2]] for at in range(REACH)], axis=-1)
        return ops.max(ops.where(real, self.filter(windows), 0), axis=2)

    def compute_output_shape(self, ids_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*ids_shape[:2], self.filters)

    def get_config(self) -> dict[str, Any]:
        sizes = {"characters": self.characters, "width": self.width, "filters": self.filters}
        return {**super().get_config(), **sizes}


@dataclass(frozen=True)
class SpelledWords:
    """Steps of `data.spelled.Spelled`: (B, T, 2 + LETTERS) int32 of V = `vocabulary_size` words."""

    vocabulary_size: int
    characters: int
    mask: bool

    def __call__(self, config: ModelConfig) -> tuple[Any, Any, Any]:
        steps = keras.Input((None, 2 + LETTERS), dtype="int32", name="steps")
        ids, shapes, letters = steps[..., 0], steps[..., 1], steps[..., 2:]
        parts = [
            embedded(ids, self.vocabulary_size, config),
            Spelling(self.characters, CHARACTER, FILTERS, name="spelling")(letters),
            layers.Embedding(SHAPES, SHAPE, name="shapes")(shapes),
        ]
        return steps, layers.Concatenate(name="word")(parts), ops.not_equal(ids, 0) if self.mask else None

    def parameters(self, config: ModelConfig) -> int:
        filters = (REACH * CHARACTER + 1) * FILTERS
        return self.vocabulary_size * config.embedding_width + self.characters * CHARACTER + filters + SHAPES * SHAPE

    def features(self, config: ModelConfig) -> int:
        return config.embedding_width + FILTERS + SHAPE


@inputs_of.register
def _(encoder: Spelled, mask: bool) -> SpelledWords:
    sizes = encoder.facts()
    return SpelledWords(sizes["vocabulary_size"], sizes["characters"], mask)
