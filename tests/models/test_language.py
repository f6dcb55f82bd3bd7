"""A language model: what it may see, what it learns, what it answers."""

import keras
import numpy as np
import pytest

from bptt import models
from bptt.batches import Batch
from bptt.errors import ConfigError
from bptt.models import Language, ModelConfig, Words
from bptt.tasks import named

V = 40
CONFIG = ModelConfig(
    cell="gru", embedding_width=16, units=(24,), samples=20, embedding_dropout=0.0, dropout=0.0, hidden_dropout=0.0
)


def build(config=CONFIG):
    keras.utils.set_random_seed(0)
    head = Language(V, config)
    model = models.build(config, Words(V, mask=True), head)
    assert model.count_params() - model.get_layer("head").share.shape[0] == (
        Words(V, mask=True).parameters(config)
        + models.stack.parameters(config, 16, every=True)
        + head.parameters(24 * (1 + config.bidirectional))
        - V
    )
    return model, head


def batch(ids):
    return Batch(np.asarray(ids, np.int32), np.asarray(ids, np.int32), np.arange(len(ids)))


def test_no_direction_sees_what_it_is_to_tell():
    model, head = build()
    random = np.random.default_rng(1)
    ids = random.integers(2, V, (1, 12))
    worth = head.answers(model, batch(ids))
    for place in range(12):
        other = ids.copy()
        other[0, place] = 2 + (ids[0, place] - 1) % (V - 2)
        moved = np.abs(head.answers(model, batch(other)) - worth)[0]
        assert (moved[:place, 0] == 0).all(), "forward, words before the changed one are told without it"
        assert (moved[place + 1 :, 1] == 0).all(), "backward, those behind it"
        assert (moved[place + 1 :, 0] > 0).all()
        assert (moved[:place, 1] > 0).all()


def test_a_row_is_told_the_same_alone_and_beside_longer_ones():
    model, head = build()
    random = np.random.default_rng(2)
    row = random.integers(2, V, 5)
    wide = random.integers(2, V, (3, 11))
    wide[1] = 0
    wide[1, :5] = row
    np.testing.assert_allclose(head.answers(model, batch(wide))[1, :5], head.answers(model, batch(row[None]))[0], atol=1e-5)


@pytest.mark.slow
def test_thirty_two_sentences_are_learned_by_heart():
    model, head = build()
    ids = np.random.default_rng(3).integers(2, V, (32, 8)).astype(np.int32)
    model.get_layer("head").learn_shares(ids.ravel())
    before = head.answers(model, batch(ids))[:, 1:, 0].mean()
    model.compile(keras.optimizers.Adam(0.02))
    history = model.fit(ids, ids, batch_size=32, epochs=150, verbose=0, validation_data=(ids, ids)).history
    after = head.answers(model, batch(ids))
    assert before > 3.4, "nats: 38 words, all as probable"
    assert after[:, 2:, 0].mean() < 0.3, "forward: once the first word is read, the rest is known"
    assert after[:, :-2, 1].mean() < 0.3, "backward"
    exact = np.concatenate([after[:, 1:, 0].ravel(), after[:, :-1, 1].ravel()]).mean()
    np.testing.assert_allclose(history["val_loss"][-1], exact, rtol=0.05)
    np.testing.assert_allclose(history["val_perplexity"][-1], np.exp(history["val_loss"][-1]), rtol=1e-4)


@pytest.mark.parametrize("key", [{"units": (8, 8)}, {"dense": (4,)}, {"norm": "layer"}])
def test_layers_in_which_the_directions_meet_are_refused(key):
    with pytest.raises(ConfigError, match="sees through the other"):
        named("language").head(("a", "b"), CONFIG.model_copy(update=key))
    forward = CONFIG.model_copy(update={**key, "bidirectional": False})
    assert named("language").head(("a", "b"), forward).vocabulary_size == 2
