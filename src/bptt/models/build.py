"""From a configuration to a `keras.Model`: many steps in, one class out.

Every layer is named here, so that a weight has the same path in every process.
"""

from typing import Any

import keras

from bptt import layers

from .config import ModelConfig
from .pooling import MaxPooling, MeanPooling

CELLS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def build(config: ModelConfig, vocabulary_size: int, classes: int, mask: bool) -> keras.Model:
    """The classifier of `config`: ids (B, T) int32 in, probabilities (B, K) out, V = `vocabulary_size`, K = `classes`.

    Where `mask` is true, steps whose id is 0 are skipped: the mask (B, T) is computed once and handed to each layer in need.
    """
    ids = keras.Input((None,), dtype="int32", name="ids")
    real = keras.ops.not_equal(ids, 0) if mask else None
    x = layers.Embedding(vocabulary_size, config.embedding_width, name="embedding")(ids)
    if config.embedding_dropout:
        x = layers.SpatialDropout1D(config.embedding_dropout, name="embedding_dropout")(x)
    for number, units in enumerate(config.units, start=1):
        sequences = config.pooling != "last" or number < len(config.units)
        x = _recurrent(config, units, sequences, number)(x, mask=real)
        if config.layer_norm:
            x = layers.LayerNormalization(name=f"norm_{number}")(x)
        if config.dropout and number < len(config.units):
            x = layers.Dropout(config.dropout, name=f"dropout_{number}")(x)
    x = _pool(config.pooling, x, real)
    if config.dropout:
        x = layers.Dropout(config.dropout, name="head_dropout")(x)
    return keras.Model(ids, layers.Dense(classes, activation="softmax", name="head")(x), name="classifier")


def _recurrent(config: ModelConfig, units: int, sequences: bool, number: int) -> Any:
    name = f"recurrent_{number}"
    layer = getattr(layers, CELLS[config.cell])(units, return_sequences=sequences, name=name)
    return layers.Bidirectional(layer, name=f"both_{number}") if config.bidirectional else layer


def _pool(pooling: str, x: Any, mask: Any) -> Any:
    """x (B, T, H) to (B, H), or (B, 2H) for mean+max; for "last" the recurrent layer has done it: x is (B, H) already."""
    if pooling == "last":
        return x
    kinds = {"mean": MeanPooling, "max": MaxPooling}
    pooled = [kinds[kind](name=kind)(x, mask=mask) for kind in pooling.split("+")]
    return layers.Concatenate(name="pooled")(pooled) if len(pooled) > 1 else pooled[0]
