"""Masks of SimpleRNN, LSTM and GRU: every form that Keras's loop takes, wherever they come from; what is masked is not read."""

import itertools
from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import kernels, layers
from tests.layers.recurrences import (
    MASKS,
    MIXED,
    ROWS,
    SEQUENCES,
    alike,
    compiled,
    computed,
    every_cell,
    every_layer,
    label,
    layer_of,
    pair,
)
from tests.layers.twins import REAL, B, D, Make, T, V, agree, same, slow, twins


@pytest.mark.parametrize("form", [name for name in MASKS if name])
def test_forms_that_keras_s_loop_takes(form: str) -> None:
    alike("LSTM", form, return_sequences=True)


@every_cell
def test_a_mask_of_ones_is_none(cell: str) -> None:
    ours, _ = pair(cell, return_sequences=True)
    same(computed(ours, np.ones((ROWS, T), bool)), computed(ours), 1e-6)


def poisoned() -> Any:
    return np.where(MIXED[..., None], SEQUENCES, np.nan)


@pytest.mark.parametrize(
    ("kernel", "arguments"),
    [
        *itertools.product(["native", "scan"], [{}, {"layer_norm": True, "dropout": 0.5, "seed": 1}]),
        ("native", {"layer_norm": True}),
        slow("scan", {"layer_norm": True}),
    ],
    ids=label,
)
@every_layer
def test_what_is_masked_is_not_read(cell: str, arguments: dict[str, Any], kernel: str) -> None:
    """NaN there changes no output and no gradient, not even to -0 in the inputs' own."""
    layer = layer_of(layers, cell, **arguments)
    layer.build((ROWS, T, D))
    with kernels.use(kernel):
        check_unread(layer)


def check_unread(layer: Any) -> None:
    clean, found = map(compiled(layer, MIXED, training=True), (SEQUENCES, poisoned()))
    for ours, theirs in zip(jax.tree.leaves(found), jax.tree.leaves(clean), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def stacked(cell: str, **embedding: Any) -> Make:
    """Two layers on words, each given the mask: nothing leans on Keras handing it on."""

    def make(namespace: Any) -> keras.Model:
        ids = keras.Input((T,), dtype="int32")
        real = keras.ops.not_equal(ids, 0)
        steps = layer_of(namespace, cell, return_sequences=True)(namespace.Embedding(V, D, **embedding)(ids), mask=real)
        return keras.Model(ids, layer_of(namespace, cell, go_backwards=True)(steps, mask=real))

    return make


IDS = np.where(REAL["holes"], np.random.default_rng(3).integers(1, V, (B, T)), 0).astype("int32")


@pytest.mark.parametrize("cell", ["LSTM", slow("SimpleRNN"), slow("GRU"), slow("GRU, reset before")])
def test_two_layers_train_under_one_mask(cell: str) -> None:
    agree(stacked(cell), IDS)


@pytest.mark.parametrize("cell", ["GRU", slow("SimpleRNN"), slow("LSTM")])
def test_a_mask_that_an_embedding_made(cell: str) -> None:
    def make(namespace: Any) -> keras.Model:
        words = namespace.Embedding(V, D, mask_zero=True)
        return keras.Sequential([keras.Input((T,), dtype="int32"), words, layer_of(namespace, cell, return_sequences=True)])

    ours, theirs = twins(make)
    same(ours(IDS), theirs(IDS))


@every_layer
def test_the_mask_of_the_outputs_is_keras_s(cell: str) -> None:
    for arguments in ({"return_sequences": True}, {"return_state": True}, {"return_sequences": True, "return_state": True}):
        ours, theirs = pair(cell, **arguments)
        found, expected = (keras.tree.flatten(layer.compute_mask(None, MIXED)) for layer in (ours, theirs))
        assert len(found) == len(expected)
        assert all(a is b for a, b in zip(found, expected, strict=True))
