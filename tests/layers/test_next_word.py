"""The softmax of a language model: against one by hand, and its samples against the whole."""

import jax
import keras
import numpy as np
import pytest

from bptt import layers

V, E, H, D, B, T = 23, 5, 4, 2, 6, 7


@pytest.fixture
def parts():
    """A layer with weights that are not zero, ids padded on both sides, states and embeddings."""
    random = np.random.default_rng(0)
    layer = layers.NextWord(V, E, D, samples=9)
    layer.build((B, T, D * H))
    layer.kernel.assign(random.normal(size=(D, H, E)))
    layer.learn_shares(np.concatenate([np.arange(V), random.integers(2, 6, 60)]))
    layer.bias.assign(random.normal(size=V))
    ids = random.integers(1, V, (B, T)).astype(np.int32)
    ids[0, 4:], ids[1, :3], ids[2, 1:], ids[3] = 0, 0, 0, 0
    return layer, ids, random.normal(size=(B, T, D * H)).astype(np.float32), random.normal(size=(V, E)).astype(np.float32)


def by_hand(layer, ids, features, embeddings):
    """-log p word by word, in float64."""
    kernel, bias = np.asarray(layer.kernel, np.float64), np.asarray(layer.bias, np.float64)
    worth, known = np.zeros((B, T, D)), np.zeros((B, T, D), bool)
    for b in range(B):
        for t in range(T):
            for d, before in ((0, t - 1), (1, t + 1)):
                if not 0 <= before < T or not ids[b, t] or not ids[b, before]:
                    continue
                state = features[b, before, d * H : (d + 1) * H].astype(np.float64)
                scores = embeddings.astype(np.float64) @ (state @ kernel[d]) + bias
                worth[b, t, d] = np.log(np.exp(scores).sum()) - scores[ids[b, t]]
                known[b, t, d] = True
    return worth, known


def test_every_word_is_told_from_its_neighbour_as_by_hand(parts):
    layer, ids, features, embeddings = parts
    worth, known = layer.surprise(ids, layer(features), embeddings, sampled=False)
    expected, there = by_hand(*parts)
    np.testing.assert_array_equal(np.asarray(known), there)
    assert there.sum() == sum(2 * max(int((row != 0).sum()) - 1, 0) for row in ids)
    np.testing.assert_allclose(np.asarray(worth), expected, atol=2e-5)


def test_blocks_do_not_change_what_a_word_is_worth(parts, monkeypatch):
    layer, ids, features, embeddings = parts
    monkeypatch.setattr("bptt.layers.next_word.BLOCK", 5)  # 36 places: the last block is not full
    worth, _known = layer.surprise(ids, layer(features), embeddings, sampled=False)
    np.testing.assert_allclose(np.asarray(worth), by_hand(*parts)[0], atol=2e-5)


def test_samples_stand_for_all_other_words_without_bias(parts):
    """exp(worth) * p(word's own score) is the sum over the vocabulary: its mean over many draws is that sum."""
    layer, ids, features, embeddings = parts
    exact, known = by_hand(*parts)
    states, draws = layer(features), 3000

    @jax.jit
    def drawn(seed):
        with keras.StatelessScope([(layer.random.state, seed)]):
            return layer.surprise(ids, states, embeddings, sampled=True)[0]

    found = np.stack([np.exp(np.asarray(drawn(np.array([0, number], np.uint32)))) for number in range(draws)])
    error = found.std(axis=0) / np.sqrt(draws)
    off = np.abs(found.mean(axis=0) - np.exp(exact))[known] / error[known]
    assert off.max() < 5, "standard errors; a sample that counts wrongly, or counts the right word twice, is off by tens"
    assert (found.std(axis=0)[known] > 0).all(), "each draw is another"


def test_gradients_reach_the_samples_as_they_reach_all_words(parts):
    layer, ids, features, embeddings = parts

    def loss(matrix, sampled):
        with keras.StatelessScope():
            return layer.surprise(ids, states, matrix, sampled)[0].sum()

    states = layer(features)
    exact = np.asarray(jax.grad(lambda matrix: loss(matrix, sampled=False))(embeddings))
    step, direction = 1e-2, np.random.default_rng(3).normal(size=embeddings.shape).astype(np.float32)
    ends = [float(loss(embeddings + sign * step * direction, sampled=False)) for sign in (1, -1)]
    np.testing.assert_allclose((exact * direction).sum(), (ends[0] - ends[1]) / (2 * step), rtol=2e-3)


def test_a_share_is_that_of_the_text_and_none_is_zero(parts):
    layer = parts[0]
    layer.learn_shares(np.array([1, 1, 1, 2], np.int32))
    share = np.asarray(layer.share)
    np.testing.assert_allclose(share.sum(), 1, rtol=1e-6)
    np.testing.assert_allclose(share[1] / share[2], 3, rtol=1e-5)
    np.testing.assert_allclose(share[5] / share[2], 0.5, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(layer.bias), np.log(share), rtol=1e-5)


def test_config_makes_an_equal_layer(parts):
    layer = parts[0]
    again = layers.NextWord.from_config(layer.get_config())
    assert (again.vocabulary_size, again.width, again.directions, again.samples) == (V, E, D, 9)
