"""IndRNN, MinGRU and LRU among Keras's own: configurations and files, wrappers, states kept, dropout, masks handed on."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.cells import MASK, NAMES, OWN, B, D, H, T, X, drawn, set_weights
from tests.layers.twins import slow

ARGUMENTS: dict[str, dict[str, Any]] = {
    "IndRNN": {"activation": "tanh", "use_bias": False, "longest_dependence": 9, "min_gain": 0.5, "max_gain": 3.0}
    | {"recurrent_initializer": "ones", "recurrent_regularizer": "l2", "recurrent_constraint": "non_neg"},
    "MinGRU": {"activation": "relu", "kernel_constraint": "max_norm", "bias_initializer": "ones", "bias_regularizer": "l1"},
    "LRU": {"state_units": 7, "r_min": 0.3, "r_max": 0.9, "max_phase": 1.0, "output_initializer": "he_normal"}
    | {"skip_regularizer": "l2", "output_constraint": "max_norm"},
}
COMMON = {"units": H, "return_sequences": True, "return_state": True, "go_backwards": True, "zero_output_for_mask": True}
COMMON |= {"dropout": 0.3, "seed": 5, "name": "mine", "trainable": False, "activity_regularizer": "l2", "dtype": "mixed_bfloat16"}


@pytest.mark.parametrize("name", NAMES)
def test_the_config_both_ways(name: str) -> None:
    given = COMMON | ARGUMENTS[name]
    layer = getattr(layers, name)(**given)
    config = layer.get_config()
    assert all(config[key] == value for key, value in given.items() if isinstance(value, int | float) or key == "name")
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert type(again) is type(layer) and again.get_config() == config
    for built in (layer, again):
        built.build((B, T, D))
    assert [(w.path, w.shape, w.dtype) for w in again.weights] == [(w.path, w.shape, w.dtype) for w in layer.weights]
    assert not again.trainable_variables and layer.losses == []
    assert keras.saving.get_registered_name(type(layer)) == f"bptt>{name}"
    cell = layer.cell
    assert type(cell).from_config(cell.get_config()).get_config() == cell.get_config()
    assert keras.saving.get_registered_name(type(cell)) == f"bptt>{name}Cell"


def network(name: str, **arguments: Any) -> keras.Model:
    inputs, real = keras.Input((T, D)), keras.Input((T,), dtype="bool")
    make = getattr(layers, name)
    steps = keras.layers.Bidirectional(make(H, return_sequences=True, **OWN[name], **arguments))(inputs, mask=real)
    return keras.Model([inputs, real], keras.layers.Dense(2)(make(H, **OWN[name], **arguments)(steps, mask=real)))


@pytest.mark.parametrize("name", ["LRU", slow("IndRNN"), slow("MinGRU")])
def test_a_trained_model_comes_back_from_its_file(name: str, tmp_path: Path) -> None:
    """Every weight but LRU's lambda may move a lot; all move."""
    model = network(name, dropout=0.2)
    before = [np.array(w) for w in model.trainable_variables]
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    model.fit([X, MASK], drawn((B, 2), 7), epochs=2, batch_size=B, verbose=0)
    assert all(np.abs(w - b).max() > 1e-7 for w, b in zip(model.trainable_variables, before, strict=True))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict([X, MASK], verbose=0), model.predict([X, MASK], verbose=0))
    again.fit([X, MASK], drawn((B, 2), 7), epochs=1, verbose=0)


@pytest.mark.parametrize("name", NAMES)
def test_both_directions(name: str) -> None:
    """Bidirectional is the layer forwards, and the layer backwards with its outputs turned round."""
    both = keras.layers.Bidirectional(getattr(layers, name)(H, return_sequences=True, **OWN[name]), merge_mode=None)
    found = set_weights(both)(X, mask=MASK)
    for half, shown in zip((both.forward_layer, both.backward_layer), found, strict=True):
        alone = getattr(layers, name)(H, return_sequences=True, zero_output_for_mask=True, **OWN[name])
        alone.build((B, T, D))
        alone.set_weights(half.get_weights())
        order = slice(None, None, -1 if half.go_backwards else 1)
        np.testing.assert_allclose(shown, alone(X[:, order], mask=MASK[:, order])[:, order], atol=1e-6)
    assert both.backward_layer.go_backwards and type(both.backward_layer) is getattr(layers, name)


