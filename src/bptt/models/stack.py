"""The recurrent layers one above the other, each with what stands behind it: as a model, and counted."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bptt import layers

from .config import ModelConfig

CELLS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
GATES = {"simple_rnn": 1, "gru": 3, "lstm": 4}
NORM_WEIGHTS = {"none": 0, "layer": 2, "batch": 4}  # of each unit; gain and bias, for a batch its running mean and variance too


class Level(NamedTuple):
    """One recurrent layer of the stack."""

    number: int  # from 1
    units: int  # of one direction
    width: int  # of all that it gives
    every: bool  # whether it gives every step, or its final state alone
    adds: bool  # whether what it reads is added to what it gives
    bare: bool  # whether nothing stands behind it
    last: bool


def levels(config: ModelConfig, every: bool) -> Iterator[Level]:
    """The layers from the lowest; `every`: whether each step of the last one is asked for."""
    for number, units in enumerate(config.units, start=1):
        last, width = number == len(config.units), (1 + config.bidirectional) * units
        steps = every or not last
        yield Level(number, units, width, steps, config.residual and steps, config.residual and not steps, last)


def stack(config: ModelConfig, x: Any, real: Any, every: bool) -> Any:
    """x (B, T, D), of which `real` (B, T) or None says which steps are, to (B, T, H), or (B, H) unless `every`.

    Each layer gives dropout(activation(norm(rnn(x)))); with `residual` x + that (He et al. 2016 on skip connections), a dense
    layer bringing x to its width first where the two differ. A last layer that gives its final state alone has no steps to add
    to: it stands bare then.
    """
    for level in levels(config, every):
        if level.adds and x.shape[-1] != level.width:
            x = layers.Dense(level.width, name=f"projection_{level.number}")(x)
        out = _recurrent(config, level)(x, mask=real)
        out = out if level.bare else _behind(config, level, out, real)
        x = layers.Add(name=f"sum_{level.number}")([x, out]) if level.adds else out
    return x


def parameters(config: ModelConfig, width: int, every: bool) -> int:
    """How many `stack` has over D = `width`."""
    total, biases = 0, 2 if config.cell == "gru" else 1  # Keras's GRU keeps one for the input and one for the state
    for level in levels(config, every):
        if level.adds and width != level.width:
            total += (width + 1) * level.width
            width = level.width
        total += GATES[config.cell] * level.width * (width + level.units + biases)
        width = level.width
        total += NORM_WEIGHTS[config.norm] * width * (not level.bare)
    return total


def _recurrent(config: ModelConfig, level: Level) -> Any:
    name = f"recurrent_{level.number}"
    layer = getattr(layers, CELLS[config.cell])(level.units, return_sequences=level.every, name=name)
    return layers.Bidirectional(layer, name=f"both_{level.number}") if config.bidirectional else layer


def _behind(config: ModelConfig, level: Level, out: Any, real: Any) -> Any:
    """What stands behind a recurrent layer, on what it gives: normalisation, activation, dropout."""
    if config.norm == "layer":
        out = layers.LayerNormalization(name=f"norm_{level.number}")(out)
    if config.norm == "batch":  # over the real steps: padding is not data
        out = layers.BatchNormalization(name=f"norm_{level.number}")(out, mask=real if level.every else None)
    if config.activation != "linear":
        out = layers.Activation(config.activation, name=f"activation_{level.number}")(out)
    if config.hidden_dropout and not level.last:
        out = layers.Dropout(config.hidden_dropout, name=f"dropout_{level.number}")(out)
    return out
