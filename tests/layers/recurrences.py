"""Our recurrent layers beside Keras's own of the same weights: what a call gives, and its gradients."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import layers
from tests.haste import haste
from tests.layers.twins import REAL, D, H, T, same, spread

CELLS: dict[str, tuple[str, dict[str, Any]]] = {
    "SimpleRNN": ("SimpleRNN", {}),
    "LSTM": ("LSTM", {}),
    "GRU": ("GRU", {}),
    "GRU, reset before": ("GRU", {"reset_after": False}),
}
every_cell = pytest.mark.parametrize("cell", CELLS)
every_layer = pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU"])
MIXED = np.concatenate(list(REAL.values()))  # (ROWS, T): padding left, right, holes, whole rows
ROWS = len(MIXED)
MASKS: dict[str | None, Any] = {
    None: None,
    "mixed": MIXED,
    "one row for all": MIXED[14:15],
    "a last axis of 1": MIXED[..., None],
    "one row, a last axis of 1": MIXED[14:15, :, None],
    "floats": MIXED * np.float32(0.5),
    "integers": MIXED.astype("int32"),
}
SEQUENCES = spread((ROWS, T, D), seed=7, scale=1)


def label(value: Any) -> str:
    """Of a case: a function shows its name, not its address."""
    arguments = value.items() if isinstance(value, dict) else ()
    return ", ".join(f"{key}={getattr(item, '__name__', item)}" for key, item in arguments) if arguments else str(value)


def layer_of(namespace: Any, cell: str, **arguments: Any) -> Any:
    name, own = CELLS[cell]
    return getattr(namespace, name)(H, **own, **arguments)


def pair(cell: str, scale: float = 0.5, **arguments: Any) -> tuple[Any, Any]:
    """Our layer and Keras's, with the same weights, all different and of that standard deviation."""
    ours, theirs = (layer_of(namespace, cell, **arguments) for namespace in (layers, keras.layers))
    for layer in (ours, theirs):
        layer.build((ROWS, T, D))
        layer.set_weights([spread(w.shape, seed, scale) for seed, w in enumerate(layer.get_weights())])
    return ours, theirs


def states_for(layer: Any) -> list[Any]:
    return [spread((ROWS, size), 20 + i) for i, size in enumerate(layer.state_size)]


def compiled(layer: Any, real: Any = None, training: bool = False) -> Callable[[Any], tuple[Any, Any]]:
    """A function of the inputs: outputs and states from a drawn initial state, and the gradients of a drawn sum of them by
    weights, inputs and that state."""
    fixed = [variable.value for variable in layer.non_trainable_variables]

    def forward(weights: Any, x: Any, states: Any) -> Any:
        return layer.stateless_call(weights, fixed, x, initial_state=states, mask=real, training=training)[0]

    @jax.jit
    def run(*given: Any) -> tuple[Any, Any]:
        outputs, backward = jax.vjp(forward, *given)
        return outputs, backward(jax.tree.map(lambda a: spread(a.shape, 30 + a.ndim).astype(a.dtype), outputs))

    return lambda x: run([w.value for w in layer.trainable_variables], x, states_for(layer))


def computed(layer: Any, real: Any = None, training: bool = False) -> tuple[Any, Any]:
    return compiled(layer, real, training)(SEQUENCES)


def alike(cell: str, mask: str | None = None, training: bool = False, tolerance: float = 1e-5, **arguments: Any) -> Any:
    """Outputs, states and gradients are Keras's under that one of MASKS; gives our layer."""
    ours, _ = pair(cell, return_state=True, **arguments)
    same(computed(ours, MASKS[mask], training), _by_keras(cell, mask, training, tuple(arguments.items())), tolerance)
    return ours


@functools.cache
def _by_keras(cell: str, mask: str | None, training: bool, arguments: tuple[tuple[str, Any], ...]) -> Any:
    """Ten times slower than ours: once for all tests that ask."""
    _, theirs = pair(cell, return_state=True, **dict(arguments))
    with haste():
        return computed(theirs, MASKS[mask], training)
