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
    model = build(small(pooling=pooling, layer_norm=False), Words(10, mask=True), Softmax(3))
    model.get_layer("head").bias.assign([1.0, 2.0, 3.0])
    expected = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    np.testing.assert_allclose(model.predict_on_batch(IDS)[EMPTY], expected, rtol=1e-5)


def test_without_a_mask_padding_is_read() -> None:
    model = build(small(), Words(10, mask=False), Softmax(3))
    spread(model)
    found = model.predict_on_batch(IDS)
    assert np.abs(np.diff(found[SAME], axis=0)).max(axis=1).min() > 1e-4


def test_weights_have_the_same_paths_in_every_build() -> None:
    first, second = (get_weights(build(small(layer_norm=True), Words(10, mask=True), Softmax(3))) for _ in range(2))
    assert list(first) == list(second)
    assert len(first) == 19


@pytest.mark.parametrize(
    ("changes", "parameters"),
    [
        ({}, 1 * 10 * 6 + 2 * (6 * 5 + 5 * 5 + 5) + 2 * (10 * 4 + 4 * 4 + 4) + (16 * 3 + 3)),
        ({"bidirectional": False}, 10 * 6 + (6 * 5 + 5 * 5 + 5) + (5 * 4 + 4 * 4 + 4) + (8 * 3 + 3)),
        ({"bidirectional": False, "pooling": "max", "units": (5,)}, 10 * 6 + (6 * 5 + 5 * 5 + 5) + (5 * 3 + 3)),
        ({"bidirectional": False, "pooling": "last", "units": (5,), "cell": "lstm"}, 60 + 4 * (6 * 5 + 5 * 5 + 5) + 18),
        ({"bidirectional": False, "pooling": "last", "units": (5,), "layer_norm": True}, 60 + 60 + 2 * 5 + 18),
        ({"embedding_width": 2, "units": (5,), "bidirectional": False, "pooling": "mean"}, 20 + 2 * 5 + 25 + 5 + 18),
    ],
)
def test_the_configuration_reaches_the_model(changes: dict[str, object], parameters: int) -> None:
    assert build(small(**changes), Words(10, mask=True), Softmax(3)).count_params() == parameters


def test_dropouts_stand_where_the_configuration_says() -> None:
    model = build(small(embedding_dropout=0.25, dropout=0.5), Words(10, mask=True), Softmax(3))
    rates = {layer.name: layer.rate for layer in model.layers if hasattr(layer, "rate")}
    assert rates == {"embedding_dropout": 0.25, "dropout_1": 0.5, "head_dropout": 0.5}
    bare = build(small(embedding_dropout=0, dropout=0), Words(10, mask=True), Softmax(3))
    assert not [layer.name for layer in bare.layers if "dropout" in layer.name]


def test_dropout_works_while_training_only() -> None:
    model = build(small(dropout=0.5), Words(10, mask=True), Softmax(3))
    np.testing.assert_array_equal(model(IDS), model(IDS))
    assert not np.allclose(model(IDS, training=True), model(IDS, training=True))
