"""How much memory a model needs, before anything of it is made."""

import os
from pathlib import Path

from bptt.errors import ConfigError
from bptt.messages import _

from .config import ModelConfig
from .heads import Head
from .inputs import Inputs

GATES = {"simple_rnn": 1, "gru": 3, "lstm": 4}
BYTES = 4  # float32
COPIES = 8  # while training: the weight, its gradient and adam's two moments, before and after a step (16 measured at the peak)
CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def parameters(config: ModelConfig, inputs: Inputs, head: Head) -> int:
    """What `build(...).count_params()` would be."""
    total, width = inputs.parameters(config), inputs.features(config)
    directions, gates = 1 + config.bidirectional, GATES[config.cell]
    biases = 2 if config.cell == "gru" else 1  # Keras's GRU keeps one for the input and one for the state
    for units in config.units:
        total += directions * gates * units * (width + units + biases)
        width = directions * units
        total += 2 * width * config.layer_norm
    return total + head.parameters(width * (1 if head.per_step else len(config.pooling.split("+"))))


def check_fits(config: ModelConfig, inputs: Inputs, head: Head, cells: int) -> None:
    """Raises ConfigError where training surely needs more memory than the machine has; cells: B times T of the largest batch.

    A lower bound: the parameters, and each layer's output at every time step, which the way back reads again.
    """
    count = parameters(config, inputs, head)
    values = inputs.features(config) + (1 + config.bidirectional) * sum(config.units)
    needed, there = BYTES * (COPIES * count + cells * values), memory()
    if needed > there:
        message = _(
            "Training this model needs at least {needed} of memory ({count:,} parameters, {cells:,} words in the largest batch); "
            "this machine has {there}. Lower model.units, model.embedding_width, training.batch_size or text.max_length."
        )
        shown = {"needed": _gigabytes(needed), "there": _gigabytes(there), "count": count, "cells": cells}
        raise ConfigError("model.too-large", message.format(**shown))


def memory() -> int:
    """Bytes of memory that this process may use: the machine's, or the limit of its container."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [int(text) for file in CGROUPS if file.is_file() and (text := file.read_text().strip()).isdigit()]
    return min([machine, *limits])


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB"
