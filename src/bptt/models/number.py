"""The head that answers with a number."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from bptt import layers

from .heads import Metric, OfRow

SCALE = "scale"  # the layer's name


@keras.saving.register_keras_serializable(package="bptt")
class Rescale(keras.layers.Layer):
    """Standardised answers (B, 1) in the target's own units: x * deviation + mean, two weights that training leaves alone."""

    def __init__(self, mean: float = 0.0, deviation: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._start = {"mean": mean, "deviation": deviation}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        def constant(name: str) -> Any:
            value = keras.initializers.Constant(self._start[name])
            return self.add_weight(shape=(1,), initializer=value, trainable=False, name=name)

        self.mean, self.deviation = constant("mean"), constant("deviation")

    def call(self, inputs: Any) -> Any:
        return inputs * self.deviation + self.mean

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self._start}


@dataclass(frozen=True)
class Number(OfRow):
    """One number a row (B, 1), learned by the squared error in standard deviations of the training part.

    Squared, because what is then learned is the mean of the rows that read alike, which R² and the baseline (the mean of all)
    are about too; Huber's loss bends towards the median, from a distance that somebody would have to choose. In standard
    deviations, so that one learning rate does for grams and for years. `mean` and `deviation` are those of the training part;
    a restored model has them among its weights.
    """

    mean: float = 0.0
    deviation: float = 1.0
    metric: Metric = "mae"

    def __call__(self, features: Any, mask: Any) -> Any:
        standardised = layers.Dense(1, name="head")(features)
        return Rescale(self.mean, self.deviation, name=SCALE)(standardised)

    def parameters(self, features: int) -> int:
        return features + 3  # the bias, and the two of Rescale

    def loss(self, model: keras.Model) -> Any:
        def squared(truth: Any, answers: Any) -> Any:
            """truth, answers (B, 1) to (B,)."""
            return ops.mean(ops.square((answers - truth) / self.deviation), axis=-1)

        return squared


def training_mean(model: keras.Model) -> float:
    """The mean of the numbers that a model with the head Number learned from."""
    return float(model.get_layer(SCALE).mean.value[0])
