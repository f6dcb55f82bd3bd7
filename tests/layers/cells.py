"""One of our cells in our layer and in Keras's own loop, with the same weights, and what must be the same of both."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from bptt import layers

B, T, D, H = 5, 6, 3, 4
NAMES = ("IndRNN", "MinGRU", "LRU")
OWN: dict[str, dict[str, Any]] = {
    "IndRNN": {"activation": "sigmoid"},
    "MinGRU": {"activation": "sigmoid"},
    "LRU": {"state_units": 2},
}
# left padding, right padding, holes, all real, none real
MASK = np.array([[0, 0, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 1], [1] * T, [0] * T], bool)


def drawn(shape: tuple[int, ...], seed: int, scale: float = 0.7) -> Any:
    return np.random.default_rng(seed).normal(0, scale, shape)


X = drawn((B, T, D), 99, 1.0)


def set_weights(layer: Any, shape: tuple[int, ...] = (B, T, D)) -> Any:
    """The layer, built, with weights all different."""
    layer.build(shape)
    layer.set_weights([drawn(w.shape, seed) for seed, w in enumerate(layer.get_weights())])
    return layer


def pair(name: str, dtype: str = "float32", **arguments: Any) -> tuple[Any, Any]:
    """Our layer, and Keras's RNN over our cell."""
    ours = getattr(layers, name)(H, dtype=dtype, **OWN[name], **arguments)
    theirs = keras.layers.RNN(getattr(layers, f"{name}Cell")(H, dtype=dtype, **OWN[name]), dtype=dtype, **arguments)
    return set_weights(ours), set_weights(theirs)


def first_states(layer: Any) -> list[Any]:
    """States to begin with, all different."""
    return [drawn((B, size), 50 + i) for i, size in enumerate(layer.state_size)]


def leaves(results: Any) -> list[Any]:
    return [np.asarray(array) for array in jax.tree.leaves(results)]


def function(layer: Any, mask: Any) -> Any:
    """What the layer gives, as a function of inputs, states and weights; compiled, it is tested in a fifth of the time."""

    def given(x: Any, states: Any, weights: Any) -> Any:
        return layer.stateless_call(weights, [], x, initial_state=states, mask=mask)[0]

    return given


def arrays(layer: Any, x: Any) -> tuple[Any, ...]:
    """The inputs, the states to begin with and the weights."""
    states = [jnp.asarray(state, layer.compute_dtype) for state in first_states(layer)]
    return jnp.asarray(x, layer.compute_dtype), states, [variable.value for variable in layer.trainable_variables]


def outputs(layer: Any, mask: Any, x: Any = X) -> list[Any]:
    """What the layer gives, from states of its own."""
    return leaves(jax.jit(function(layer, mask))(*arrays(layer, x)))


def gradients(layer: Any, mask: Any) -> list[Any]:
    """Of a weighted sum of all that the layer gives: for the inputs, the initial states and the weights."""

    def loss(*given: Any) -> Any:
        return sum(
            jnp.vdot(drawn(out.shape, 70 + i), out) for i, out in enumerate(jax.tree.leaves(function(layer, mask)(*given)))
        )

    return leaves(jax.jit(jax.grad(loss, argnums=(0, 1, 2)))(*arrays(layer, X)))


def near(found: list[Any], expected: list[Any], tolerance: float) -> None:
    """Array for array: the shape, the dtype, and the values within `tolerance`."""
    assert [(a.shape, a.dtype) for a in found] == [(a.shape, a.dtype) for a in expected]
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.float64(ours), np.float64(theirs), rtol=tolerance, atol=tolerance)
