"""From a configuration to a `keras.Model`: many steps in, one answer out.

Every layer is named here and in `stack.py`, so that a weight has the same path in every process.
"""

from typing import Any

import keras

from bptt import layers

from .config import ModelConfig
from .heads import Head
from .inputs import Inputs
from .pooling import MaxPooling, MeanPooling
from .stack import stack


def build(config: ModelConfig, inputs: Inputs, head: Head) -> keras.Model:
    """The model of `config` between what it reads and what it answers.

    The mask (B, T) of the steps that are real is computed once and handed to each layer in need.
    """
    source, x, real = inputs(config)
    pooling = None if head.per_step else config.pooling
    x = stack(config, x, real, every=pooling != "last")
    x = _pool(pooling, x, real) if pooling else x
    for number, width in enumerate(config.dense, start=1):
        x = layers.Dense(width, activation="relu", name=f"dense_{number}")(x)
    if config.dropout:
        x = layers.Dropout(config.dropout, name="head_dropout")(x)
    return head.model(source, head(x, real), name="model")


def _pool(pooling: str, x: Any, mask: Any) -> Any:
    """x (B, T, H) to (B, H), or (B, 2H) for mean+max; for "last" the recurrent layer has done it: x is (B, H) already."""
    if pooling == "last":
        return x
    kinds = {"mean": MeanPooling, "max": MaxPooling}
    pooled = [kinds[kind](name=kind)(x, mask=mask) for kind in pooling.split("+")]
    return layers.Concatenate(name="pooled")(pooled) if len(pooled) > 1 else pooled[0]
