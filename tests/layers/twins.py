"""Two models of the same weights, one of our layers and one of Keras's own, and what must be the same of both."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.haste import haste

Make = Callable[[Any], keras.Model]  # builds a model from a namespace of layers

B, T, D, H, V = 6, 7, 5, 4, 12
REAL = {  # which steps are real, (B, T); the last row is all padding, in `right` and `left` too
    "left": np.arange(T) >= np.arange(2, B + 2)[:, None],
    "right": np.arange(T)[::-1] >= np.arange(2, B + 2)[:, None],
    "holes": np.array([[1, 0, 1, 1, 0, 0, 1], [0, 1, 0, 1, 1, 1, 0], [1] * T, [0, 0, 1, 0, 0, 1, 1], [1] * T, [0] * T], bool),
}


def slow(*values: Any) -> Any:
    """A case that is left to `make test-all`."""
    return pytest.param(*values, marks=pytest.mark.slow)


def spread(shape: tuple[int, ...], seed: int = 0, scale: float = 0.5) -> Any:
    """Values all different and far from zero."""
    return np.random.default_rng(seed).normal(0, scale, shape).astype("float32")


def twins(make: Make) -> tuple[keras.Model, keras.Model]:
    """The model of our layers and that of Keras's, with the same weights, all different."""
    ours, theirs = make(layers), make(keras.layers)
    weights = [spread(w.shape, seed) for seed, w in enumerate(ours.get_weights())]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


def same(found: Any, expected: Any, tolerance: float = 1e-5) -> None:
    """Each array is the expected one within `tolerance`, absolute below 1 and relative above it."""
    found, expected = keras.tree.flatten(found), keras.tree.flatten(expected)
    assert [tuple(a.shape) for a in found] == [tuple(a.shape) for a in expected]
    for ours, theirs in zip(found, expected, strict=True):
        assert str(ours.dtype) == str(theirs.dtype)
        np.testing.assert_allclose(np.float64(ours), np.float64(theirs), rtol=tolerance, atol=tolerance)


def alike(make: Make, inputs: Any, tolerance: float = 1e-5) -> keras.Model:
    """Predictions are Keras's; gives our model."""
    ours, theirs = twins(make)
    same(ours(inputs), theirs(inputs), tolerance)
    return ours


def three_steps(model: keras.Model, inputs: Any, eager: bool = False) -> list[Any]:
    """The losses of three steps of gradient descent towards targets drawn once."""
    outputs = keras.tree.flatten(model.output)
    targets = [spread((B, *tensor.shape[1:]), 100 + i) for i, tensor in enumerate(outputs)]
    model.compile(keras.optimizers.SGD(0.1), loss=["mse"] * len(outputs), jit_compile=not eager, run_eagerly=eager)
    return [model.train_on_batch(inputs, targets) for _ in range(3)]


def agree(make: Make, inputs: Any, tolerance: float = 1e-5, eager: bool = False) -> keras.Model:
    """Predictions, and losses and weights of three steps of training, are Keras's; every trainable weight has moved."""
    ours, theirs = twins(make)
    before = [np.array(w) for w in ours.trainable_variables]
    same(ours(inputs), theirs(inputs), tolerance)
    with haste():
        expected = three_steps(theirs, inputs, eager)
    np.testing.assert_allclose(three_steps(ours, inputs, eager), expected, rtol=tolerance)
    same(ours.get_weights(), theirs.get_weights(), tolerance)
    assert all(np.abs(w - b).max() > 1e-4 for w, b in zip(ours.trainable_variables, before, strict=True))
    return ours
