"""The model's table, against counts worked by hand."""

import json

import keras

from bptt import layers
from bptt.models.describe import describe, detours


def test_the_lessons_three_layer_model():
    model = keras.Sequential(
        [
            keras.Input((None,)),
            layers.Embedding(10_000, 128),
            layers.SimpleRNN(128, return_sequences=True),
            layers.Dropout(0.3),
            layers.SimpleRNN(64, return_sequences=True),
            layers.Dropout(0.3),
            layers.SimpleRNN(32),
            layers.Dropout(0.3),
            layers.Dense(5, activation="softmax"),
        ]
    )
    table = describe(model)
    assert [row["parameters"] for row in table["layers"]] == [1_280_000, 32_896, 0, 12_352, 0, 3_104, 0, 165]
    assert (table["parameters"], table["trainable"]) == (1_328_517, 1_328_517)
    assert [row["kind"] for row in table["layers"][:2]] == ["Embedding", "SimpleRNN"]
    assert [row["output_shape"] for row in table["layers"]][4:7] == [[None, None, 64], [None, 32], [None, 32]]
    assert json.loads(json.dumps(table)) == table


def test_frozen_weights_are_not_trainable():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2)])
    model.layers[0].trainable = False
    table = describe(model)
    assert (table["parameters"], table["trainable"]) == (26, 10)


def test_a_wrapper_tells_the_kernel_of_the_layer_inside():
    inside = layers.SimpleRNN(3, return_sequences=True)
    model = keras.Sequential([keras.Input((None, 2)), layers.Bidirectional(inside), layers.TimeDistributed(layers.Dense(2))])
    both, each_step = describe(model)["layers"]
    assert (both["kernel"], both["reason"]) == (inside.kernel_choice.kernel, inside.kernel_choice.reason)
    assert (each_step["kernel"], each_step["reason"]) == ("keras", "")


def test_layers_off_the_native_kernels_are_named_once_with_the_reason():
    half = {"return_sequences": True, "dtype": "mixed_float16"}
    model = keras.Sequential(
        [
            keras.Input((None, 2)),
            layers.SimpleRNN(3, name="a", **half),
            layers.SimpleRNN(3, name="b", return_sequences=True),
            layers.SimpleRNN(3, name="c", **half),
            layers.Dense(2),
        ]
    )
    assert detours(describe(model)) == [
        "Not on the native kernels, which are faster: a, c. "
        "The reason: it computes in float16; the native kernels in float32, float64."
    ]
