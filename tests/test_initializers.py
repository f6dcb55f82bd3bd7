"""Chrono's biases, where they stand in each cell's layout, and what Keras's identity and orthogonal initialisers already do."""

import re
from typing import Any

import keras
import numpy as np
import pytest

from bptt import initializers

H = 400


def memory(gate: Any) -> Any:
    """Steps that a sigmoid gate of this bias keeps a state for."""
    return 1 / (1 - 1 / (1 + np.exp(-np.float64(gate))))


def check_times(gate: Any, t_max: float) -> None:
    """Spread evenly from 2 to t_max."""
    times = np.sort(memory(gate))
    np.testing.assert_allclose(times, np.linspace(2, t_max, len(times)), atol=0.09 * t_max)
    assert times[0] >= 2 - 1e-4 and times[-1] <= t_max * (1 + 1e-4)


def test_lstm() -> None:
    """i f c o, and the input gate's bias is minus the forget gate's."""
    layer = keras.layers.LSTM(H, unit_forget_bias=False, bias_initializer=initializers.Chrono(H, 1000))
    layer.build((1, 2, 3))
    i, f, c, o = np.split(np.asarray(layer.cell.bias), 4)
    check_times(f, 1000)
    np.testing.assert_array_equal(i, -f)
    assert not c.any() and not o.any()


@pytest.mark.parametrize("reset_after", [True, False])
def test_gru(reset_after: bool) -> None:
    """z r h: Keras's z remembers, so a unit whose inputs are 0 keeps its state for as long as was drawn."""
    layer = keras.layers.GRU(
        H, reset_after=reset_after, recurrent_initializer="zeros", bias_initializer=initializers.Chrono(H, 60, "gru")
    )
    layer.build((1, 1, 3))
    bias = np.asarray(layer.cell.bias)
    check_times(bias.reshape(-1, 3 * H)[0, :H], 60)
    assert np.count_nonzero(bias) == H
    kept = layer(np.zeros((1, 1, 3), "float32"), initial_state=np.ones((1, H), "float32"))
    check_times(-np.log(1 / np.float64(kept[0]) - 1), 60)


@pytest.mark.parametrize(("cell", "shape"), [("lstm", (8,)), ("gru", (2, 6)), ("gru", (6,)), ("min_gru", (4,))])
def test_the_same_seed_the_same_biases_and_the_config_comes_back(cell: str, shape: tuple[int, ...]) -> None:
    first = initializers.Chrono(2, 50, cell, seed=4)
    again = keras.initializers.deserialize(keras.initializers.serialize(first))
    assert type(again) is initializers.Chrono and again.get_config() == first.get_config()
    np.testing.assert_array_equal(again(shape), first(shape))
    assert np.abs(initializers.Chrono(2, 50, cell, seed=5)(shape) - first(shape)).max() > 0.01
    assert str(first(shape, dtype="float16").dtype) == "float16"


def test_an_lstm_that_fills_the_forget_gate_itself_is_refused() -> None:
    layer = keras.layers.LSTM(8, bias_initializer=initializers.Chrono(8, 50))
    with pytest.raises(
        ValueError, match=re.escape("bias of shape (32,); the layer asks for (8,). Give an LSTM unit_forget_bias=False")
    ):
        layer.build((1, 2, 3))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((8, 2), "t_max is 2; expected more than 2 steps"),
        ((8, 50, "rnn"), "no biases for the cell 'rnn'; choose one of lstm, gru, min_gru"),
    ],
)
def test_bad_arguments_are_refused(arguments: tuple[Any, ...], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        initializers.Chrono(*arguments)


def test_a_bias_of_another_layout_is_refused() -> None:
    for cell, shape in (("gru", (4, 6)), ("gru", (8,)), ("lstm", (6,)), ("min_gru", (6,)), ("min_gru", (2, 4))):
        with pytest.raises(ValueError, match="the layer asks for"):
            initializers.Chrono(2, 50, cell)(shape)


def test_irnn_is_keras_s_identity() -> None:
    """Le, Jaitly & Hinton 2015: relu and the identity hand a state and its gradient on unchanged; `gain` is their scale."""
    given = {"activation": "relu", "kernel_initializer": keras.initializers.RandomNormal(stddev=0.001)}
    for gain, kept in ((1.0, 1.0), (0.5, 0.5**40)):
        layer = keras.layers.SimpleRNN(3, recurrent_initializer=initializers.Identity(gain=gain), **given)
        state = np.array([[0.5, 2.0, 7.0]], "float32")
        np.testing.assert_allclose(layer(np.zeros((1, 40, 2), "float32"), initial_state=state), kept * state, rtol=1e-5)


def test_every_other_name_is_keras_s_own() -> None:
    assert initializers.Orthogonal is keras.initializers.Orthogonal
    assert {*dir(keras.initializers), "Chrono"} == set(dir(initializers))
    with pytest.raises(AttributeError, match="Chronos"):
        _ = initializers.Chronos
