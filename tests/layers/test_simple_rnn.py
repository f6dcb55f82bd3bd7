"""SimpleRNN in place of Keras's: the same predictions and the same training, whatever its arguments."""

import itertools
import re
from typing import Any

import keras
import numpy as np
import pytest
from keras.constraints import MaxNorm
from keras.ops import sin

from bptt import kernels, layers
from tests.layers.twins import REAL, B, D, H, Make, T, agree, alike, same, slow, spread, twins

SEQUENCES = spread((B, T, D), seed=7, scale=1)


def network(masked: bool = False, dense: bool = False, **arguments: Any) -> Make:
    """A model of one SimpleRNN; with `masked` the mask is its second input; `dense` puts weights before it."""

    def make(namespace: Any) -> keras.Model:
        sequences, real = keras.Input((T, D)), keras.Input((T,), dtype="bool") if masked else None
        x = keras.layers.Dense(D)(sequences) if dense else sequences
        return keras.Model([sequences, real] if masked else sequences, namespace.SimpleRNN(H, **arguments)(x, mask=real))

    return make


def given(real: str | None) -> Any:
    return SEQUENCES if real is None else [SEQUENCES, REAL[real]]


OPTIONS = ("return_sequences", "go_backwards", "zero_output_for_mask")


@pytest.mark.parametrize("real", [None, *REAL])
@pytest.mark.parametrize("values", list(itertools.product([False, True], repeat=len(OPTIONS))), ids=str)
def test_predictions_whatever_the_options(real: str | None, values: tuple[bool, ...]) -> None:
    alike(network(real is not None, return_state=True, **dict(zip(OPTIONS, values, strict=True))), given(real))


@pytest.mark.parametrize(
    ("real", "arguments"),
    [
        ("left", {}),
        ("holes", {"use_bias": False, "activation": "relu"}),
        ("holes", {"return_sequences": True, "activation": "sigmoid"}),
        slow("left", {"return_sequences": True, "activation": "hard_sigmoid"}),
        slow(None, {"return_sequences": True, "activation": None}),
        ("holes", {"return_sequences": True, "zero_output_for_mask": True, "go_backwards": True}),
        (None, {"return_sequences": True, "return_state": True, "go_backwards": True}),
        slow(None, {}),
        slow("right", {"return_sequences": True}),
        slow("holes", {"return_state": True}),
        slow(None, {"unroll": True, "return_sequences": True}),
        slow("right", {"unroll": True}),
        slow(None, {"kernel_regularizer": "l2", "recurrent_constraint": MaxNorm(0.5), "bias_regularizer": "l1"}),
        slow("left", {"activity_regularizer": "l2"}),
    ],
    ids=str,
)
def test_training_on_the_native_kernel(real: str | None, arguments: dict[str, Any]) -> None:
    ours = agree(network(real is not None, dense=True, **arguments), given(real))
    assert ours.layers[-1].kernel_choice.kernel == "native"


@pytest.mark.parametrize(
    ("activation", "real"),
    [(sin, "holes"), slow(sin, None), slow("silu", "holes")],
)
def test_training_on_the_scan(activation: Any, real: str | None) -> None:
    ours = agree(network(real is not None, dense=True, return_sequences=True, activation=activation), given(real))
    assert ours.layers[-1].kernel_choice.kernel == "scan"
    assert "activation" in ours.layers[-1].kernel_choice.reason


def test_training_step_by_step_without_compilation() -> None:
    agree(network(masked=True, dense=True), given("holes"), eager=True)


def test_frozen_weights_stay() -> None:
    ours = agree(network(dense=True, trainable=False), SEQUENCES)
    assert len(ours.trainable_variables) == 2  # those of the Dense before it: the gradient runs through


def from_a_state(namespace: Any) -> keras.Model:
    """The initial state comes from a Dense, whose weights need its gradient."""
    sequences, real, source = keras.Input((T, D)), keras.Input((T,), dtype="bool"), keras.Input((3,))
    state = keras.layers.Dense(H, name="state")(source)
    return keras.Model([sequences, real, source], namespace.SimpleRNN(H)(sequences, mask=real, initial_state=state))


SOURCE = spread((B, 3), 8, scale=1)


def test_the_initial_state_and_its_gradient() -> None:
    ours = agree(from_a_state, [SEQUENCES, REAL["holes"], SOURCE])
    found, state = ours([SEQUENCES, REAL["holes"], SOURCE]), ours.get_layer("state")(SOURCE)
    np.testing.assert_allclose(found[-1], state[-1], rtol=1e-6)  # a row of padding gives back what it was given


@pytest.mark.parametrize("arguments", [{}, {"return_sequences": True, "zero_output_for_mask": True}])
def test_unrolling_changes_nothing(arguments: dict[str, Any]) -> None:
    """Keras's own unrolled loop forgets `zero_output_for_mask`; ours keeps to its rolled one."""
    ours, _ = twins(network(masked=True, unroll=True, **arguments))
    _, theirs = twins(network(masked=True, **arguments))
    same(ours(given("left")), theirs(given("left")))


def stateful(namespace: Any) -> keras.Model:
    inputs = keras.Input(batch_shape=(B, T, D))
    return keras.Model(inputs, namespace.SimpleRNN(H, stateful=True)(inputs))


def test_a_stateful_layer_goes_on_where_it_stopped() -> None:
    ours, theirs = twins(stateful)
    for model in (ours, theirs):
        model.layers[-1].reset_state()
    first, second = ours(SEQUENCES), ours(SEQUENCES)
    same([first, second], [theirs(SEQUENCES), theirs(SEQUENCES)])
    assert np.abs(first - second).max() > 1e-3
    ours.layers[-1].reset_state()
    np.testing.assert_array_equal(ours(SEQUENCES), first)


def test_a_stateful_layer_in_training() -> None:
    agree(stateful, SEQUENCES)


def test_a_stateful_layer_takes_one_batch_size() -> None:
    with pytest.raises(ValueError, match="batch size"):
        stateful(layers).layers[-1](SEQUENCES[:2])
    with pytest.raises(ValueError, match="batch size must be static"):
        layers.SimpleRNN(H, stateful=True)(keras.Input((T, D)))


MASK = REAL["holes"]


def called(mask: Any) -> Any:
    """A function of a namespace: its SimpleRNN, with drawn weights, on SEQUENCES with `mask`."""

    def outputs(namespace: Any) -> Any:
        layer = namespace.SimpleRNN(H, return_sequences=True)
        layer.build((B, T, D))
        layer.set_weights([spread(w.shape, seed) for seed, w in enumerate(layer.get_weights())])
        return layer(SEQUENCES, mask=mask, initial_state=spread((B, H), seed=9))

    return outputs


@pytest.mark.parametrize(
    "mask", [MASK[:1], MASK[..., None], MASK.astype("float32")], ids=["one row", "a last axis of 1", "floats"]
)
def test_masks_that_keras_s_loop_takes(mask: Any) -> None:
    same(called(mask)(layers), called(mask)(keras.layers))


@pytest.mark.parametrize("mask", [MASK[:, :-1], MASK[:2], np.repeat(MASK[..., None], D, axis=2)], ids=lambda m: str(m.shape))
def test_a_mask_of_another_shape_is_refused(mask: Any) -> None:
    shape = re.escape(f"mask has shape {mask.shape}; expected {(B, T)}")
    with pytest.raises(ValueError, match=shape):
        called(mask)(layers)


def test_an_initial_state_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape(f"initial_state has shape ({H},); expected {(B, H)}")):
        layers.SimpleRNN(H)(SEQUENCES, initial_state=np.ones(H, "float32"))


@pytest.mark.parametrize("table", ["mixed_bfloat16", "float16", "float32"])
@pytest.mark.parametrize("own", ["float32", "mixed_bfloat16"])
def test_a_layer_that_does_not_cast_its_inputs(table: str, own: str) -> None:
    """The Embedding's dtype is not the recurrence's: neither its table nor its output may be taken as it is."""
    ids = np.arange(B * T).reshape(B, T) % 5

    def make(namespace: Any) -> keras.Model:
        x = keras.Input((T,), dtype="int32")
        return keras.Model(x, namespace.SimpleRNN(H, autocast=False, dtype=own)(namespace.Embedding(5, D, dtype=table)(x)))

    alike(make, ids, tolerance=2e-2)


def test_integers_and_other_floats_are_read_as_numbers() -> None:
    ours, theirs = layers.SimpleRNN(H), keras.layers.SimpleRNN(H)
    counts = np.arange(B * T * D).reshape(B, T, D) % 3
    for inputs in (counts.astype("int32"), counts.astype("float64"), counts.astype("float16")):
        ours(inputs), theirs(inputs)
        theirs.set_weights(ours.get_weights())
        same(ours(inputs), theirs(inputs))


def reason_for(**arguments: Any) -> str:
    choice = layers.SimpleRNN(H, **arguments).kernel_choice
    return f"{choice.kernel}: {choice.reason}"


def test_dropout_inside_the_cell_draws_what_keras_draws() -> None:
    assert reason_for(recurrent_dropout=0.2).startswith("native: ")
    rnn = layers.SimpleRNN(H, dropout=0.5, recurrent_dropout=0.5, seed=1)
    twin = keras.layers.SimpleRNN(H, dropout=0.5, recurrent_dropout=0.5, seed=1)
    rnn(SEQUENCES), twin(SEQUENCES)
    twin.set_weights(rnn.get_weights())
    same(rnn(SEQUENCES, training=True), twin(SEQUENCES, training=True))
    same(rnn(SEQUENCES), twin(SEQUENCES))


def test_a_kernel_can_be_asked_for() -> None:
    ours, theirs = twins(network(masked=True))
    with kernels.use("scan"):
        assert ours.layers[-1].kernel_choice.kernel == "scan"
        same(ours(given("holes")), theirs(given("holes")))
    assert ours.layers[-1].kernel_choice.kernel == "native"
