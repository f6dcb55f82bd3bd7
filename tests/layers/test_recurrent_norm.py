"""layer_norm of SimpleRNN, LSTM and GRU: the equations of Ba et al. (2016), wherever x W comes from and whichever kernel runs."""

from typing import Any

import keras
import numpy as np
import pytest

from bptt import kernels, layers
from tests.haste import haste
from tests.layers.by_hand import outputs
from tests.layers.recurrences import CELLS, MIXED, ROWS, SEQUENCES, computed, every_cell, label, layer_of, pair
from tests.layers.twins import D, H, T, same, slow, spread


def normed(cell: str, **arguments: Any) -> Any:
    """A built layer, its weights and gains all different."""
    layer = layer_of(layers, cell, layer_norm=True, **arguments)
    layer.build((ROWS, T, D))
    layer.set_weights([spread(w.shape, seed) + (w.ndim == 1) for seed, w in enumerate(layer.get_weights())])
    return layer


def near(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@every_cell
def test_the_equations(cell: str) -> None:
    layer = normed(cell, return_sequences=True, return_state=True)
    steps, *states = layer(SEQUENCES, mask=MIXED)
    expected, expected_states = outputs(layer, SEQUENCES, MIXED)
    near(steps, expected)
    for found, state in zip(states, expected_states, strict=True):
        near(found, state)


DROPS = {"dropout": 0.4, "recurrent_dropout": 0.3, "seed": 5, "return_sequences": True}


@pytest.mark.parametrize(
    ("cell", "arguments"),
    [
        *((cell, DROPS) if cell == "SimpleRNN" else slow(cell, DROPS) for cell in CELLS),
        *(("LSTM", {}) if cell == "LSTM" else slow(cell, {}) for cell in CELLS),
    ],
    ids=label,
)
def test_the_scan_says_the_same(cell: str, arguments: dict[str, Any]) -> None:
    """Outputs, states and every gradient, those of the gains among them."""
    layer = normed(cell, return_state=True, **arguments)
    assert layer.kernel_choice.kernel == "native"
    native = computed(layer, MIXED, training=True)
    with kernels.use("scan"), haste():
        same(native, computed(layer, MIXED, training=True), 5e-5)


@pytest.mark.parametrize("arguments", [{"dropout": 0.5}, {"dropout": 0.4, "recurrent_dropout": 0.3}], ids=label)
@every_cell
def test_dropout_comes_before_the_norm(cell: str, arguments: dict[str, Any]) -> None:
    """With the masks that Keras's cell draws."""
    layer = normed(cell, return_sequences=True, seed=5, **arguments)
    twin = layer_of(keras.layers, cell, seed=5, **arguments).cell
    drawn = twin.get_dropout_mask(np.ones((ROWS, D), "float32")), twin.get_recurrent_dropout_mask(np.ones((ROWS, H), "float32"))
    drops = [None if mask is None else np.stack(mask if isinstance(mask, list) else [mask]) for mask in drawn]
    near(layer(SEQUENCES, training=True), outputs(layer, SEQUENCES, drops=tuple(drops))[0])


@pytest.mark.parametrize("rows", [10, 1000], ids=["fewer words than steps", "more words than steps"])
@every_cell
def test_on_words(cell: str, rows: int, reads: list[str]) -> None:
    """Their vectors are projected once each where there are fewer of them than steps."""
    ids = np.random.default_rng(3).integers(0, rows, (ROWS, T))
    embedding, layer = layers.Embedding(rows, D), normed(cell, return_sequences=True)
    words = embedding(ids)
    near(layer(words, mask=MIXED), outputs(layer, np.asarray(words), MIXED)[0])
    assert reads == (["ids"] if rows == 10 or cell == "SimpleRNN" else ["ids", "array"])  # the ids first, for a check


@pytest.mark.parametrize(
    ("cell", "rows"), [("SimpleRNN", 10), ("LSTM", 10), ("LSTM", 1000), ("GRU", 1000), slow("SimpleRNN", 1000), slow("GRU", 10)]
)
def test_training_on_words_is_that_of_the_scan(cell: str, rows: int) -> None:
    """The table too gets its gradient through the norm."""
    ids = np.random.default_rng(3).integers(0, rows, (ROWS, T))
    found = []
    for kernel in ("native", "scan"):
        model = keras.Sequential(
            [keras.Input((T,), dtype="int32"), layers.Embedding(rows, D), layer_of(layers, cell, layer_norm=True)]
        )
        model.set_weights([spread(w.shape, seed) for seed, w in enumerate(model.get_weights())])
        model.compile(keras.optimizers.SGD(0.5), "mse")
        with kernels.use(kernel):
            losses = [model.train_on_batch(ids, spread((ROWS, H), 5)) for _ in range(2)]
        found.append([np.asarray(losses), *model.get_weights()])
    same(*found)
    assert abs(found[0][0][0] - found[0][0][1]) > 1e-3


@every_cell
def test_gains_and_their_shapes(cell: str) -> None:
    layer = normed(cell)
    gates = {"SimpleRNN": 1, "LSTM": 4}.get(cell, 3)
    own = {w.name: w.shape for w in layer.weights if w.name not in ("kernel", "recurrent_kernel", "bias")}
    expected = {"kernel_gain": (gates * H,), "recurrent_gain": (gates * H,), "state_gain": (H,), "state_bias": (H,)}
    missing = {"SimpleRNN": ["kernel_gain", "state_gain", "state_bias"], "LSTM": []}.get(cell, ["state_gain", "state_bias"])
    assert own == {name: shape for name, shape in expected.items() if name not in missing}
    layer.build((ROWS, T, D))
    assert len(layer.weights) == 3 + len(own)


def test_first_gains_leave_the_norm_as_it_is() -> None:
    layer = layers.LSTM(H, layer_norm=True)
    layer.build((None, T, D))
    found = {w.name: np.unique(w).tolist() for w in layer.weights}
    assert (found["kernel_gain"], found["recurrent_gain"], found["state_gain"], found["state_bias"]) == ([1], [1], [1], [0])


@pytest.mark.parametrize("cell", ["GRU", slow("SimpleRNN"), slow("LSTM")])
def test_other_functions_and_float16_run_on_the_scan(cell: str) -> None:
    assert normed(cell, activation=keras.ops.sin).kernel_choice.kernel == "scan"
    plain, narrow = normed(cell), normed(cell, dtype="mixed_float16")
    assert narrow.kernel_choice.kernel == "scan"
    np.testing.assert_allclose(np.float32(narrow(SEQUENCES)), plain(SEQUENCES), atol=2e-2)


def test_keras_s_layer_of_the_same_weights_is_another() -> None:
    """So that no test here passes without a norm."""
    plain, layer = pair("LSTM")[0], normed("LSTM")
    layer.cell.set_weights(plain.get_weights())
    assert np.abs(plain(SEQUENCES) - layer(SEQUENCES)).max() > 0.01
