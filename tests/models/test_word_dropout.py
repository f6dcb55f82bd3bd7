"""Words made unknown while training, and only then."""

import numpy as np

from bptt.models import ModelConfig, Softmax, Words, build
from bptt.models.word_dropout import WordDropout
from bptt.shapes import PADDING, UNKNOWN

IDS = np.where(np.arange(200) < 150, np.random.default_rng(0).integers(2, 50, (64, 200)), PADDING).astype(np.int32)


def test_so_many_words_as_said_and_no_padding() -> None:
    layer = WordDropout(0.3, seed=1)
    dropped = np.asarray(layer(IDS, training=True))
    changed = dropped != IDS
    assert (dropped[changed] == UNKNOWN).all()
    assert (dropped[:, 150:] == PADDING).all()
    assert abs(changed[:, :150].mean() - 0.3) < 0.02
    again = np.asarray(layer(IDS, training=True))
    assert not np.array_equal(again, dropped), "drawn anew"
    np.testing.assert_array_equal(layer(IDS), IDS)


def test_the_configuration_puts_it_in_front_of_the_embedding() -> None:
    with_it, without = (build(ModelConfig(word_dropout=rate), Words(60, True), Softmax(2)) for rate in (0.5, 0.0))
    names = [layer.name for layer in with_it.layers]
    assert names.index("word_dropout") < names.index("embedding")
    assert "word_dropout" not in [layer.name for layer in without.layers]
    restored = WordDropout.from_config(WordDropout(0.25, seed=3).get_config())
    assert (restored.rate, restored.seed) == (0.25, 3)
