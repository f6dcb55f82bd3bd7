"""A word by its characters, against a loop over the word's own."""

import keras
import numpy as np

from bptt.data.spelled import LETTERS
from bptt.models import ModelConfig, Softmax, SpelledWords, build, size
from bptt.models.spelled import REACH, Spelling

WORDS = [[5], [3, 4, 9, 2], list(range(2, 2 + LETTERS)), []]


def test_each_filter_looks_at_the_word_s_own_characters_alone() -> None:
    keras.utils.set_random_seed(0)
    layer = Spelling(40, 6, 5)
    ids = np.zeros((1, len(WORDS), LETTERS), np.int32)
    for row, word in zip(ids[0], WORDS, strict=True):
        row[: len(word)] = word
    layer.build(ids.shape)
    draw = np.random.default_rng(1)
    layer.set_weights([draw.normal(size=weight.shape).astype(np.float32) + 0.3 for weight in layer.get_weights()])
    table, kernel, bias = layer.get_weights()
    for found, word in zip(np.asarray(layer(ids))[0], WORDS, strict=True):
        none = np.zeros((REACH // 2, table.shape[1]), np.float32)
        letters = np.concatenate([none, table[word], none])
        windows = [letters[at : at + REACH].ravel() for at in range(len(word))]
        answers = [np.maximum(window @ kernel + bias, 0) for window in windows] or [np.zeros(5)]
        np.testing.assert_allclose(found, np.max(answers, axis=0), rtol=1e-5, atol=1e-5)


def test_parameters_are_those_that_keras_counts() -> None:
    config, inputs, head = ModelConfig(embedding_width=7, units=(3,)), SpelledWords(30, 20, mask=True), Softmax(2)
    assert size.parameters(config, inputs, head) == build(config, inputs, head).count_params()
