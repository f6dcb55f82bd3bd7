"""Activations of SimpleRNN, LSTM and GRU: the usual ones on the native kernel, others on the scan, with the reason."""

from typing import Any

import keras
import pytest

from bptt import layers
from tests.layers.recurrences import alike, every_layer, label, layer_of
from tests.layers.twins import H, slow


def gated(activation: Any, gates: Any) -> dict[str, Any]:
    return {"activation": activation, "recurrent_activation": gates}


@pytest.mark.parametrize("activation", [slow("tanh"), "relu", "sigmoid", "hard_sigmoid", None], ids=label)
def test_simple_rnn(activation: str | None) -> None:
    alike_on("native", "SimpleRNN", activation=activation)


@pytest.mark.parametrize(
    ("cell", "activation", "gates"),
    [
        ("LSTM", "relu", "hard_sigmoid"),
        ("LSTM", "hard_sigmoid", "tanh"),
        ("GRU", "sigmoid", "tanh"),
        ("GRU", "relu", "hard_sigmoid"),
        ("GRU, reset before", None, "hard_sigmoid"),
        slow("LSTM", None, "sigmoid"),
        slow("LSTM", "sigmoid", None),
        slow("LSTM", "tanh", "relu"),
        slow("GRU", "hard_sigmoid", "sigmoid"),
        slow("GRU", "tanh", None),
        slow("GRU", None, "relu"),
        slow("GRU, reset before", "hard_sigmoid", "tanh"),
        slow("GRU, reset before", "relu", "sigmoid"),
        slow("GRU, reset before", "sigmoid", None),
    ],
    ids=label,
)
def test_gated_cells(cell: str, activation: str | None, gates: str | None) -> None:
    """Small weights: a gate without limits blows roundings up, with larger ones those of Keras's own float64 to 1e-5."""
    alike_on("native", cell, scale=0.2, **gated(activation, gates))


def alike_on(kernel: str, cell: str, **arguments: Any) -> None:
    ours = alike(cell, "mixed", return_sequences=True, **arguments)
    assert ours.kernel_choice.kernel == kernel
    assert ("an activation is not one of" in ours.kernel_choice.reason) is (kernel == "scan")


@pytest.mark.parametrize(
    ("cell", "arguments"),
    [
        ("SimpleRNN", {"activation": keras.ops.sin}),
        ("LSTM", gated("softsign", "sigmoid")),
        ("GRU", gated("tanh", keras.ops.cos)),
        slow("LSTM", gated("tanh", keras.ops.cos)),
        slow("GRU", gated("elu", "sigmoid")),
        slow("GRU, reset before", gated(keras.ops.sin, "softsign")),
    ],
    ids=label,
)
def test_any_other_function_on_the_scan(cell: str, arguments: dict[str, Any]) -> None:
    alike_on("scan", cell, **arguments)


@every_layer
def test_a_function_that_is_no_object_of_keras_s(cell: str) -> None:
    def thrice(z: Any) -> Any:
        return 3 * z

    assert layer_of(layers, cell, activation=thrice).kernel_choice.kernel == "scan"


def test_an_unknown_name_is_refused_as_by_keras() -> None:
    with pytest.raises(ValueError, match="tahn"):
        layers.LSTM(H, activation="tahn")
