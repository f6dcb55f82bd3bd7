"""The side table that links an array to the ids it was looked up with lives no longer than the array."""

import gc

import keras
import numpy as np
import pytest

from bptt import layers
from bptt.layers import lookups

IDS = np.arange(24, dtype="int32").reshape(4, 6) % 9


def entries() -> int:
    gc.collect()
    return len(lookups._tokens)


def model() -> keras.Model:
    built = keras.Sequential([layers.Embedding(9, 5, mask_zero=True), layers.Bidirectional(layers.SimpleRNN(3)), layers.Dense(1)])
    built.compile("sgd", "mse")
    return built


@pytest.fixture(autouse=True)
def empty() -> None:
    assert entries() == 0


def test_an_array_is_known_while_it_lives() -> None:
    words = layers.Embedding(9, 5)(IDS)
    assert np.array_equal(lookups.recall(words).ids, IDS)
    assert lookups.recall(words * 1) is None
    assert entries() == 1
    del words
    assert entries() == 0


def test_nothing_stays_of_training_and_prediction() -> None:
    trained = model()
    trained.fit(IDS, np.ones((4, 1)), verbose=0)
    trained.predict(IDS, verbose=0)
    assert entries() == 0


def test_many_predictions_do_not_fill_it() -> None:
    trained = model()
    for _ in range(50):
        trained.predict_on_batch(IDS)
        assert len(lookups._tokens) <= 1
        trained(IDS)
        assert len(lookups._tokens) <= 1
    assert entries() == 0


def test_nothing_stays_where_a_call_fails() -> None:
    trained = model()
    with pytest.raises(Exception, match="outside the vocabulary"):
        trained.predict_on_batch(IDS + 5)
    with pytest.raises(Exception, match="outside the vocabulary"):
        trained(IDS + 5)
    assert entries() == 0
