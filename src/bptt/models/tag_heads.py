"""Heads that answer every step with one of K tags."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import ops
from numpy.typing import NDArray

from bptt import layers
from bptt.batches import Batch
from bptt.data import bio
from bptt.shapes import NO_LABEL

from .heads import Metric, outputs


@keras.saving.register_keras_serializable(package="bptt")
class StepAccuracy(keras.metrics.Mean):
    """Share of the real steps whose highest score is their label's: labels (B, T), NO_LABEL where not real, scores (B, T, K)."""

    def update_state(self, labels: Any, scores: Any, sample_weight: Any = None) -> Any:
        labels = ops.cast(labels, "int32")
        right = ops.cast(ops.argmax(scores, axis=-1), "int32") == labels
        return super().update_state(right, sample_weight=labels != NO_LABEL)


@dataclass(frozen=True)
class StepSoftmax:
    """A tag a step, whatever its neighbours are: probabilities (B, T, K), learned by cross-entropy with the tags (B, T)."""

    tags: tuple[str, ...]
    metric: Metric = "accuracy"
    per_step = True

    def __call__(self, features: Any) -> Any:
        return layers.Dense(len(self.tags), activation="softmax", name="head")(features)

    def parameters(self, features: int) -> int:
        return (features + 1) * len(self.tags)

    def loss(self, model: keras.Model) -> Any:
        return keras.losses.SparseCategoricalCrossentropy(ignore_class=NO_LABEL)

    def measure(self) -> Any:
        return StepAccuracy(name=self.metric)

    def answers(self, model: keras.Model, batch: Batch) -> NDArray[Any]:
        """(B, T) int: the most probable tag of each step."""
        return outputs(model, batch).argmax(axis=-1)


@dataclass(frozen=True)
class Chain:
    """Tags (B, T) as a whole: a linear-chain CRF, by whose rules an entity never goes on that has not begun (layers.CRF)."""

    tags: tuple[str, ...]
    metric: Metric = "accuracy"
    per_step = True

    def __call__(self, features: Any) -> Any:
        scores = layers.Dense(len(self.tags), name="head")(features)
        return layers.CRF(len(self.tags), *bio.rules(self.tags), name="chain")(scores)

    def parameters(self, features: int) -> int:
        return (features + 1 + len(self.tags) + 2) * len(self.tags)

    def loss(self, model: keras.Model) -> Any:
        return model.get_layer("chain").loss

    def measure(self) -> Any:
        return StepAccuracy(name=self.metric)

    def answers(self, model: keras.Model, batch: Batch) -> NDArray[Any]:
        """(B, T) int: the tags of the most probable legal sequence."""
        return model.get_layer("chain").decode(outputs(model, batch), batch.real)
