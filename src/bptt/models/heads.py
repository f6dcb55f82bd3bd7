"""The last layers of a model: from what was read to an answer, and the loss by which it learns to give it."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from bptt import layers
from bptt.batches import Batch
from bptt.errors import ModelFileError
from bptt.messages import _

Metric = Literal["accuracy", "binary_accuracy", "mae", "perplexity"]  # figures beside the loss that Keras takes while training


class Head(Protocol):
    """What turns features into answers.

    metric: the figure that is shown beside the loss, under this name; per_step: whether every step has an answer, or the whole
    row one; model: what is made of the layers.
    """

    @property
    def metric(self) -> Metric: ...

    @property
    def per_step(self) -> bool: ...

    @property
    def model(self) -> type[keras.Model]: ...

    def __call__(self, features: Any, mask: Any) -> Any:
        """features (B, H), or (B, T, H) where every step has an answer, to what the loss reads; mask (B, T): which steps are
        real, None where all are."""

    def parameters(self, features: int) -> int:
        """How many it has over H = `features`."""

    def loss(self, model: keras.Model) -> Any:
        """What `compile` takes for a model that ends in this head; None where the model has a loss of its own."""

    def measure(self, model: keras.Model) -> Any:
        """What `compile` takes for `metric`; None where the model keeps it itself."""

    def answers(self, model: keras.Model, batch: Batch) -> NDArray[Any]:
        """What `model` says of a batch: (B, ...), or (B, T, ...) where every step has an answer. Raises ModelFileError for
        what is not finite."""


class OfRow:
    """What heads share that give each row one answer, and that is what the loss reads."""

    metric: Metric
    per_step = False
    model = keras.Model

    def measure(self, model: keras.Model) -> str:
        return self.metric

    def answers(self, model: keras.Model, batch: Batch) -> NDArray[Any]:
        return outputs(model, batch)


@dataclass(frozen=True)
class Softmax(OfRow):
    """One of K = `classes` a row: probabilities (B, K) that sum to 1, learned by cross-entropy with the class (B,)."""

    classes: int
    metric: Metric = "accuracy"

    def __call__(self, features: Any, mask: Any) -> Any:
        return layers.Dense(self.classes, activation="softmax", name="head")(features)

    def parameters(self, features: int) -> int:
        return (features + 1) * self.classes

    def loss(self, model: keras.Model) -> str:
        return "sparse_categorical_crossentropy"


@dataclass(frozen=True)
class Sigmoid(OfRow):
    """Any number of K = `labels` a row: a probability of each (B, K), learned by the binary cross-entropy with zeros and ones
    (B, K)."""

    labels: int
    metric: Metric = "binary_accuracy"

    def __call__(self, features: Any, mask: Any) -> Any:
        return layers.Dense(self.labels, activation="sigmoid", name="head")(features)

    def parameters(self, features: int) -> int:
        return (features + 1) * self.labels

    def loss(self, model: keras.Model) -> str:
        return "binary_crossentropy"


def outputs(model: keras.Model, batch: Batch) -> NDArray[Any]:
    """What `model` gives for a batch. Raises ModelFileError where that is not a finite number."""
    return finite(model.predict_on_batch(batch.inputs))


def finite(found: Any) -> NDArray[Any]:
    """`found` as an array. Raises ModelFileError where a number in it is not finite."""
    found = np.asarray(found)
    if not np.isfinite(found).all():
        message = _("The model's answers are not finite numbers. Its weights are damaged or far too large: train again.")
        raise ModelFileError("model.not-finite-answer", message)
    return found
