"""A model taken apart: what its recurrent layers read, what they give at each step, and what the head reads."""

from typing import Any

import keras
import numpy as np

from bptt import layers

HEAD = "head"  # the layer that turns what was read into an answer


def halves(model: keras.Model) -> tuple[keras.Model, keras.Model]:
    """What makes features (B, T, D) of a batch, and where there is a mask, which steps (B, T) are real; and what makes the
    model's output of these. Their weights are the model's own."""
    first = recurrent(model)[0]
    projected = [layer for layer in model.layers if layer.name == "projection_1"]  # stands before the first where widths differ
    features, *mask = several(first.input)
    read = [projected[0].input if projected else features, *mask]
    return keras.Model(model.inputs, read), keras.Model(read, model.outputs[0])


def states(model: keras.Model) -> keras.Model:
    """What gives of a batch the hidden states (B, T, H) of the last recurrent layer after every step; in both directions, that of
    the forward and of the backward layer side by side."""
    last = recurrent(model)[-1]
    if last.return_sequences:
        return keras.Model(model.inputs, last.output)
    twin = type(last).from_config(_every_step(last.get_config()))
    sequences, *mask = several(last.input)
    every = keras.Model(model.inputs, twin(sequences, mask=mask[0] if mask else None))
    twin.set_weights([np.array(weight.value) for weight in last.weights])
    return every


def before_head(model: keras.Model) -> keras.Model:
    """What gives of a batch the features (B, H), or (B, T, H) where every step has an answer, that the head reads."""
    return keras.Model(model.inputs, model.get_layer(HEAD).input)


def recurrent(model: keras.Model) -> list[Any]:
    """The recurrent layers from the lowest, a Bidirectional as one."""
    return [layer for layer in model.layers if isinstance(layer, layers.Bidirectional | keras.layers.RNN)]


def several(tensors: Any) -> list[Any]:
    """What Keras gives as one or as several, as several."""
    return list(tensors) if isinstance(tensors, list | tuple) else [tensors]


def _every_step(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a layer, and of those that it wraps, that gives every step."""
    inner = {
        name: {**config[name], "config": _every_step(config[name]["config"])}
        for name in ("layer", "backward_layer")
        if config.get(name)
    }
    return {**config, **inner, **({"return_sequences": True} if "return_sequences" in config else {})}
