"""Keras's Bidirectional and TimeDistributed over our SimpleRNN: our class and our kernel on both halves, Keras's values."""

import itertools
from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.twins import REAL, B, D, H, Make, T, V, agree, alike, same, spread, twins

SEQUENCES = spread((B, T, D), seed=7, scale=1)
IDS = np.where(REAL["holes"], np.random.default_rng(3).integers(1, V, (B, T)), 0).astype("int32")


def bidirectional(merge_mode: str | None, **arguments: Any) -> Make:
    def make(namespace: Any) -> keras.Model:
        sequences, real = keras.Input((T, D)), keras.Input((T,), dtype="bool")
        both = namespace.Bidirectional(namespace.SimpleRNN(H, **arguments), merge_mode=merge_mode, name="both")
        return keras.Model([sequences, real], both(sequences, mask=real))

    return make


def on_words(namespace: Any) -> keras.Model:
    """Two bidirectional layers with masks, the first on words."""
    ids = keras.Input((T,), dtype="int32")
    words = namespace.Embedding(V, D, mask_zero=True)(ids)
    steps = namespace.Bidirectional(namespace.SimpleRNN(H, return_sequences=True))(words)
    last = namespace.Bidirectional(namespace.SimpleRNN(H), merge_mode="sum")(steps, mask=keras.ops.not_equal(ids, 0))
    return keras.Model(ids, last)


MODES = ("concat", "sum", "ave", "mul", None)
CASES = [*itertools.product(MODES, [False, True], ["holes"]), *itertools.product(["concat"], [False, True], ["left", "right"])]


@pytest.mark.parametrize(("merge_mode", "return_sequences", "real"), CASES)
def test_both_halves_agree(merge_mode: str | None, return_sequences: bool, real: str) -> None:
    arguments = {"return_sequences": return_sequences, "return_state": merge_mode == "concat"}
    alike(bidirectional(merge_mode, **arguments), [SEQUENCES, REAL[real]])


@pytest.mark.parametrize("half", ["forward_layer", "backward_layer"])
def test_both_halves_are_ours_and_on_the_native_kernel(half: str) -> None:
    built = getattr(layers.Bidirectional(layers.SimpleRNN(H, return_sequences=True)), half)
    assert type(built) is layers.SimpleRNN
    assert built.kernel_choice.kernel == "native"
    assert built.go_backwards is (half == "backward_layer")
    assert built.zero_output_for_mask


def test_training_of_both_halves(reads: list[str]) -> None:
    agree(on_words, IDS)
    assert reads[:4] == ["ids", "ids", "array", "array"]


def test_a_backward_half_of_its_own() -> None:
    def make(namespace: Any) -> keras.Model:
        inputs = keras.Input((T, D))
        backward = namespace.SimpleRNN(H, activation="relu", go_backwards=True)
        return keras.Model(inputs, namespace.Bidirectional(namespace.SimpleRNN(H), backward_layer=backward)(inputs))

    alike(make, SEQUENCES)


def test_initial_states_of_both_halves() -> None:
    ours, theirs = twins(bidirectional("concat", return_sequences=True))
    given = [spread((B, H), 11), spread((B, H), 12)]
    found, expected = (
        model.get_layer("both")(SEQUENCES, mask=REAL["left"], initial_state=list(map(keras.ops.convert_to_tensor, given)))
        for model in (ours, theirs)
    )
    same(found, expected)
    assert np.abs(found - ours([SEQUENCES, REAL["left"]])).max() > 0.01


def test_every_slice_of_an_axis_more() -> None:
    def make(namespace: Any) -> keras.Model:
        inputs = keras.Input((3, T, D))
        return keras.Model(inputs, namespace.TimeDistributed(namespace.SimpleRNN(H, go_backwards=True))(inputs))

    ours = agree(make, spread((B, 3, T, D), 13))
    assert type(ours.layers[-1].layer) is layers.SimpleRNN
