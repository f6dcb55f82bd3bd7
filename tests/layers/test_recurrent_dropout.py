"""Dropout inside SimpleRNN, LSTM and GRU: the masks are those that Keras draws, so the same seed trains the same."""

from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.recurrences import CELLS, MIXED, SEQUENCES, alike, computed, every_cell, every_layer, label, layer_of, pair
from tests.layers.twins import B, D, Make, T, agree, same, slow, spread

BOTH = {"dropout": 0.4, "recurrent_dropout": 0.3, "seed": 5}
ONE = [{"dropout": 0.5, "seed": 5, "use_cudnn": False}, {"dropout": 0.5, "seed": 5, "use_cudnn": False, "implementation": 1}]


@every_cell
def test_training_with_both(cell: str) -> None:
    """LSTM and GRU draw one mask a gate."""
    ours = alike(cell, "mixed", training=True, return_sequences=True, **BOTH)
    assert ours.kernel_choice.kernel == "native"


@pytest.mark.parametrize(
    ("cell", "arguments"),
    [
        ("SimpleRNN", {"dropout": 0.5, "seed": 5}),
        slow("SimpleRNN", {"recurrent_dropout": 0.5, "seed": 5}),
        *(
            (cell, arguments) if cell == "LSTM" else slow(cell, arguments)
            for cell in CELLS
            for arguments in ONE
            if cell != "SimpleRNN"
        ),
        *(slow(cell, {"recurrent_dropout": 0.5, "seed": 5}) for cell in CELLS),
    ],
    ids=label,
)
def test_training_with_one(cell: str, arguments: dict[str, Any]) -> None:
    """Of the inputs: one mask for all gates, or with `implementation` 1 one a gate, which Keras computes without cuDNN only."""
    alike(cell, training=True, go_backwards=True, **arguments)


@every_layer
def test_nothing_is_dropped_at_prediction(cell: str) -> None:
    dropping, plain = pair(cell, **BOTH)[0], pair(cell)[0]
    same(computed(dropping, MIXED), computed(plain, MIXED), 0)
    np.testing.assert_array_equal(dropping(SEQUENCES), plain(SEQUENCES))


@every_layer
def test_each_call_draws_anew_and_as_keras_does(cell: str) -> None:
    ours, theirs = pair(cell, **BOTH)
    found = [[layer(SEQUENCES, training=True) for _ in range(2)] for layer in (ours, theirs)]
    same(*found)
    assert np.abs(found[0][0] - found[0][1]).max() > 0.01


def dropping(cell: str) -> Make:
    def make(namespace: Any) -> keras.Model:
        inputs = keras.Input((T, D))
        return keras.Model(inputs, layer_of(namespace, cell, **BOTH)(keras.layers.Dense(D)(inputs)))

    return make


@pytest.mark.parametrize("cell", ["GRU", slow("SimpleRNN"), slow("LSTM"), slow("GRU, reset before")])
def test_three_steps_of_training(cell: str) -> None:
    agree(dropping(cell), spread((B, T, D), 7, scale=1))


def test_rates_are_cut_to_a_share_as_by_keras() -> None:
    for namespace in (layers, keras.layers):
        layer = namespace.LSTM(3, dropout=1.5, recurrent_dropout=-1)
        assert (layer.dropout, layer.recurrent_dropout) == (1.0, 0.0)
