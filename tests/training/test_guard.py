from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import pytest

from bptt.batches import Batch, Batches
from bptt.bundle import Bundle
from bptt.models import Softmax, get_weights, set_weights
from bptt.models.pooling import MeanPooling
from bptt.training import Silence, TrainingConfig, fit
from bptt.training.feed import Feed
from bptt.training.fit import compile_model
from bptt.training.guard import guarded
from tests.training.doubles import BUNDLE

NAN, INF = float("nan"), float("inf")
V, BAD = 12, 11  # words; where the last of them stands, the model below divides by zero


@dataclass
class Spoiled:
    """Batches of which batch `index` of epoch `epoch`, both from 0, is spoiled."""

    batches: Batches
    epoch: int
    index: int

    def __len__(self) -> int:
        return len(self.batches)

    def shapes(self) -> list[tuple[int, int]]:
        return self.batches.shapes()

    def batch(self, epoch: int, index: int) -> Batch:
        batch = self.batches.batch(epoch, index)
        ids = np.where(batch.inputs == BAD, BAD - 1, batch.inputs)
        if (epoch, index) == (self.epoch, self.index):
            ids[0, 0] = BAD
        return Batch(ids, batch.targets, batch.rows)


@pytest.fixture
def fragile() -> keras.Model:
    """A bag of words, quickly compiled, without chance, whose answer is NaN for a text that holds BAD."""
    keras.utils.set_random_seed(0)
    ids = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(V, 4)(ids) / keras.ops.cast(ids != BAD, "float32")[:, :, None]
    return keras.Model(ids, keras.layers.Dense(2, activation="softmax")(MeanPooling()(x, mask=ids != 0)))


class Heard(Silence):
    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)


@pytest.mark.parametrize(
    ("loss", "weight", "kept"),
    [(0.5, 2.0, 2.0), (NAN, 2.0, 1.0), (INF, 2.0, 1.0), (0.5, NAN, 1.0), (0.5, -INF, 1.0), (NAN, NAN, 1.0)],
)
def test_a_step_that_is_not_finite_keeps_the_weights_from_before(loss: float, weight: float, kept: float) -> None:
    before = ([np.full(3, 1.0), np.ones(2)], [np.array(7)], [np.zeros(3)], [np.array(4.0)])
    after = ([np.array([2.0, 2.0, weight]), np.ones(2)], [np.array(8)], [np.ones(3)], [np.array(5.0)])
    logs, state = guarded(lambda state, data: ({"loss": np.float32(loss), "accuracy": 0.1}, after))(before, None)
    np.testing.assert_array_equal(state[0][0], np.full(3, kept))
    good = kept == 2.0
    assert np.isfinite(logs["loss"]) == np.isfinite(state[3][0]) == good
    assert logs["accuracy"] == 0.1


def fit_spoiled(model: keras.Model, train, validation, run, spoiled: Spoiled) -> Heard:
    heard = Heard()
    parts = [spoiled if spoiled.batches is part else Spoiled(part, -1, -1) for part in (train, validation)]
    fit(model, Softmax(2), *parts, TrainingConfig(epochs=3, batch_size=32, learning_rate=0.01), run, heard, BUNDLE)
    return heard


@pytest.mark.parametrize("index", [0, 4, 9])
def test_a_bad_batch_of_the_first_epoch_is_named_and_undone(fragile, train, validation, new_run: Callable, index: int) -> None:
    start = get_weights(fragile)
    run = new_run()
    heard = fit_spoiled(fragile, train, validation, run, Spoiled(train, 0, index))
    stopped = get_weights(fragile)
    assert run.metrics()[1] == {"event": "stop", "reason": "not finite", "epoch": 1, "batch": index + 1}
    assert f"epoch 1, batch {index + 1}. No epoch was finished" in heard.sentences[-1]
    assert Bundle.load(run.path / "model.safetensors").epoch == 0
    set_weights(fragile, start)
    compile_model(fragile, Softmax(2), TrainingConfig(learning_rate=0.01))
    for good in range(index):
        batch = Spoiled(train, -1, -1).batch(0, good)
        fragile.train_on_batch(batch.inputs, batch.targets)
    for path, expected in get_weights(fragile).items():
        np.testing.assert_array_equal(stopped[path], expected)


def test_a_bad_batch_later_gives_back_the_best_epoch(fragile, train, validation, new_run: Callable) -> None:
    run = new_run()
    heard = fit_spoiled(fragile, train, validation, run, Spoiled(train, 1, 2))
    events = {event["event"]: event for event in run.metrics()}
    assert (events["stop"]["epoch"], events["stop"]["batch"], events["end"]["best_epoch"]) == (2, 3, 1)
    assert "weights of epoch 1, the best so far" in heard.sentences[-2]
    loss, _accuracy = fragile.evaluate(Feed(Spoiled(validation, -1, -1)), verbose=0)
    assert loss == pytest.approx(events["epoch"]["val_loss"], rel=1e-6)


def test_a_bad_validation_loss_is_named(fragile, train, validation, new_run: Callable) -> None:
    run = new_run()
    heard = fit_spoiled(fragile, train, validation, run, Spoiled(validation, 0, 1))
    assert {"event": "stop", "reason": "not finite", "epoch": 1, "batch": 0} in run.metrics()
    assert "the validation loss is not finite after epoch 1" in heard.sentences[-1]


def test_a_diverging_run_ends_with_finite_weights(model, train, validation, new_run: Callable) -> None:
    run = new_run()
    config = TrainingConfig(epochs=2).model_copy(update={"learning_rate": 1e38})
    fit(model, Softmax(2), train, validation, config, run, Silence(), BUNDLE)
    assert any(event["event"] == "stop" and event["epoch"] == 1 for event in run.metrics())
    assert all(np.isfinite(value).all() for value in get_weights(model).values())


def test_the_guard_changes_no_bit_of_a_good_step(fragile, train) -> None:
    start, found = get_weights(fragile), []
    for plain in (False, True):
        set_weights(fragile, start)
        compile_model(fragile, Softmax(2), TrainingConfig())
        if plain:
            del fragile.train_step
        for index in range(3):
            batch = Spoiled(train, -1, -1).batch(0, index)
            fragile.train_on_batch(batch.inputs, batch.targets)
        found.append(get_weights(fragile))
    for path, value in found[0].items():
        np.testing.assert_array_equal(value, found[1][path])
        assert not np.array_equal(value, start[path])
