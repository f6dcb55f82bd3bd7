"""The last layers of a model: from what was read to an answer, and the loss by which it learns to give it."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bptt import layers

Metric = Literal["accuracy", "binary_accuracy", "mae"]  # figures beside the loss that Keras takes while training


class Head(Protocol):
    """What turns features into answers.

    width: values an answer; metric: the figure that is shown beside the loss; loss: what `keras.Model.compile` takes.
    """

    @property
    def width(self) -> int: ...

    @property
    def metric(self) -> Metric: ...

    @property
    def loss(self) -> Any: ...

    def __call__(self, features: Any) -> Any:
        """features (B, H) to answers (B, `width`)."""


@dataclass(frozen=True)
class Softmax:
    """One of K classes: probabilities (B, K) that sum to 1, learned by cross-entropy with the class (B,)."""

    width: int
    metric: Metric = "accuracy"
    loss: str = "sparse_categorical_crossentropy"

    def __call__(self, features: Any) -> Any:
        return layers.Dense(self.width, activation="softmax", name="head")(features)


@dataclass(frozen=True)
class Sigmoid:
    """Any number of K labels: a probability of each (B, K), learned by the binary cross-entropy with (B, K) zeros and ones."""

    width: int
    metric: Metric = "binary_accuracy"
    loss: str = "binary_crossentropy"

    def __call__(self, features: Any) -> Any:
        return layers.Dense(self.width, activation="sigmoid", name="head")(features)
