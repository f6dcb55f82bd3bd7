"""What a head's answers are chosen by: from what the model puts out to (B, K), or (B, T, K) where every step has an answer."""

from functools import singledispatch
from typing import Any

import keras
from keras import ops

from bptt.models import Head
from bptt.models.tag_heads import Chain


@singledispatch
def probable(head: Head, model: keras.Model, outputs: Any, real: Any) -> Any:
    """outputs: of `model`; real: (B, T) which steps are, or None where all are read. JAX can take gradients through it."""
    return outputs


@probable.register
def _marginals(head: Chain, model: keras.Model, outputs: Any, real: Any) -> Any:
    """How probable each tag is at each step given the whole row, which the model's own copy lets no gradient through."""
    emissions = outputs[..., : len(head.tags)]
    return model.get_layer("chain").marginals(emissions, ops.ones(emissions.shape[:2], "bool") if real is None else real)
