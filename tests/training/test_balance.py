"""What class weights do, where one class is rare."""

import numpy as np
import pytest

from bptt.data.targets import Classes, Labels, Numbers
from bptt.errors import ConfigError
from bptt.training import TrainingConfig, class_weights
from bptt.training.feed import Feed

BALANCED = TrainingConfig(class_weights="balanced")


def test_by_hand():
    targets = Classes(np.array([0] * 6 + [1] * 3 + [2], np.int32), ("a", "b", "c"))
    weights = class_weights(BALANCED, targets)
    assert weights is not None
    assert weights.tolist() == pytest.approx([10 / 18, 10 / 9, 10 / 3])
    assert weights[targets.values].sum() == pytest.approx(10), "the loss keeps its size"
    assert class_weights(TrainingConfig(), targets) is None


@pytest.mark.parametrize("targets", [Numbers.of([1.0, 2.0]), Labels.of([["a"], []], ("a", "b"))], ids=["numbers", "labels"])
def test_where_there_is_not_one_class_a_row(targets):
    with pytest.raises(ConfigError, match="not one class a row") as error:
        class_weights(BALANCED, targets)
    assert error.value.code == "config.class-weights"


def test_a_feed_says_what_each_row_weighs_in_the_order_of_its_batch(train):
    weights = np.array([0.25, 4.0], np.float32)
    plain, weighed = Feed(train), Feed(train, weights)
    plain.epoch = weighed.epoch = 1
    inputs, targets, rows = weighed[2]
    np.testing.assert_array_equal(inputs, plain[2][0])
    np.testing.assert_array_equal(rows, np.where(targets == 1, 4.0, 0.25))
    assert set(rows.tolist()) == {0.25, 4.0}
    assert len(plain[2]) == 2
