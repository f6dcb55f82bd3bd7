"""What a model to start from hands on, and what not."""

import numpy as np
import pytest

from bptt.bundle import Bundle
from bptt.config import Config
from bptt.data import fit_encode
from bptt.data.config import TextConfig
from bptt.errors import ConfigError
from bptt.evaluation.language import answer
from bptt.models import Language, ModelConfig, Softmax, Words, build, get_weights, inputs_of
from bptt.models.language import Perplexity
from bptt.models.tag_heads import StepSoftmax
from bptt.transfer import Start

SMALL = ModelConfig(units=(4,), embedding_width=3, samples=2)
ROWS = [("Tea", "is", "good"), ("Soup", "is", "good")]


def of(weights, **sections):
    values = Config.parse(sections).model_dump(mode="json")
    return Start(Bundle(values, (), "", weights, 1))


def test_all_that_reads_a_word_is_handed_on_to_other_tags():
    encoder, _encoded = fit_encode(ROWS, TextConfig(min_count=1))
    first, other = (build(SMALL, inputs_of(encoder, True), StepSoftmax(tags)) for tags in (("O", "B-X"), ("O", "B-X", "B-Y")))
    of(get_weights(first), data={"task": "tag"}).give(other, "tag", ("O", "B-X", "B-Y"))
    theirs, mine = get_weights(first), get_weights(other)
    below = [path for path in theirs if not path.startswith(("head/", "chain/"))]
    assert any(path.startswith("spelling/") for path in below) and any(path.startswith("shapes/") for path in below)
    for path in below:
        np.testing.assert_array_equal(mine[path], theirs[path], err_msg=path)


def test_the_shares_of_the_words_are_those_of_the_new_texts():
    first, other = (build(SMALL, Words(5, True), Language(5, SMALL)) for _ in range(2))
    other.get_layer("head").learn_shares(np.array([2, 2, 2, 3], np.int32))
    expected = np.array(other.get_layer("head").share)
    of(get_weights(first), data={"task": "language"}).give(other, "language", ())
    np.testing.assert_array_equal(other.get_layer("head").share, expected)
    np.testing.assert_array_equal(other.get_layer("head").bias, first.get_layer("head").bias)


@pytest.mark.parametrize(
    ("task", "classes", "same"), [("classify", ("a", "b"), True), ("classify", ("b", "a"), False), ("ordinal", ("a", "b"), False)]
)
def test_a_head_is_handed_on_to_the_same_answers_alone(task, classes, same):
    first, other = (build(SMALL, Words(5, True), Softmax(2)) for _ in range(2))
    values = Config.parse({"data": {"task": "classify"}}).model_dump(mode="json")
    Start(Bundle(values, ("a", "b"), "", get_weights(first), 1)).give(other, task, classes)
    theirs, mine = get_weights(first), get_weights(other)
    np.testing.assert_array_equal(mine["embedding/embeddings"], theirs["embedding/embeddings"])
    assert np.array_equal(mine["head/kernel"], theirs["head/kernel"]) == same


def test_a_layer_with_nothing_behind_it_starts_none_that_has():
    bare = {"units": [4, 4], "residual": True, "pooling": "last", "norm": "layer"}
    start = of({}, data={"task": "classify"}, model=bare)
    with pytest.raises(ConfigError, match="pooling: mean came"):
        start.adopted(Config.parse({"model": {"pooling": "mean"}}))
    assert start.adopted(Config.parse({"model": {"pooling": "last"}})).model.residual


def test_a_perplexity_beyond_all_numbers_stays_a_number():
    metric = Perplexity()
    metric.update_state(1e6, 2.0)
    assert np.isfinite(float(metric.result()))
    assert np.isfinite(answer(np.full((3, 2), 1e5, np.float32)).perplexity)
