"""RecurrentStack: the lesson's residual and deep models as special cases, masks, files, refusals."""

from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.twins import REAL, B, D, H, T, V, same, spread, three_steps

FEATURES = spread((B, T, D), seed=3, scale=1)


def residual_by_hand() -> keras.Model:
    """Lesson 12, `create_residual_rnn`."""
    inputs = keras.Input((T, D))
    x = keras.layers.Dense(H)(inputs)
    for _ in range(2):
        x = keras.layers.Add()([x, keras.layers.LayerNormalization()(keras.layers.SimpleRNN(H, return_sequences=True)(x))])
    return keras.Model(inputs, keras.layers.SimpleRNN(H)(x))


def residual_stack() -> keras.Model:
    inputs = keras.Input((T, D))
    stack = layers.RecurrentStack("simple_rnn", [H, H, H], residual=True, norm="after", norm_last=False)
    return keras.Model(inputs, stack(keras.layers.Dense(H)(inputs)))


def deep_by_hand() -> keras.Model:
    """Lesson 12, `create_deep_rnn`, without its dropout's draws."""
    inputs = keras.Input((T,), dtype="int32")
    x = keras.layers.Embedding(V, D)(inputs)
    for k, units in enumerate((6, 5, 4)):
        x = keras.layers.LayerNormalization()(keras.layers.SimpleRNN(units, return_sequences=k < 2)(x))
    return keras.Model(inputs, x)


def deep_stack() -> keras.Model:
    inputs = keras.Input((T,), dtype="int32")
    return keras.Model(inputs, layers.RecurrentStack("simple_rnn", [6, 5, 4], norm="after")(layers.Embedding(V, D)(inputs)))


def order_of(model: keras.Model) -> list[Any]:
    """The model's weights layer by layer: a stack lists its recurrent layers first, then its norms."""
    found = []
    for layer in model.layers:
        if not isinstance(layer, layers.RecurrentStack):
            found += layer.weights
            continue
        for k, rnn in enumerate(layer.rnns):
            found += rnn.weights + (layer.norms[str(k)].weights if str(k) in layer.norms else [])
    return found


@pytest.mark.parametrize(
    ("stack", "by_hand", "given"),
    [(residual_stack, residual_by_hand, FEATURES), (deep_stack, deep_by_hand, np.arange(B * T).reshape(B, T) % V)],
    ids=["residual", "deep"],
)
def test_the_lesson_s_models_are_special_cases(stack: Any, by_hand: Any, given: Any) -> None:
    ours, theirs = stack(), by_hand()
    values = [spread(w.shape, seed) for seed, w in enumerate(order_of(theirs))]
    for model in (ours, theirs):
        for weight, value in zip(order_of(model), values, strict=True):
            weight.assign(value)
    same(ours(given), theirs(given))
    np.testing.assert_allclose(three_steps(ours, given), three_steps(theirs, given), rtol=1e-5)
    same([np.array(w) for w in order_of(ours)], [np.array(w) for w in order_of(theirs)])


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
@pytest.mark.parametrize("norm", [None, "before", "after"])
def test_padding_changes_nothing(cell: str, norm: str | None) -> None:
    stack = layers.RecurrentStack(cell, [D, D], residual=True, norm=norm, return_sequences=True)
    real = np.arange(T) < 4
    mask = np.broadcast_to(real, (B, T))
    found = stack(FEATURES, mask=mask)
    same(found[:, real], stack(np.where(mask[..., None], FEATURES, 9.0), mask=mask)[:, real])
    same(found[:, real], stack(FEATURES[:, real]))


def test_what_a_layer_adds() -> None:
    """x + dropout(norm(rnn(x))), by hand for one layer of each place of the norm."""
    after = layers.RecurrentStack("gru", [D], residual=True, norm="after", return_sequences=True)
    found = after(FEATURES)
    same(found, FEATURES + after.norms["0"](after.rnns[0](FEATURES)))
    before = layers.RecurrentStack("gru", [D], residual=True, norm="before", return_sequences=True)
    found = before(FEATURES)
    same(found, FEATURES + before.rnns[0](before.norms["0"](FEATURES)))


@pytest.mark.parametrize(("norm", "last"), [("before", (B, T, H)), ("after", (B, 4))])
def test_a_norm_is_built_for_the_shape_that_it_gets(norm: str, last: tuple[int, ...]) -> None:
    """Keras 3.16 takes its axis from that shape; in 3.15 any rank does."""
    stack = layers.RecurrentStack("gru", [H, 4], norm=norm)
    stack(FEATURES)
    assert stack.norms["1"].get_build_config()["input_shape"] == last


def test_dropout_acts_in_training_alone() -> None:
    stack = layers.RecurrentStack("lstm", [H, H], dropout=[0.5, 0.0], options={"seed": 1})
    same(stack(FEATURES), stack(FEATURES))
    assert np.abs(np.array(stack(FEATURES, training=True)) - np.array(stack(FEATURES))).max() > 1e-3
    assert set(stack.dropouts) == {"0"}


def test_a_saved_stack_predicts_the_same(tmp_path: Any) -> None:
    inputs = keras.Input((T, D), name="features")
    real = keras.Input((T,), dtype="bool", name="real")
    stack = layers.RecurrentStack("lstm", [D, D], True, "before", dropout=0.3, options={"zoneout": 0.2})
    model = keras.Model([inputs, real], stack(inputs, mask=real))
    model.save(tmp_path / "stack.keras")
    given = [FEATURES, REAL["left"]]
    same(keras.models.load_model(tmp_path / "stack.keras")(given), model(given), 1e-7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cell": "rnn", "units": [4]}, "cell is 'rnn'"),
        ({"cell": "gru", "units": []}, "at least one layer"),
        ({"cell": "gru", "units": [4, 5], "residual": True}, "same width"),
        ({"cell": "gru", "units": [4], "norm": "middle"}, "norm is 'middle'"),
        ({"cell": "gru", "units": [4, 4], "dropout": [0.1]}, "a share for each"),
    ],
)
def test_refusals(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layers.RecurrentStack(**arguments)
