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


class StepAccuracy(keras.metrics.Mean):
    """Share of the real steps whose most probable label is theirs: labels (B, T), NO_LABEL where not real, outputs (B, T, ...),
    of which the last K are the probabilities."""

    def __init__(self, classes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.classes = classes

    def update_state(self, labels: Any, outputs: Any, sample_weight: Any = None) -> Any:
        labels = ops.cast(labels, "int32")
        found = ops.cast(ops.argmax(outputs[..., -self.classes :], axis=-1), "int32")
        return super().update_state(found == labels, sample_weight=labels != NO_LABEL)


@dataclass(frozen=True)
class StepSoftmax:
    """A tag a step, whatever its neighbours are: probabilities (B, T, K), learned by cross-entropy with the tags (B, T)."""

    tags: tuple[str, ...]
    metric: Metric = "accuracy"
    per_step = True
    model = keras.Model

    def __call__(self, features: Any, mask: Any) -> Any:
        return layers.Dense(len(self.tags), activation="softmax", name="head")(features)

    def parameters(self, features: int) -> int:
        return (features + 1) * len(self.tags)

    def loss(self, model: keras.Model) -> Any:
        return keras.losses.SparseCategoricalCrossentropy(ignore_class=NO_LABEL)

    def measure(self, model: keras.Model) -> Any:
        return StepAccuracy(len(self.tags), name=self.metric)

    def answers(self, model: keras.Model, batch: Batch) -> NDArray[Any]:
        """(B, T) int: the most probable tag of each step."""
        return outputs(model, batch).argmax(axis=-1)


@keras.saving.register_keras_serializable(package="bptt")
class Marginals(keras.layers.Layer):
    """Emissions (B, T, K) -> (B, T, 2 K): these, and behind them how probable each label is at each step by `chain`, a CRF, for a
    metric: it sees what a model puts out, and no weights. No gradient goes through them."""

    def __init__(self, chain: layers.CRF, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.chain = chain
        self.supports_masking = True

    def call(self, emissions: Any, mask: Any = None) -> Any:
        real = ops.ones(ops.shape(emissions)[:2], "bool") if mask is None else mask
        probable = ops.stop_gradient(self.chain.marginals(emissions, real))
        return ops.concatenate([emissions, ops.cast(probable, emissions.dtype)], axis=-1)

    def compute_output_shape(self, emissions_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*emissions_shape[:-1], 2 * self.chain.units)

    def compute_mask(self, emissions: Any, mask: Any = None) -> None:
        return None  # the loss knows which steps are real


@dataclass(frozen=True)
class Chain:
    """Tags (B, T) as a whole: a linear-chain CRF, by whose rules an entity never goes on that has not begun (layers.CRF)."""

    tags: tuple[str, ...]
    metric: Metric = "accuracy"
    per_step = True
    model = keras.Model

    def __call__(self, features: Any, mask: Any) -> Any:
        chain = layers.CRF(len(self.tags), *bio.rules(self.tags), name="chain")
        return Marginals(chain, name="marginals")(chain(layers.Dense(len(self.tags), name="head")(features)), mask=mask)

    def parameters(self, features: int) -> int:
        return (features + 1 + len(self.tags) + 2) * len(self.tags)

    def loss(self, model: keras.Model) -> Any:
        chain = model.get_layer("chain")
        return lambda labels, outputs: chain.loss(labels, outputs[..., : len(self.tags)])

    def measure(self, model: keras.Model) -> Any:
        return StepAccuracy(len(self.tags), name=self.metric)

    def answers(self, model: keras.Model, batch: Batch) -> NDArray[Any]:
        """(B, T) int: the tags of the most probable legal sequence."""
        return model.get_layer("chain").decode(outputs(model, batch)[..., : len(self.tags)], batch.real)
