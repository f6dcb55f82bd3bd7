"""LayerNormalization in place of Keras's: the same values and the same training, natively over the last axis."""

from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.twins import B, D, Make, T, agree, alike, same, spread

X = spread((B, T, D), seed=7, scale=2) + 1


def network(shape: tuple[int, ...] = (T, D), **arguments: Any) -> Make:
    def make(namespace: Any) -> keras.Model:
        inputs = keras.Input(shape)
        return keras.Model(inputs, namespace.LayerNormalization(**arguments)(keras.layers.Dense(D)(inputs)))

    return make


@pytest.mark.parametrize(
    "arguments",
    [
        {"epsilon": 0.1, "gamma_regularizer": "l2", "beta_constraint": "non_neg"},
        {"center": False, "scale": False},
    ],
    ids=str,
)
def test_training(arguments: dict[str, Any]) -> None:
    assert agree(network(**arguments), X).layers[-1].kernel_choice.kernel == "native"


@pytest.mark.parametrize(
    ("arguments", "kernel"),
    [
        ({}, "native"),
        ({"center": False}, "native"),
        ({"scale": False}, "native"),
        ({"axis": 2}, "native"),
        ({"axis": [-1]}, "native"),
        ({"axis": 1}, "keras"),
        ({"axis": (1, 2)}, "keras"),
        ({"axis": [-2, -1]}, "keras"),
    ],
    ids=str,
)
def test_values(arguments: dict[str, Any], kernel: str) -> None:
    ours = alike(network(**arguments), X)
    choice = ours.layers[-1].kernel_choice
    assert choice.kernel == kernel
    assert ("other axes" in choice.reason) is (kernel == "keras")


@pytest.mark.parametrize("shape", [(D,), (3, T, D), (1,), (T, 1)], ids=str)
def test_shapes(shape: tuple[int, ...]) -> None:
    ours, theirs = layers.LayerNormalization(), keras.layers.LayerNormalization()
    x = spread((B, *shape), 3)
    ours.build(x.shape), theirs.build(x.shape)
    for layer in (ours, theirs):
        layer.set_weights([spread(shape[-1:], 1), spread(shape[-1:], 2)])
    same(ours(x), theirs(x))


def test_scaling_by_rms_is_keras_s_own() -> None:
    with pytest.warns(UserWarning, match="rms_scaling"):
        ours = alike(network(rms_scaling=True), X)
    assert ours.layers[-1].kernel_choice.kernel == "keras"
    assert "RMS" in ours.layers[-1].kernel_choice.reason


@pytest.mark.parametrize("offset", [0.0, 1e3, -1e4])
def test_rounding_far_from_zero(offset: float) -> None:
    """No further from the result in float64 than twice Keras's own."""
    x = (X.astype("float64") + offset).astype("float32")
    exact = x.astype("float64") - x.astype("float64").mean(-1, keepdims=True)
    exact /= np.sqrt((exact**2).mean(-1, keepdims=True) + 1e-3)
    found, expected = (np.abs(namespace.LayerNormalization()(x) - exact).max() for namespace in (layers, keras.layers))
    assert found <= 2 * expected + 1e-6


def test_constant_rows() -> None:
    np.testing.assert_allclose(layers.LayerNormalization()(np.full((B, T, D), 5.0, "float32")), 0, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_bfloat16"])
def test_narrow_floats_are_keras_s_own(dtype: str) -> None:
    ours, theirs = layers.LayerNormalization(dtype=dtype), keras.layers.LayerNormalization(dtype=dtype)
    same(ours(X), theirs(X), 0)
    assert ours.kernel_choice.kernel == "keras"
    assert ours.compute_dtype in ours.kernel_choice.reason


def test_integers_are_read_as_numbers() -> None:
    counts = np.arange(B * D).reshape(B, D)
    same(layers.LayerNormalization()(counts), keras.layers.LayerNormalization()(counts))


def test_the_axis_is_counted_in_each_call() -> None:
    """Built on (B, T, D), where axis 2 is the last, and called on one axis more, where it is not."""

    def outputs(namespace: Any) -> Any:
        layer = namespace.LayerNormalization(axis=2)
        layer.build((None, 3, 3))
        return layer(spread((2, 3, 3, 3)))

    same(outputs(layers), outputs(keras.layers))
