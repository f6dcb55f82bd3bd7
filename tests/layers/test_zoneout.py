"""Zoneout of SimpleRNN, LSTM and GRU (Krueger et al. 2017): drawn by the seed in training, mixed at prediction."""

import inspect
import itertools
from typing import Any

import keras
import numpy as np
import pytest

from bptt import kernels, layers
from tests.haste import haste
from tests.layers.by_hand import outputs
from tests.layers.recurrences import CELLS, MIXED, ROWS, SEQUENCES, computed, every_cell, every_layer, layer_of
from tests.layers.twins import D, H, T, same, slow, spread

RATES = {"LSTM": {"zoneout": 0.3, "zoneout_cell": 0.2}}


def zoned(cell: str, **arguments: Any) -> Any:
    """A built layer, its weights all different."""
    layer = layer_of(layers, cell, **({"seed": 4} | RATES.get(cell, {"zoneout": 0.3}) | arguments))
    layer.build((ROWS, T, D))
    layer.set_weights([spread(w.shape, seed) for seed, w in enumerate(layer.get_weights())])
    return layer


@every_cell
def test_prediction_mixes_old_and_new(cell: str) -> None:
    layer = zoned(cell, return_sequences=True, return_state=True)
    assert layer.kernel_choice.kernel == "native"
    check_mixed(layer)


def check_mixed(layer: Any) -> None:
    steps, *states = layer(SEQUENCES, mask=MIXED)
    expected, expected_states = outputs(layer, SEQUENCES, MIXED)
    for found, value in zip((steps, *states), (expected, *expected_states), strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-5, atol=1e-5)


WITH = {"layer_norm": True, "dropout": 0.3, "recurrent_dropout": 0.3}


@pytest.mark.parametrize(
    ("cell", "arguments"),
    [(cell, WITH) for cell in CELLS] + [("LSTM", {}), *(slow(cell, {}) for cell in CELLS if cell != "LSTM")],
    ids=str,
)
def test_the_scan_draws_and_differentiates_the_same(cell: str, arguments: dict[str, Any]) -> None:
    layer = zoned(cell, return_sequences=True, return_state=True, go_backwards=True, **arguments)
    native = computed(layer, MIXED, training=True)
    with kernels.use("scan"), haste():
        same(native, computed(layer, MIXED, training=True), 5e-5)


@pytest.mark.parametrize("state", [0, 1], ids=["h", "c"])
def test_a_step_of_the_lstm_keeps_a_share_of_each_state(state: int) -> None:
    """What is not kept is what the cell makes of the c that is."""
    check_one_step(zoned("LSTM", zoneout=0.5, zoneout_cell=0.4, return_state=True), state)


def check_one_step(layer: Any, state: int) -> None:
    x, given = spread((500, 1, D), 1, scale=1), [spread((500, H), 2), spread((500, H), 3)]
    _, *found = layer(x, initial_state=given, training=True)
    kept = [np.asarray(new) == old for new, old in zip(found, given, strict=True)]
    deviation = (0.25 / kept[state].size) ** 0.5
    assert abs(kept[state].mean() - (0.5, 0.4)[state]) < 5 * deviation
    assert abs((kept[0] & kept[1]).mean() - 0.2) < 5 * deviation  # drawn apart
    fresh = step_without_zoneout(layer, x[:, 0], given, np.asarray(found[1]))
    np.testing.assert_allclose(np.asarray(found[state])[~kept[state]], fresh[state][~kept[state]], rtol=1e-5, atol=1e-5)


def step_without_zoneout(layer: Any, x: Any, given: list[Any], c: Any) -> tuple[Any, Any]:
    """h = o tanh(c) of the `c` that is left, and the c that the cell proposes."""
    z = x @ np.asarray(layer.cell.kernel) + given[0] @ np.asarray(layer.cell.recurrent_kernel) + np.asarray(layer.cell.bias)
    i, f, g, o = np.split(z, 4, axis=1)
    sigmoid = [1 / (1 + np.exp(-a)) for a in (i, f, o)]
    return sigmoid[2] * np.tanh(c), sigmoid[1] * given[1] + sigmoid[0] * np.tanh(g)


@every_layer
def test_every_step_draws_anew(cell: str) -> None:
    """A share of the elements of h stands still at a step, whatever stood still at the one before."""
    steps = np.asarray(zoned(cell, zoneout=0.5, return_sequences=True)(np.tile(SEQUENCES, (30, 1, 1)), training=True))
    still = steps[:, 1:] == steps[:, :-1]
    assert np.abs(still.mean(axis=(0, 2)) - 0.5).max() < 0.05
    assert abs((still[:, 1:] & still[:, :-1]).mean() - 0.25) < 0.02


@every_layer
def test_the_seed_decides_and_each_call_draws_anew(cell: str) -> None:
    first, second, other = (zoned(cell, seed=seed) for seed in (4, 4, 5))
    drawn = [[np.asarray(layer(SEQUENCES, training=True)) for _ in range(2)] for layer in (first, second, other)]
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert all(np.abs(a - b).max() > 0.01 for a, b in [(drawn[0][0], drawn[0][1]), (drawn[0][0], drawn[2][0])])


def test_a_seed_given_by_position_counts() -> None:
    names = list(inspect.signature(keras.layers.SimpleRNN.__init__).parameters.items())[2:]  # behind self and units
    before = [parameter.default for _, parameter in itertools.takewhile(lambda named: named[0] != "seed", names)]
    drawn = []
    for seed in (4, 4, 5):
        layer = layers.SimpleRNN(H, *before, seed, zoneout=0.5)
        layer.build((ROWS, T, D))
        layer.set_weights([spread(w.shape, number) for number, w in enumerate(layer.get_weights())])
        drawn.append(np.asarray(layer(SEQUENCES, training=True)))
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert np.abs(drawn[0] - drawn[2]).max() > 0.01


@every_layer
def test_fit_repeats_by_seed_and_draws_at_each_step(cell: str) -> None:
    def losses() -> list[float]:
        model = keras.Sequential([keras.Input((T, D)), zoned(cell, zoneout=0.8)])
        model.compile(keras.optimizers.SGD(0.0), "mse")
        return [float(model.train_on_batch(SEQUENCES, spread((ROWS, H), 5))) for _ in range(3)]

    first = losses()
    assert first == losses()
    assert len(set(first)) == 3  # no step moves the weights


def test_none_asked_for_draws_none() -> None:
    plain = layers.LSTM(H)
    assert not hasattr(plain, "zoneout_seed")
    assert len(plain.variables) == len(keras.layers.LSTM(H).variables)
