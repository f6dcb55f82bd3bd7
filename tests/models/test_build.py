import itertools

import keras
import numpy as np
import pytest

from bptt.models import ModelConfig, Softmax, Words, build, get_weights, set_weights

POOLINGS = ("last", "mean", "max", "mean+max")
SHAPES = [*itertools.product(["simple_rnn"], POOLINGS, [False, True]), ("lstm", "last", False), ("gru", "mean+max", True)]
IDS = np.array([[3, 4, 5, 6], [8, 9, 0, 0], [0, 8, 0, 9], [0, 0, 8, 9], [9, 8, 0, 0], [0, 0, 0, 0]], np.int32)
SAME, REVERSED, EMPTY = [1, 2, 3], 4, 5  # rows of IDS: one text padded in three ways, its words turned round, no text at all


def small(**changes: object) -> ModelConfig:
    return ModelConfig.model_validate({"embedding_width": 6, "units": (5, 4), **changes})


def spread(model: keras.Model) -> None:
    """Weights that are all different and far from zero: with those of a fresh model the order of words hardly counts."""
    random = np.random.default_rng(0)
    set_weights(model, {path: random.normal(0, 0.5, value.shape) for path, value in get_weights(model).items()})


@pytest.mark.parametrize(("cell", "pooling", "bidirectional"), SHAPES)
def test_padding_changes_nothing_and_order_counts(cell: str, pooling: str, bidirectional: bool) -> None:
    model = build(small(cell=cell, pooling=pooling, bidirectional=bidirectional), Words(10, mask=True), Softmax(3))
    spread(model)
    found = model.predict_on_batch(IDS)
    assert found.shape == (6, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(found[SAME], np.repeat(model.predict_on_batch(IDS[1:2, :2]), 3, axis=0), atol=1e-6)
    assert np.abs(found[REVERSED] - found[1]).max() > 1e-4


@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_row_of_padding_is_answered_by_the_biases_alone(pooling: str) -> None:
    model = build(small(pooling=pooling), Words(10, mask=True), Softmax(3))
    model.get_layer("head").bias.assign([1.0, 2.0, 3.0])
    expected = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    np.testing.assert_allclose(model.predict_on_batch(IDS)[EMPTY], expected, rtol=1e-5)


def test_without_a_mask_padding_is_read() -> None:
    model = build(small(), Words(10, mask=False), Softmax(3))
    spread(model)
    found = model.predict_on_batch(IDS)
    assert np.abs(np.diff(found[SAME], axis=0)).max(axis=1).min() > 1e-4


def test_weights_have_the_same_paths_in_every_build() -> None:
    first, second = (get_weights(build(small(norm="layer"), Words(10, mask=True), Softmax(3))) for _ in range(2))
    assert list(first) == list(second)
    assert len(first) == 19


@pytest.mark.parametrize(
    ("changes", "parameters"),
    [
        ({}, 1 * 10 * 6 + 2 * (6 * 5 + 5 * 5 + 5) + 2 * (10 * 4 + 4 * 4 + 4) + (16 * 3 + 3)),
        ({"bidirectional": False}, 10 * 6 + (6 * 5 + 5 * 5 + 5) + (5 * 4 + 4 * 4 + 4) + (8 * 3 + 3)),
        ({"bidirectional": False, "pooling": "max", "units": (5,)}, 10 * 6 + (6 * 5 + 5 * 5 + 5) + (5 * 3 + 3)),
        ({"bidirectional": False, "pooling": "last", "units": (5,), "cell": "lstm"}, 60 + 4 * (6 * 5 + 5 * 5 + 5) + 18),
        ({"bidirectional": False, "pooling": "last", "units": (5,), "norm": "layer"}, 60 + 60 + 2 * 5 + 18),
        ({"embedding_width": 2, "units": (5,), "bidirectional": False, "pooling": "mean"}, 20 + 2 * 5 + 25 + 5 + 18),
    ],
)
def test_the_configuration_reaches_the_model(changes: dict[str, object], parameters: int) -> None:
    assert build(small(**changes), Words(10, mask=True), Softmax(3)).count_params() == parameters


def test_what_stands_behind_each_layer() -> None:
    """By hand in NumPy, at prediction, behind a layer that adds, one that brings to its width, and a last one that is bare."""
    config = small(
        units=(6, 5, 4), residual=True, norm="layer", activation="relu", bidirectional=False, pooling="last", dense=(7,)
    )
    model = build(config, Words(10, mask=False), Softmax(3))
    spread(model)

    def out(name: str) -> np.ndarray:
        return keras.Model(model.input, model.get_layer(name).output).predict_on_batch(IDS)

    def behind(number: int) -> np.ndarray:
        gain, bias = model.get_layer(f"norm_{number}").get_weights()
        given = out(f"recurrent_{number}")
        given = (given - given.mean(-1, keepdims=True)) / np.sqrt(given.var(-1, keepdims=True) + 1e-3)
        return np.maximum(given * gain + bias, 0)

    def dense(name: str, x: np.ndarray) -> np.ndarray:
        kernel, bias = model.get_layer(name).get_weights()
        return x @ kernel + bias

    first = out("embedding") + behind(1)
    read = dense("projection_2", first)
    np.testing.assert_allclose(out("sum_1"), first, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(out("sum_2"), read + behind(2), rtol=1e-4, atol=1e-5)
    assert model.get_layer("recurrent_2").input is model.get_layer("projection_2").output
    assert model.get_layer("recurrent_3").input is model.get_layer("sum_2").output
    hidden = np.maximum(dense("dense_1", out("recurrent_3")), 0)
    np.testing.assert_allclose(out("dense_1"), hidden, rtol=1e-4, atol=1e-5)
    answer = np.exp(dense("head", hidden))
    np.testing.assert_allclose(model.predict_on_batch(IDS), answer / answer.sum(1, keepdims=True), rtol=1e-4)
    names = {layer.name for layer in model.layers}
    assert names >= {"norm_2", "activation_2"}
    assert not names & {"projection_1", "projection_3", "norm_3", "activation_3", "sum_3"}


def test_pooled_layers_add_all() -> None:
    model = build(small(units=(4,), residual=True, pooling="mean"), Words(10, mask=True), Softmax(3))
    assert [layer.name for layer in model.layers if layer.name.endswith("_1")] == ["projection_1", "both_1", "sum_1"]
    assert model.get_layer("projection_1").units == 8, "both directions"


def test_a_batch_is_normalised_over_its_real_steps() -> None:
    """While training a batch's answers and running figures are the same, however much padding stands in it."""
    config = small(units=(5, 4), norm="batch", hidden_dropout=0, dropout=0, embedding_dropout=0)
    found = []
    for ids in (IDS[:5], np.pad(IDS[:5], ((0, 0), (0, 3)))):
        model = build(config, Words(10, mask=True), Softmax(3))
        spread(model)
        found.append([np.asarray(model(ids, training=True)), *map(np.asarray, model.get_layer("norm_1").get_weights())])
    for short, long in zip(*found, strict=True):
        np.testing.assert_allclose(short, long, rtol=1e-4, atol=1e-5)


def test_dropouts_stand_where_the_configuration_says() -> None:
    model = build(small(embedding_dropout=0.25, hidden_dropout=0.3, dropout=0.5), Words(10, mask=True), Softmax(3))
    rates = {layer.name: layer.rate for layer in model.layers if hasattr(layer, "rate")}
    assert rates == {"embedding_dropout": 0.25, "dropout_1": 0.3, "head_dropout": 0.5}
    bare = build(small(embedding_dropout=0, hidden_dropout=0, dropout=0), Words(10, mask=True), Softmax(3))
    assert not [layer.name for layer in bare.layers if "dropout" in layer.name]


def test_dropout_works_while_training_only() -> None:
    model = build(small(dropout=0.5), Words(10, mask=True), Softmax(3))
    np.testing.assert_array_equal(model(IDS), model(IDS))
    assert not np.allclose(model(IDS, training=True), model(IDS, training=True))
