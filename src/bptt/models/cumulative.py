"""The head that answers with one of K classes that have an order."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from bptt import layers

from .heads import Metric, OfRow


@keras.saving.register_keras_serializable(package="bptt")
class Cumulative(keras.layers.Layer):
    """Scores (B, 1) to the probabilities (B, K) of K = `classes` in order, the proportional-odds model:

        logit P(class <= k) = theta_k - score, theta_1 < ... < theta_(K-1)

    McCullagh, Regression models for ordinal data, Journal of the Royal Statistical Society B 42 (1980), section 2. One weight
    (K - 1,): theta_1, and the steps to each next threshold, which softplus keeps above 0; at the start they make all classes
    equally probable where the score is 0.
    """

    def __init__(self, classes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.classes = classes

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        share = np.arange(1, self.classes) / self.classes
        theta = np.log(share / (1 - share))
        first = np.concatenate([theta[:1], np.log(np.expm1(np.diff(theta)))]).astype(np.float32)
        self.steps = self.add_weight(shape=first.shape, initializer=lambda shape, dtype: ops.cast(first, dtype), name="steps")

    def call(self, inputs: Any) -> Any:
        """P(k) as a product, sigmoid(a) sigmoid(-b) (1 - exp(b - a)) with a = theta_k - score and b = theta_(k-1) - score: the
        difference of two sigmoids loses all its digits where both are near 1."""
        between = ops.softplus(self.steps[1:])
        theta = self.steps[0] + ops.concatenate([ops.zeros_like(self.steps[:1]), ops.cumsum(between)])
        below = theta[None] - inputs
        one = ops.ones_like(inputs)
        reach = ops.concatenate([one[0, :1], -ops.expm1(-between), one[0, :1]]) if self.classes > 2 else 1.0
        return ops.concatenate([ops.sigmoid(below), one], -1) * ops.concatenate([one, ops.sigmoid(-below)], -1) * reach

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.classes)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "classes": self.classes}


@dataclass(frozen=True)
class Ranks(OfRow):
    """One of K = `classes` in order a row: probabilities (B, K), learned by cross-entropy with the class (B,); a single score
    says how far up, so that what tells the first from the second tells the second from the third too."""

    classes: int
    metric: Metric = "accuracy"

    def __call__(self, features: Any, mask: Any) -> Any:
        score = layers.Dense(1, use_bias=False, name="head")(features)
        return Cumulative(self.classes, name="thresholds")(score)

    def parameters(self, features: int) -> int:
        return features + self.classes - 1

    def loss(self, model: keras.Model) -> str:
        return "sparse_categorical_crossentropy"
