"""Answers come in the order of the texts, whoever shares the batch, from a real model."""

import numpy as np
import pytest

from bptt import models
from bptt.data import TextConfig, Vocabulary
from bptt.errors import ModelFileError
from bptt.evaluation import Predictor

TEXTS = ["good " * length for length in (30, 1, 7, 2, 25, 3, 11)] + ["bad " * 9, "", "unheard of", "good bad good"]
PLAIN = (str, lambda row, answer, names: answer)  # asked and answered as it is
TEXT = TextConfig(max_length=20, bucket_edges=(4, 8), min_count=1)


@pytest.fixture(scope="module")
def predictor():
    vocabulary = Vocabulary.fit(["good bad plot film"], TEXT)
    config = models.ModelConfig(embedding_width=5, units=(6,), embedding_dropout=0, dropout=0, pooling="mean+max")
    model = models.build(config, models.Words(len(vocabulary), mask=True), models.Softmax(3))
    draw = np.random.default_rng(0)
    model.set_weights([draw.normal(size=weight.shape).astype(np.float32) for weight in model.get_weights()])
    return Predictor(model, vocabulary, TEXT, models.Softmax(3), ("a", "b", "c"), *PLAIN, batch_size=3)


def test_each_text_gets_its_own_answer_in_order(predictor):
    together = predictor.answers(TEXTS)
    alone = np.concatenate([predictor.answers([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert (
        len({row.tobytes() for row in together.round(4)}) == len(TEXTS) - 1
    )  # only the first two lengths above 20 are cut alike
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-6)


def test_the_order_of_the_texts_decides_the_order_of_the_answers(predictor):
    np.testing.assert_allclose(predictor.answers(TEXTS[::-1]), predictor.answers(TEXTS)[::-1], atol=1e-6)


def test_no_text_no_answer(predictor):
    assert predictor.answers([]).shape == (0, 3)


def test_an_answer_that_is_not_a_number_is_refused(predictor):
    weights = predictor.model.get_weights()
    predictor.model.set_weights([*weights[:-1], np.full_like(weights[-1], np.inf)])
    try:
        with pytest.raises(ModelFileError, match="not finite numbers"):
            predictor.answers(["good"])
    finally:
        predictor.model.set_weights(weights)
