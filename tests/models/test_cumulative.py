"""Probabilities of classes in order, against the model's own equation in double precision."""

import keras
import numpy as np
import pytest

from bptt.models import ModelConfig, Ranks, Words, build, size
from bptt.models.cumulative import Cumulative


def by_hand(scores, steps):
    """McCullagh's model, written down again: differences of cumulative probabilities in float64."""
    theta = steps[0] + np.concatenate([[0.0], np.cumsum(np.log1p(np.exp(steps[1:].astype(np.float64))))])
    upto = 1 / (1 + np.exp(-(theta - scores)))
    return np.diff(np.concatenate([np.zeros_like(scores), upto, np.ones_like(scores)], axis=1), axis=1)


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_by_hand(classes):
    layer, draw = Cumulative(classes), np.random.default_rng(classes)
    layer.build((None, 1))
    layer.steps.assign(draw.normal(size=classes - 1).astype(np.float32))
    scores = draw.normal(size=(9, 1)).astype(np.float32) * 3
    found = np.array(layer(scores))
    np.testing.assert_allclose(found, by_hand(scores, np.array(layer.steps)), rtol=2e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)


def test_at_the_start_all_classes_are_equally_probable_and_a_higher_score_means_a_higher_class():
    layer = Cumulative(5)
    np.testing.assert_allclose(np.array(layer(np.zeros((1, 1), np.float32))), 0.2, rtol=1e-5)
    ranks = np.array(layer(np.array([[-9.0], [-0.8], [0.0], [0.8], [9.0]], np.float32))) @ np.arange(5)
    assert (np.diff(ranks) > 0.3).all()


def test_far_from_all_thresholds_no_probability_is_lost():
    layer = Cumulative(4)
    found = np.array(layer(np.array([[-25.0]], np.float32)), np.float64)[0]
    theta = np.log(np.arange(1, 4) / np.arange(3, 0, -1))
    tail = np.exp(-(theta + 25))  # 1 - P(class <= k), to the first order
    np.testing.assert_allclose(found[1:], tail - np.append(tail[1:], 0), rtol=1e-4)


def test_keras_reads_the_layer_back_and_counts_its_parameters():
    assert Cumulative.from_config(Cumulative(7).get_config()).classes == 7
    config, inputs = ModelConfig(units=(3,), embedding_width=7), Words(11, mask=True)
    assert size.parameters(config, inputs, Ranks(4)) == build(config, inputs, Ranks(4)).count_params()
    assert keras.saving.get_registered_object("bptt>Cumulative") is Cumulative
