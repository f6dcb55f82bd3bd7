"""A recurrent layer over another that gives its last state alone: the error names that one and what to set there."""

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers

UPPER: dict[str, Callable[[], keras.Layer]] = {
    **{name: (lambda name=name: getattr(layers, name)(3)) for name in ("SimpleRNN", "LSTM", "GRU", "IndRNN", "MinGRU", "LRU")},
    "Bidirectional": lambda: layers.Bidirectional(layers.GRU(3)),
    "Bidirectional of another": lambda: layers.Bidirectional(layers.RNN(layers.IndRNNCell(3))),
    "RecurrentStack": lambda: layers.RecurrentStack("gru", [3, 3]),
}
LOWER: dict[str, Callable[..., keras.Layer]] = {
    **{
        name: (lambda name=name, **own: getattr(layers, name)(4, name="below", **own))
        for name in ("SimpleRNN", "LSTM", "GRU", "IndRNN", "MinGRU", "LRU")
    },
    "Keras's own": lambda **own: keras.layers.SimpleRNN(4, name="below", **own),
    "a cell of one's own": lambda **own: layers.RNN(layers.IndRNNCell(4), name="below", **own),
    "Bidirectional": lambda **own: layers.Bidirectional(layers.LSTM(2, **own), name="below"),
    "RecurrentStack": lambda **own: layers.RecurrentStack("lstm", [5, 4], name="below", **own),
}
BETWEEN: dict[str, Callable[[Any], Any]] = {
    "Dropout": layers.Dropout(0.1),
    "two layers": lambda x: layers.LayerNormalization()(layers.Dense(4)(x)),
    "another dtype": layers.Dropout(0.1, dtype="float16"),
    "an operation": lambda x: keras.ops.tanh(x) * 2,
    "a sum": lambda x: layers.Add()([layers.Dense(4)(x), x]),
}
X = np.random.default_rng(0).normal(size=(2, 5, 6)).astype("float32")


def says(shape: str = "(B, 4)", before: str | None = "below") -> Any:
    cause = f": the layer before, {before}, gives its last state alone; set return_sequences=True there." if before else ". A rec"
    return pytest.raises(ValueError, match=re.escape(f"expected (B, T, D), came {shape}{cause}"))


@pytest.mark.parametrize("upper", UPPER)
def test_every_layer_refuses_in_the_functional_api(upper: str) -> None:
    x = keras.Input((5, 6))
    with says():
        UPPER[upper]()(LOWER["SimpleRNN"]()(x))
    assert UPPER[upper]()(LOWER["SimpleRNN"](return_sequences=True)(x)).shape[0] is None


@pytest.mark.parametrize("lower", LOWER)
def test_every_layer_is_named_in_a_sequential_model(lower: str) -> None:
    with says():
        keras.Sequential([keras.Input((None, 6)), LOWER[lower](), layers.LSTM(3)])
    right = keras.Sequential([keras.Input((None, 6)), LOWER[lower](return_sequences=True), layers.LSTM(3)])
    assert right.output_shape == (None, 3)


@pytest.mark.parametrize("between", BETWEEN)
def test_layers_between_are_looked_through(between: str) -> None:
    """To the nearest recurrent layer, that is to blame."""
    x = layers.GRU(6, return_sequences=True, name="lowest")(keras.Input((5, 6)))
    with says():
        layers.SimpleRNN(3)(BETWEEN[between](LOWER["LSTM"]()(x)))


def test_a_model_is_looked_into() -> None:
    inner = keras.Sequential([keras.Input((5, 6)), LOWER["GRU"](), layers.Dropout(0.1)], name="inner")
    with says():
        keras.Sequential([keras.Input((5, 6)), inner, layers.GRU(3)])


def test_a_model_that_is_built_by_its_data() -> None:
    model = keras.Sequential([LOWER["SimpleRNN"](), layers.SimpleRNN(3)])
    model.compile("sgd", "mse")
    with says("(2, 4)"):
        model.fit(X, X[:, 0, :3], verbose=0)


def test_the_upper_layer_is_named_too() -> None:
    with pytest.raises(ValueError, match=r"^above: expected"):
        keras.Sequential([keras.Input((5, 6)), LOWER["GRU"](), layers.GRU(3, name="above")])


@pytest.mark.parametrize("upper", UPPER)
def test_arrays_have_no_trace(upper: str) -> None:
    with says("(2, 4)", before=None):
        UPPER[upper]()(LOWER["GRU"]()(X))


def test_what_no_recurrent_layer_made() -> None:
    ids = keras.Input((5,), dtype="int32")
    with says("(B, 5)", before=None):
        layers.SimpleRNN(3)(ids)
    pooled = layers.GlobalMaxPooling1D()(layers.GRU(4, return_sequences=True)(layers.Embedding(9, 2)(ids)))
    with says("(B, 4)", before=None):
        layers.SimpleRNN(3)(pooled)


def test_a_state_of_a_layer_that_gives_every_step() -> None:
    _sequences, state = layers.GRU(4, return_sequences=True, return_state=True)(keras.Input((5, 6)))
    with says("(B, 4)", before=None):
        layers.GRU(3)(state)


def test_a_state_repeated_is_a_sequence() -> None:
    """An encoder's last state at every step of a decoder: as it should be."""
    state = layers.GRU(4)(keras.Input((5, 6)))
    assert layers.GRU(3)(layers.RepeatVector(7)(state)).shape == (None, 3)
