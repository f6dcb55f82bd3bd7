"""Which kernel each layer of a model runs on, what ruled a faster one out, how to mend that, and what it costs here."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from bptt import kernels
from bptt.errors import KernelError
from bptt.models.describe import parts

ROWS, STEPS, TURNS = 32, 100, 7  # B, T and repetitions of the measurement


@dataclass(frozen=True)
class Explanation:
    """One layer that chooses its kernel."""

    layer: str
    kind: str
    kernel: str  # "native", "scan" or "keras"
    reason: str  # the instruction set, or the condition that ruled the native kernel out
    threads: int
    change: str  # what to do about it; empty where nothing needs doing
    cost: float | None  # times as long as on the native kernel, a training step of the layer alone; None: not measured


def explain(model: keras.Model, measure: bool = True) -> list[Explanation]:
    """A row for each layer that has a kernel to choose, wrappers' inner layers among them, in the model's order.

    Args:
        model: built.
        measure: time the layers that are not on the native kernels against twins that are (batch 32, 100 steps).
    """
    return [_row(part, measure) for layer in model.layers for part in parts(layer) if hasattr(part, "kernel_choice")]


def threads() -> int:
    """How many threads the kernels share: those of XLA's pool, one for each core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _row(layer: keras.Layer, measure: bool) -> Explanation:
    choice = layer.kernel_choice
    cost = _cost(layer) if measure and choice.change else None
    return Explanation(layer.name, type(layer).__name__, choice.kernel, choice.reason, threads(), choice.change, cost)


def _cost(layer: keras.Layer) -> float | None:
    """The layer's time over that of a native twin, by turns; None where no twin runs here."""
    x = np.random.default_rng(0).normal(size=(ROWS, STEPS, _features(layer)))
    try:
        with kernels.use("native"):
            twin = _twin(layer)
            theirs = _step(twin, jnp.asarray(x, "float32")) if twin.kernel_choice.kernel == "native" else None
    except KernelError:
        return None
    if theirs is None:
        return None
    ours = _step(layer, jnp.asarray(x, layer.compute_dtype))
    return statistics.median(_seconds(ours) / _seconds(theirs) for _ in range(TURNS))


def _twin(layer: keras.Layer) -> keras.Layer:
    """The same layer as the advice would have it: float32, the usual activations."""
    config = layer.get_config() | {"dtype": "float32", "name": f"{layer.name}_native"}
    usual = {"activation": "tanh", "recurrent_activation": "sigmoid"}
    if isinstance(layer, keras.layers.Bidirectional):
        halves = {"layer": layer.forward_layer, "backward_layer": layer.backward_layer}
        config |= {name: keras.saving.serialize_keras_object(_twin(half)) for name, half in halves.items()}
    return type(layer).from_config(config | {name: value for name, value in usual.items() if name in config})


def _features(layer: keras.Layer) -> int:
    """D of a (B, T, D) that the layer reads."""
    weights = [layer.cell.kernel] if hasattr(layer, "cell") else layer.weights
    return int(weights[0].shape[0]) if weights else 64


def _step(layer: keras.Layer, x: Any) -> Callable[[], Any]:
    """A compiled training step of the layer alone."""
    if not layer.built:
        layer.build(x.shape)
    weights = [v.value for v in layer.trainable_variables]
    others = [v.value for v in layer.non_trainable_variables]

    def loss(weights: Any, x: Any) -> Any:
        outputs, _ = layer.stateless_call(weights, others, x, training=True)
        return jnp.sum(jnp.asarray(jax.tree.leaves(outputs)[0], jnp.float32) ** 2)

    step = jax.jit(jax.grad(loss, argnums=(0, 1)))
    jax.block_until_ready(step(weights, x))
    return lambda: jax.block_until_ready(step(weights, x))


def _seconds(step: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin
