"""Bidirectional and TimeDistributed around our recurrent layers: our class and our kernel on both halves, Keras's values."""

import itertools
from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.recurrences import every_layer, layer_of
from tests.layers.twins import REAL, B, D, H, Make, T, V, agree, alike, same, slow, spread, twins

SEQUENCES = spread((B, T, D), seed=7, scale=1)
IDS = np.where(REAL["holes"], np.random.default_rng(3).integers(1, V, (B, T)), 0).astype("int32")


def bidirectional(cell: str, merge_mode: str | None, wrapper: Any = None, **arguments: Any) -> Make:
    """`wrapper`: Keras's own Bidirectional around our layer too."""

    def make(namespace: Any) -> keras.Model:
        sequences, real = keras.Input((T, D)), keras.Input((T,), dtype="bool")
        wrap = wrapper or namespace.Bidirectional
        both = wrap(layer_of(namespace, cell, **arguments), merge_mode=merge_mode, name="both")
        return keras.Model([sequences, real], both(sequences, mask=real))

    return make


def on_words(cell: str) -> Make:
    """Two bidirectional layers with masks, the first on words."""

    def make(namespace: Any) -> keras.Model:
        ids = keras.Input((T,), dtype="int32")
        words = namespace.Embedding(V, D, mask_zero=True)(ids)
        steps = namespace.Bidirectional(layer_of(namespace, cell, return_sequences=True))(words)
        last = namespace.Bidirectional(layer_of(namespace, cell), merge_mode="sum")(steps, mask=keras.ops.not_equal(ids, 0))
        return keras.Model(ids, last)

    return make


MODES = ("concat", "sum", "ave", "mul", None)
FEW = {("SimpleRNN", mode, mode != "sum", "holes") for mode in MODES} | {
    ("LSTM", "concat", True, "left"),
    ("LSTM", None, False, "holes"),
    ("GRU", "concat", True, "right"),
    ("GRU", "mul", False, "holes"),
    ("GRU, reset before", "ave", True, "holes"),
}
CASES = [
    *itertools.product(["SimpleRNN", "LSTM", "GRU", "GRU, reset before"], MODES, [False, True], ["holes"]),
    *itertools.product(["SimpleRNN", "LSTM", "GRU"], ["concat"], [False, True], ["left", "right"]),
]


@pytest.mark.parametrize(
    ("cell", "merge_mode", "return_sequences", "real"), [case if case in FEW else slow(*case) for case in CASES], ids=str
)
def test_both_halves_agree(cell: str, merge_mode: str | None, return_sequences: bool, real: str) -> None:
    arguments = {"return_sequences": return_sequences, "return_state": merge_mode in ("concat", None)}
    alike(bidirectional(cell, merge_mode, **arguments), [SEQUENCES, REAL[real]])


@pytest.mark.parametrize("cell", ["LSTM", slow("SimpleRNN"), slow("GRU")])
def test_keras_s_own_wrapper_around_our_layer(cell: str) -> None:
    ours = alike(bidirectional(cell, "concat", keras.layers.Bidirectional, return_sequences=True), [SEQUENCES, REAL["holes"]])
    assert {type(half) for half in halves(ours.get_layer("both"))} == {getattr(layers, cell)}


def halves(both: Any) -> tuple[Any, Any]:
    return both.forward_layer, both.backward_layer


@every_layer
def test_both_halves_are_ours_and_on_the_native_kernel(cell: str) -> None:
    for built in halves(layers.Bidirectional(layer_of(layers, cell, return_sequences=True))):
        assert type(built) is getattr(layers, cell)
        assert built.kernel_choice.kernel == "native"
        assert built.go_backwards is built.name.startswith("backward")
        assert built.zero_output_for_mask


@pytest.mark.parametrize("cell", ["LSTM", slow("SimpleRNN"), slow("GRU")])
def test_training_of_both_halves(cell: str, reads: list[str]) -> None:
    agree(on_words(cell), IDS)
    assert reads[:2] == ["ids", "array"]  # one call a layer


@every_layer
def test_options_of_ours_are_those_of_both_halves(cell: str) -> None:
    both = layers.Bidirectional(layer_of(layers, cell, layer_norm=True, zoneout=0.2, seed=3))
    assert {(half.layer_norm, half.zoneout) for half in halves(both)} == {(True, 0.2)}
    forward, backward = (layer_of(layers, cell, layer_norm=True, zoneout=0.2, go_backwards=way) for way in (False, True))
    both.build((B, T, D))
    both.set_weights([spread(w.shape, seed) for seed, w in enumerate(both.get_weights())])
    for layer, half in zip((forward, backward), halves(both), strict=True):
        layer.build((B, T, D))
        layer.set_weights(half.get_weights())
    mask = REAL["holes"]
    same(both(SEQUENCES, mask=mask), np.concatenate([forward(SEQUENCES, mask=mask), backward(SEQUENCES, mask=mask)], axis=1))


@every_layer
def test_dropout_of_both_halves_is_keras_s(cell: str) -> None:
    ours, theirs = twins(bidirectional(cell, "concat", dropout=0.4, recurrent_dropout=0.3, seed=3))
    for mine, other in zip(*(halves(model.get_layer("both")) for model in (ours, theirs)), strict=True):
        assert mine.cell.seed == 3
        other.cell.seed_generator.state.assign(mine.cell.seed_generator.state)  # Keras's SimpleRNN forgets its seed
    same(*(model([SEQUENCES, REAL["holes"]], training=True) for model in (ours, theirs)))


def test_a_backward_half_of_its_own() -> None:
    def make(namespace: Any) -> keras.Model:
        inputs = keras.Input((T, D))
        backward = namespace.LSTM(H, activation="relu", go_backwards=True)
        return keras.Model(inputs, namespace.Bidirectional(namespace.LSTM(H), backward_layer=backward)(inputs))

    alike(make, SEQUENCES)


def test_a_forward_layer_that_reads_backwards() -> None:
    """Keras turns the second one's outputs all the same: both stand in the order of the reading."""

    def make(namespace: Any) -> keras.Model:
        inputs = keras.Input((T, D))
        first, second = (namespace.GRU(H, return_sequences=True, go_backwards=way) for way in (True, False))
        return keras.Model(inputs, namespace.Bidirectional(first, backward_layer=second)(inputs))

    assert "in two calls" in alike(make, SEQUENCES).layers[-1].kernel_choice.reason


@pytest.mark.parametrize("empty", ["B", "T", "D"])
def test_an_empty_axis_is_no_fault(empty: str) -> None:
    shape = tuple(0 if axis == empty else size for axis, size in zip("BTD", (B, T, D), strict=True))
    both = layers.Bidirectional(layers.LSTM(H, bias_initializer="random_normal"))
    both.build(shape)
    given = np.zeros(shape, "float32")
    found = both(given)
    assert found.shape == (shape[0], 2 * H)
    same(found, np.concatenate([half(given) for half in halves(both)], axis=1))


@pytest.mark.parametrize("dtype", ["int32", "uint8"])
def test_gradients_outside_jit(dtype: str) -> None:
    """There ids that are not of the kernel's dtype, and arrays of NumPy, come as one buffer for each direction."""
    words, both = layers.Embedding(V, D), layers.Bidirectional(layers.LSTM(H))
    table = spread((V, D))
    words.build((B, T))
    both.build((B, T, D))

    def loss(table: Any) -> Any:
        return keras.ops.sum(both(words.stateless_call([table], [], IDS.astype(dtype))[0]) ** 2)

    found = jax.grad(loss)(table)
    assert np.abs(found).max() > 0.01
    same(found, jax.jit(jax.grad(loss))(table), 1e-6)


@pytest.mark.parametrize("cell", ["LSTM", slow("SimpleRNN"), slow("GRU")])
def test_initial_states_of_both_halves(cell: str) -> None:
    ours, theirs = twins(bidirectional(cell, "concat", return_sequences=True))
    count = 2 * len(halves(ours.get_layer("both"))[0].state_size)
    given = [keras.ops.convert_to_tensor(spread((B, H), 11 + i)) for i in range(count)]
    found, expected = (model.get_layer("both")(SEQUENCES, mask=REAL["left"], initial_state=given) for model in (ours, theirs))
    same(found, expected)
    assert np.abs(found - ours([SEQUENCES, REAL["left"]])).max() > 0.01


@pytest.mark.parametrize("cell", ["GRU", slow("SimpleRNN"), slow("LSTM")])
def test_every_slice_of_an_axis_more(cell: str) -> None:
    def make(namespace: Any) -> keras.Model:
        inputs = keras.Input((3, T, D))
        return keras.Model(inputs, namespace.TimeDistributed(layer_of(namespace, cell, go_backwards=True))(inputs))

    ours = agree(make, spread((B, 3, T, D), 13))
    assert type(ours.layers[-1].layer) is getattr(layers, cell)