@pytest.mark.parametrize("name", NAMES)
def test_an_axis_more(name: str) -> None:
    rows = drawn((2, 3, T, D), 3)
    wrapped = keras.layers.TimeDistributed(getattr(layers, name)(H, **OWN[name]))
    set_weights(wrapped, rows.shape)
    np.testing.assert_allclose(wrapped(rows)[:, 1], wrapped.layer(rows[:, 1]), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_stateful_layer_goes_on_where_it_stopped(name: str) -> None:
    layer = set_weights(getattr(layers, name)(H, stateful=True, return_sequences=True, **OWN[name]))
    layer.reset_state()
    whole = getattr(layers, name)(H, return_sequences=True, **OWN[name])
    whole.build((B, T, D))
    whole.set_weights(layer.get_weights()[: len(whole.weights)])
    halves = [layer(X[:, : T // 2], mask=MASK[:, : T // 2]), layer(X[:, T // 2 :], mask=MASK[:, T // 2 :])]
    np.testing.assert_allclose(np.concatenate(halves, 1), whole(X, mask=MASK), atol=1e-6)
    layer.reset_state()
    np.testing.assert_array_equal(layer(X[:, : T // 2], mask=MASK[:, : T // 2]), halves[0])


@pytest.mark.parametrize("name", NAMES)
def test_dropout_is_of_features_for_all_time(name: str) -> None:
    layer = set_weights(getattr(layers, name)(H, dropout=0.5, seed=3, **OWN[name]))
    dropped = layers.SpatialDropout1D(0.5, seed=3)(X, training=True)
    assert 0 < np.mean(np.asarray(dropped) == 0) < 1
    np.testing.assert_allclose(layer(X, training=True), layer(dropped), atol=1e-6)
    assert np.abs(layer(X, training=True) - layer(X, training=True)).max() > 1e-3, "drawn anew for each batch"
    np.testing.assert_array_equal(layer(X), layer(X, training=False))


@pytest.mark.parametrize("back", [False, True])
def test_the_mask_that_is_handed_on_stands_in_the_order_of_the_outputs(back: bool) -> None:
    ids = np.array([[3, 1, 0, 0, 0, 0], [0, 0, 4, 0, 2, 1]])
    embedding = keras.layers.Embedding(5, D, mask_zero=True)
    first = layers.MinGRU(H, return_sequences=True, go_backwards=back)
    last = layers.IndRNN(H)
    found = last(first(embedding(ids)))
    order = slice(None, None, -1 if back else 1)
    expected = last(first(embedding(ids), mask=ids != 0), mask=(ids != 0)[:, order])
    np.testing.assert_array_equal(found, expected)
    assert np.abs(found - last(first(embedding(ids), mask=ids != 0), mask=(ids != 0)[:, ::-1][:, order])).max() > 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_is_handed_on_where_keras_s_own_rnn_hands_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Keras 3.16, whose RNN says that it supports none."""
    right = keras.layers.RNN.__init__

    def of_the_next_version(self: Any, *given: Any, **named: Any) -> None:
        right(self, *given, **named)
        self.supports_masking = False

    with monkeypatch.context() as patched:
        patched.setattr(keras.layers.RNN, "__init__", of_the_next_version)
        first = getattr(layers, name)(H, return_sequences=True, **OWN[name])
    ids, last = np.array([[3, 1, 0, 0, 2, 0]]), layers.GRU(H)
    steps = first(keras.layers.Embedding(5, D, mask_zero=True)(ids))
    np.testing.assert_array_equal(last(steps), last(steps, mask=ids != 0))
    assert np.abs(last(steps) - last(np.asarray(steps))).max() > 1e-4, "without a mask"


def test_which_masks_are_handed_on() -> None:
    assert layers.LRU(H).compute_mask(X, MASK) is None
    assert layers.LRU(H, return_sequences=True).compute_mask(X, None) is None
    assert layers.LRU(H, return_sequences=True).compute_mask(X, MASK) is MASK
    steps, *states = layers.LRU(H, return_sequences=True, return_state=True).compute_mask(X, [MASK])
    assert steps is MASK and states == [None] * 3


@pytest.mark.parametrize("name", NAMES)
def test_any_length_in_one_model(name: str) -> None:
    inputs = keras.Input((None, D))
    model = keras.Model(inputs, getattr(layers, name)(H, return_sequences=True, **OWN[name])(inputs))
    np.testing.assert_allclose(model(X)[:, :4], model(X[:, :4]), atol=1e-6)
