import jax
import keras
import numpy as np
import pytest

from bptt.models.pooling import MaxPooling, MeanPooling

SEQUENCES = np.array([[[1, -5], [3, -1], [8, 9]], [[-2, 4], [7, 7], [-4, 2]], [[1, 1], [2, 2], [3, 3]]], np.float32)
MASK = np.array([[True, True, False], [True, False, True], [False, False, False]])


@pytest.mark.parametrize(
    ("layer", "masked", "whole"),
    [
        (MeanPooling, [[2, -3], [-3, 3], [0, 0]], [[4, 1], [1 / 3, 13 / 3], [2, 2]]),
        (MaxPooling, [[3, -1], [-2, 4], [0, 0]], [[8, 9], [7, 7], [3, 3]]),
    ],
)
def test_hand_worked_values(layer: type, masked: list[list[float]], whole: list[list[float]]) -> None:
    np.testing.assert_allclose(layer()(SEQUENCES, mask=MASK), masked, rtol=1e-6)
    np.testing.assert_allclose(layer()(SEQUENCES), whole, rtol=1e-6)


@pytest.mark.parametrize("layer", [MeanPooling, MaxPooling])
def test_what_stands_in_padding_reaches_neither_value_nor_gradient(layer: type) -> None:
    dirty = np.where(MASK[:, :, None], SEQUENCES, np.nan)
    np.testing.assert_array_equal(layer()(dirty, mask=MASK), layer()(SEQUENCES, mask=MASK))
    gradient = jax.grad(lambda x: (layer()(x, mask=MASK) ** 2).sum())(dirty)
    assert np.isfinite(gradient).all()
    assert not np.asarray(gradient)[~MASK].any()
    assert np.asarray(gradient)[0, 1].any()


@pytest.mark.parametrize("layer", [MeanPooling, MaxPooling])
def test_a_saved_layer_comes_back(layer: type) -> None:
    config = keras.saving.serialize_keras_object(layer(name="pool"))
    assert config["registered_name"] == f"bptt>{layer.__name__}"
    assert type(keras.saving.deserialize_keras_object(config)) is layer
    assert layer().compute_output_shape((None, 7, 5)) == (None, 5)
