"""SimpleRNN, LSTM and GRU in place of Keras's: the same outputs, states and gradients, whatever their options."""

import itertools
from typing import Any

import keras
import numpy as np
import pytest

from bptt import kernels, layers
from tests.layers.recurrences import CELLS, MIXED, alike, computed, every_cell, every_layer, label, layer_of, pair
from tests.layers.twins import D, T, same, slow, spread

FLAGS = ("return_sequences", "go_backwards", "zero_output_for_mask")
EVERY_PAIR = [(False, False, False), (True, True, False), (True, False, True), (False, True, True)]  # of two flags' values
REST = [values for values in itertools.product([False, True], repeat=3) if values not in EVERY_PAIR]


@pytest.mark.parametrize("values", [*EVERY_PAIR, *map(slow, REST)], ids=label)
@every_cell
def test_flags_with_any_mask(cell: str, values: tuple[bool, ...]) -> None:
    assert alike(cell, "mixed", **dict(zip(FLAGS, values, strict=True))).kernel_choice.kernel == "native"


@pytest.mark.slow
@pytest.mark.parametrize("values", [*itertools.product([False, True], repeat=3)], ids=label)
@every_cell
def test_flags_without_a_mask(cell: str, values: tuple[bool, ...]) -> None:
    alike(cell, **dict(zip(FLAGS, values, strict=True)))


@pytest.mark.parametrize(
    ("cell", "arguments"),
    [
        ("SimpleRNN", {"use_bias": False}),
        ("LSTM", {"use_bias": False}),
        ("GRU", {"use_bias": False}),
        ("GRU, reset before", {"use_bias": False}),
        ("LSTM", {"implementation": 1, "return_sequences": True}),
        slow("GRU", {"implementation": 1, "return_sequences": True}),
        slow("GRU, reset before", {"implementation": 1}),
        slow("LSTM", {"use_cudnn": False}),
        slow("LSTM", {"unit_forget_bias": False}),
    ],
    ids=label,
)
def test_arguments(cell: str, arguments: dict[str, Any]) -> None:
    assert alike(cell, "mixed", **arguments).kernel_choice.kernel == "native"


@pytest.mark.parametrize("arguments", [{}, {"return_sequences": True, "zero_output_for_mask": True}], ids=label)
@every_layer
def test_unrolling_changes_nothing(cell: str, arguments: dict[str, Any]) -> None:
    """Keras's own unrolled loop forgets `zero_output_for_mask`, and what it started from; ours keeps to the rolled one."""
    rolled, _ = pair(cell, **arguments)
    unrolled, _ = pair(cell, unroll=True, **arguments)
    same(computed(unrolled, MIXED), computed(rolled, MIXED), 0)


@pytest.mark.slow
@every_layer
def test_unrolled_without_a_mask(cell: str) -> None:
    alike(cell, unroll=True, return_sequences=True)


@pytest.mark.parametrize(
    ("cell", "arguments"),
    [(cell, {}) for cell in CELLS]
    + [
        ("LSTM", {"unit_forget_bias": False, "bias_initializer": "normal"}),
        ("LSTM", {"bias_initializer": "normal"}),
        ("GRU", {"bias_initializer": "normal", "kernel_initializer": "he_normal", "recurrent_initializer": "uniform"}),
    ],
    ids=label,
)
def test_first_weights_are_those_that_keras_draws(cell: str, arguments: dict[str, Any]) -> None:
    drawn = []
    for namespace in (layers, keras.layers):
        keras.utils.set_random_seed(5)
        layer = layer_of(namespace, cell, **arguments)
        layer.build((2, T, D))
        drawn.append(layer.get_weights())
    same(*drawn, 0)


@every_layer
def test_a_kernel_can_be_asked_for(cell: str) -> None:
    ours, _ = pair(cell, return_sequences=True)
    native = computed(ours, MIXED)
    with kernels.use("scan"):
        assert ours.kernel_choice.kernel == "scan"
        same(computed(ours, MIXED), native)
    assert ours.kernel_choice.kernel == "native"


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_use_cudnn_true_is_keras_s_own(cell: str) -> None:
    """Which refuses it on a processor, a GRU without a mask apart."""
    ours, theirs = pair(cell, use_cudnn=True)
    assert (ours.kernel_choice.kernel, "use_cudnn" in ours.kernel_choice.reason) == ("keras", True)
    x = spread((2, T, D))
    for layer in (ours, theirs):
        with pytest.raises(ValueError, match="use_cudnn=True was specified"):
            layer(x, mask=np.ones((2, T), bool))
    if cell == "GRU":
        same(ours(x), theirs(x), 0)
    for own in ({"zoneout": 0.1}, {"layer_norm": True}):
        with pytest.raises(ValueError, match="cuDNN has neither zoneout nor layer_norm"):
            layer_of(layers, cell, use_cudnn=True, **own)
