"""Layers that learn later and slower than those above them."""

import keras
import numpy as np
import pytest

from bptt.models import ModelConfig, Softmax, Words, build
from bptt.training.config import TrainingConfig
from bptt.training.fit import compile_model, rules
from bptt.training.layerwise import Unfreeze, depths


def model():
    keras.utils.set_random_seed(0)
    config = ModelConfig(units=(6, 5), embedding_width=4, dense=(3,), norm="layer", residual=True)
    return build(config, Words(12, mask=True), Softmax(2))


def moved(config, epochs):
    """How far the weights of each layer went in each epoch, the largest step."""
    one = model()
    compile_model(one, Softmax(2), config)
    ids = np.random.default_rng(0).integers(1, 12, (16, 7)).astype(np.int32)
    steps = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.before = {weight.path: np.array(weight.value) for weight in one.trainable_weights}

        def on_epoch_end(self, epoch, logs=None):
            far = {
                weight.path: np.abs(np.array(weight.value) - self.before[weight.path]).max() for weight in one.trainable_weights
            }
            steps.append(far)

    first = [rule for rule in rules(config) if isinstance(rule, Unfreeze)]
    one.fit(ids, np.arange(16) % 2, epochs=epochs, batch_size=16, verbose=0, callbacks=[*first, Watch()])
    return steps


def of(found, *names):
    return [far for path, far in found.items() if path.startswith(names)]


def test_depth_counts_from_the_head_down():
    paths = ["embedding/e", "both_1/k", "norm_1/g", "projection_2/k", "recurrent_2/k", "dense_1/k", "head/k"]
    assert depths(paths) == [3, 2, 2, 1, 1, 0, 0]
    assert depths(["head/k"]) == [0]
    words = ["embedding/e", "spelling/characters/e", "spelling/filters/kernel", "shapes/e"]
    assert depths([*words, "both_1/k", "chain/end", "head/k"]) == [2, 2, 2, 2, 1, 0, 0], "of a word read by its spelling"


def test_one_more_layer_learns_each_epoch_from_the_head_down():
    config = TrainingConfig(pretrained="x", learning_rate=0.01, unfreeze_epochs=1, layer_rate_decay=2.0)
    first, second, third, fourth = moved(config, 4)
    below = [("both_2", "norm_2", "projection_2"), ("both_1", "norm_1", "projection_1"), ("embedding",)]
    for number, found in enumerate((first, second, third, fourth)):
        assert min(of(found, "head", "dense")) > 1e-4
        for level, names in enumerate(below, start=1):
            assert all((far > 1e-5) == (level <= number) for far in of(found, *names)), (number, names)


@pytest.mark.slow
def test_a_layer_waits_as_many_epochs_as_are_asked_for():
    config = TrainingConfig(pretrained="x", learning_rate=0.01, unfreeze_epochs=2, layer_rate_decay=2.0)
    found = [max(of(steps, "both_2")) > 1e-5 for steps in moved(config, 4)]
    assert found == [False, False, True, True]


def test_each_layer_learns_slower_than_the_one_above():
    config = TrainingConfig(pretrained="x", learning_rate=0.01, unfreeze_epochs=0, layer_rate_decay=4.0)
    (found,) = moved(config, 1)
    for names, rate in ((("head",), 1), (("both_2",), 1 / 4), (("both_1",), 1 / 16), (("embedding",), 1 / 64)):
        np.testing.assert_allclose(max(of(found, *names)), 0.01 * rate, rtol=0.02)  # Adam's first step is the rate itself


def test_without_a_start_nothing_is_frozen_and_no_rule_is_added():
    config = TrainingConfig(learning_rate=0.01)
    assert all(type(rule).__module__.startswith("keras") for rule in rules(config))
    one = model()
    compile_model(one, Softmax(2), config)
    assert type(one.optimizer) is keras.optimizers.Adam


@pytest.mark.parametrize("name", ["adamw", "rmsprop", "sgd"])
def test_every_optimizer_keeps_its_own_step(name):
    config = TrainingConfig(pretrained="x", optimizer=name, learning_rate=0.01, unfreeze_epochs=1)
    (found,) = moved(config, 1)
    assert min(of(found, "head")) > 0
    assert max(of(found, "both", "embedding")) == 0


@pytest.mark.slow
def test_weight_decay_is_that_of_keras_where_all_rates_are_one():
    config = TrainingConfig(pretrained="x", optimizer="adamw", learning_rate=0.01, unfreeze_epochs=0, layer_rate_decay=1.0)
    (mine,), (theirs,) = moved(config, 1), moved(TrainingConfig(optimizer="adamw", learning_rate=0.01), 1)
    assert mine.keys() == theirs.keys()
    for path, far in theirs.items():
        np.testing.assert_allclose(mine[path], far, rtol=1e-4, err_msg=path)
