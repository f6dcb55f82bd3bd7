"""From a configuration to a `keras.Model`: many steps in, one answer out.

Every layer is named here, so that a weight has the same path in every process.
"""

from typing import Any

import keras

from bptt import layers

from .config import ModelConfig
from .heads import Head
from .inputs import Inputs
from .pooling import MaxPooling, MeanPooling

CELLS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def build(config: ModelConfig, inputs: Inputs, head: Head) -> keras.Model:
    """The model of `config` between what it reads and what it answers.

    The mask (B, T) of the steps that are real is computed once and handed to each layer in need.
    """
    source, x, real = inputs(config)
    if config.embedding_dropout:
        x = layers.SpatialDropout1D(config.embedding_dropout, name="embedding_dropout")(x)
    pooling = None if head.per_step else config.pooling
    for number, units in enumerate(config.units, start=1):
        sequences = pooling != "last" or number < len(config.units)
        x = _recurrent(config, units, sequences, number)(x, mask=real)
        if config.layer_norm:
            x = layers.LayerNormalization(name=f"norm_{number}")(x)
        if config.dropout and number < len(config.units):
            x = layers.Dropout(config.dropout, name=f"dropout_{number}")(x)
    x = _pool(pooling, x, real) if pooling else x
    if config.dropout:
        x = layers.Dropout(config.dropout, name="head_dropout")(x)
    return keras.Model(source, head(x, real), name="model")


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
