"""Words that are made unknown while training, so that the network learns what to do where it does not know one."""

from typing import Any

import keras
from keras import ops

from bptt.shapes import PADDING, UNKNOWN


@keras.saving.register_keras_serializable(package="bptt")
class WordDropout(keras.layers.Layer):
    """Ids of any shape: while training, each that is not padding becomes UNKNOWN with probability `rate`, drawn anew each time
    (Dai and Le 2015, section 4.1; Iyyer et al. 2015, section 3.3)."""

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        """rate: 0 to 1."""
        super().__init__(**kwargs)
        self.rate, self.seed = rate, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, ids: Any, training: bool = False) -> Any:
        if not training:
            return ids
        dropped = keras.random.uniform(ops.shape(ids), seed=self.generator) < self.rate
        return ops.where(ops.logical_and(dropped, ids != PADDING), UNKNOWN, ids)

    def compute_output_shape(self, ids_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return ids_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
