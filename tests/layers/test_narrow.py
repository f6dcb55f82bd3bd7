"""SimpleRNN, LSTM and GRU under mixed_bfloat16: the native kernel on float32 arrays, bfloat16 only where Keras sees it."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from bptt import explain, layers
from bptt.kernels import Options, Tokens, Weights, compiled, native
from tests.layers.twins import spread

CELLS = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}
B, T, D, H, V = 5, 9, 3, 33, 11
STEPS = spread((B, T, D))
REAL = np.arange(T) < np.array([9, 4, 1, 0, 7])[:, None]
NARROW = "products in bfloat16, all else in float32" if compiled.narrows(H) else "all in float32"


def drawn(cell: str, units: int = H, **arguments: Any) -> Any:
    """A layer of weights that are no numbers of bfloat16, biases among them."""
    layer = getattr(layers, cell)(units, dtype="mixed_bfloat16", return_sequences=True, return_state=True, **arguments)
    layer.build((B, T, D))
    layer.set_weights([spread(w.shape, seed, 0.3) for seed, w in enumerate(layer.get_weights())])
    return layer


def kernel_of(layer: Any, cell: str) -> tuple[Options, Weights, tuple[Any, ...]]:
    """What the layer should hand to its kernel."""
    states = tuple(jnp.zeros((B, layer.units)) for _ in layer.state_size) if cell == "LSTM" else (jnp.zeros((B, layer.units)),)
    return Options(CELLS[cell], return_sequences=True, narrow=True), Weights(*map(jnp.asarray, layer.get_weights())), states


def bits(array: Any) -> Any:
    return np.asarray(array).tobytes()


@pytest.mark.parametrize("units", [H, 8])
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_are_the_kernel_s_rounded_once(cell: str, units: int) -> None:
    """From all digits of the weights, through states that stay float32; the gradients keep theirs too."""
    layer = drawn(cell, units)
    options, weights, states = kernel_of(layer, cell)
    narrow = jnp.asarray(STEPS, jnp.bfloat16)
    given = [v.value for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]

    def ours(given: Any) -> Any:
        return layer.stateless_call(given, fixed, narrow, mask=REAL)[0]

    def theirs(weights: Weights) -> Any:
        last, outputs = native.recurrence(options, narrow.astype("float32"), weights, states, jnp.asarray(REAL))
        return [array.astype("bfloat16") for array in (outputs, *last)]

    (found, back), (want, their_back) = jax.vjp(ours, given), jax.vjp(theirs, weights)
    assert [bits(a) for a in found] == [bits(a) for a in want]
    assert {str(a.dtype) for a in found} == {"bfloat16"}
    d = [spread(a.shape, 30).astype("bfloat16") for a in want]
    gradients = back(type(found)(d))[0]
    for ours_d, theirs_d in zip(gradients, jax.tree.leaves(their_back(d)[0]), strict=True):
        assert ours_d.dtype == "float32" and bits(ours_d) == bits(theirs_d)
        assert np.any(np.asarray(ours_d.astype("bfloat16"), "float32") != ours_d)


def test_ids_are_read_and_the_table_in_all_its_digits() -> None:
    """x W of a word is rounded once; its gradient is summed in float32."""
    ids = np.random.default_rng(1).integers(0, V, (B, T)).astype("int32")
    inputs = keras.Input((T,), dtype="int32")
    embedding, layer = layers.Embedding(V, D, dtype="mixed_bfloat16"), drawn("GRU")
    model = keras.Model(inputs, layer(embedding(inputs)))
    embedding.set_weights([spread((V, D), 7)])
    options, weights, states = kernel_of(layer, "GRU")
    given, fixed = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
    place = next(i for i, v in enumerate(model.trainable_variables) if v is embedding.embeddings)

    def theirs(table: Any) -> Any:
        return native.recurrence(options, Tokens(ids, table), weights, states)[1].astype("bfloat16")

    found, back = jax.vjp(lambda given: model.stateless_call(given, fixed, ids)[0][0], given)
    want, their_back = jax.vjp(theirs, jnp.asarray(embedding.get_weights()[0]))
    d = spread(want.shape, 31).astype("bfloat16")
    assert bits(found) == bits(want)
    assert bits(back(d)[0][place]) == bits(their_back(d)[0])


def test_what_stands_around_a_layer_runs_native_too() -> None:
    inputs = keras.Input((T, D))
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        both = layers.Bidirectional(layers.LSTM(H, return_sequences=True))(inputs)
        model = keras.Model(inputs, layers.RecurrentStack("gru", [H, H], options={"layer_norm": True})(both))
    finally:
        keras.config.set_dtype_policy("float32")
    rows = explain(model, measure=False)
    assert [row.kernel for row in rows] == ["native"] * 3
    assert all(NARROW in row.reason and not row.change for row in rows)
    assert str(model(STEPS).dtype) == "bfloat16"


@pytest.mark.parametrize("cell", CELLS)
def test_both_directions_come_in_the_dtype_of_the_policy(cell: str) -> None:
    ours, theirs = (
        namespace.Bidirectional(
            getattr(namespace, cell)(H, dtype="mixed_bfloat16", return_sequences=True, return_state=True), dtype="mixed_bfloat16"
        )
        for namespace in (layers, keras.layers)
    )
    ours(STEPS), theirs(STEPS)
    ours.set_weights([spread(w.shape, seed, 0.3) for seed, w in enumerate(ours.get_weights())])
    theirs.set_weights(ours.get_weights())
    for found, expected in zip(ours(STEPS, mask=REAL), theirs(STEPS, mask=REAL), strict=True):
        assert str(found.dtype) == str(expected.dtype) == "bfloat16"
        np.testing.assert_allclose(np.float32(found), np.float32(expected), atol=4e-2)
