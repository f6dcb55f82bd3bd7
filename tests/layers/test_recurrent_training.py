"""SimpleRNN, LSTM and GRU in `fit` in place of Keras's: losses and weights step by step, with all that a layer adds to them."""

from typing import Any

import keras
import numpy as np
import pytest
from keras.constraints import MaxNorm

from bptt import layers
from tests.layers.recurrences import every_layer, label, layer_of
from tests.layers.twins import REAL, B, D, Make, T, agree, slow, spread

SEQUENCES = spread((B, T, D), seed=7, scale=1)
PENALTIES = {
    "kernel_regularizer": "l2",
    "recurrent_regularizer": "l1",
    "bias_regularizer": "l1",
    "activity_regularizer": "l2",
    "kernel_constraint": MaxNorm(0.9),
    "recurrent_constraint": MaxNorm(0.5),
    "bias_constraint": "non_neg",
}


def network(cell: str, masked: bool = False, **arguments: Any) -> Make:
    """A Dense, whose weights need the gradient by the inputs, and the layer; with `masked` the mask is a second input."""

    def make(namespace: Any) -> keras.Model:
        sequences, real = keras.Input((T, D)), keras.Input((T,), dtype="bool") if masked else None
        x = keras.layers.Dense(D)(sequences)
        return keras.Model([sequences, real] if masked else sequences, layer_of(namespace, cell, **arguments)(x, mask=real))

    return make


def given(real: str | None) -> Any:
    return SEQUENCES if real is None else [SEQUENCES, REAL[real]]


@pytest.mark.parametrize(
    ("cell", "real", "arguments"),
    [
        ("SimpleRNN", "left", {}),
        ("LSTM", "holes", {"return_sequences": True, "zero_output_for_mask": True, "go_backwards": True}),
        ("GRU", "right", {"return_state": True}),
        slow("GRU, reset before", "holes", {"return_sequences": True}),
        slow("LSTM", None, {"return_sequences": True, "return_state": True}),
        slow("GRU", None, {"unroll": True}),
        slow("SimpleRNN", None, {"activation": keras.ops.sin, "return_sequences": True}),
    ],
    ids=label,
)
def test_three_steps(cell: str, real: str | None, arguments: dict[str, Any]) -> None:
    agree(network(cell, real is not None, **arguments), given(real))


@pytest.mark.parametrize("cell", ["LSTM", slow("SimpleRNN"), slow("GRU"), slow("GRU, reset before")])
def test_penalties_and_constraints(cell: str) -> None:
    ours = agree(network(cell, **PENALTIES), SEQUENCES)
    assert np.min(ours.layers[-1].cell.bias) >= 0


@pytest.mark.parametrize("cell", ["GRU", slow("SimpleRNN"), slow("LSTM")])
def test_step_by_step_without_compilation(cell: str) -> None:
    agree(network(cell, masked=True), given("holes"), eager=True)


@pytest.mark.parametrize("cell", ["LSTM", slow("SimpleRNN"), slow("GRU")])
def test_frozen_weights_stay(cell: str) -> None:
    ours = agree(network(cell, trainable=False), SEQUENCES)
    assert len(ours.trainable_variables) == 2  # those of the Dense before it: the gradient runs through


@every_layer
def test_frozen_afterwards(cell: str) -> None:
    model = network(cell, layer_norm=True)(layers)
    model.layers[-1].trainable = False
    assert len(model.trainable_variables) == 2
