import json
from collections.abc import Callable

import keras
import numpy as np
import pytest

from bptt.bundle import Bundle
from bptt.models import Softmax, get_weights
from bptt.training import Silence, Status, TrainingConfig, fit
from bptt.training.feed import Feed
from tests.training.doubles import BUNDLE

CONFIG = TrainingConfig(epochs=4, batch_size=32, learning_rate=0.02, early_stopping=0)


class Heard(Silence):
    def __init__(self) -> None:
        self.begun: list[str] = []
        self.sentences: list[str] = []
        self.states: list[Status] = []

    def begin(self, sentence: str, **facts: int) -> None:
        self.begun.append(f"{sentence} {facts}")

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def update(self, status: Status) -> None:
        self.states.append(status)


def test_a_run_learns_and_tells(model, train, validation, new_run: Callable) -> None:
    run, heard = new_run(), Heard()
    fit(model, Softmax(2), train, validation, CONFIG, run, heard, BUNDLE)
    start, *epochs, end = run.metrics()
    assert start == {"event": "start", "parameters": model.count_params(), "batches": 10, "epochs": 4}
    assert [event["epoch"] for event in epochs] == [1, 2, 3, 4]
    assert epochs[-1]["loss"] < epochs[0]["loss"] / 2
    assert max(event["val_accuracy"] for event in epochs) >= 0.95  # half of the rows are of each class
    losses = [event["val_loss"] for event in epochs]
    assert end["best_epoch"] == 1 + losses.index(min(losses))
    for event in epochs:
        assert event["learning_rate"] == 0.02
        assert 0 <= event["compile_seconds"] < event["seconds"] < end["seconds"]
        assert event["tokens_per_second"] > train.tokens() / event["seconds"]
    assert epochs[0]["compile_seconds"] > 0 == epochs[1]["compile_seconds"]
    check_what_was_shown(heard, epochs)


def check_what_was_shown(heard: Heard, epochs: list[dict]) -> None:
    assert heard.begun == [
        f"compiling bucket {n} of 2 (32 texts of up to 8 words) {{'bucket': {n}, 'buckets': 2, 'rows': 32, 'length': 8}}"
        for n in (1, 2)
    ]
    assert heard.sentences[0].startswith("best epoch")
    shown = [state for state in heard.states if state.epoch_finished]
    assert [state.fraction for state in shown] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert [(state.epoch, state.loss, state.val_value) for state in shown] == [
        (event["epoch"], event["loss"], event["val_accuracy"]) for event in epochs
    ]
    assert {(state.batch, state.batches) for state in shown} == {(10, 10)}
    assert shown[-1].remaining == pytest.approx(0)
    assert shown[1].remaining > 0


def test_the_model_ends_with_the_best_epoch_as_on_disk(model, train, contrary, new_run: Callable) -> None:
    run = new_run()
    fit(model, Softmax(2), train, contrary, CONFIG, run, Silence(), BUNDLE)
    losses = [event["val_loss"] for event in run.metrics() if event["event"] == "epoch"]
    assert losses[-1] > losses[0] == min(losses)
    stored = Bundle.load(run.path / "model.safetensors")
    assert (stored.epoch, stored.classes) == (1, BUNDLE.classes)
    for path, value in get_weights(model).items():
        np.testing.assert_array_equal(value, stored.weights[path])
    assert model.evaluate(Feed(contrary), verbose=0)[0] == pytest.approx(losses[0], rel=1e-5)


def test_training_stops_early_and_the_rate_falls(model, train, validation, new_run: Callable) -> None:
    """With steps so small that no answer changes."""
    run = new_run()
    config = TrainingConfig(
        epochs=9,
        learning_rate=1e-9,
        monitor="val_accuracy",
        early_stopping=3,
        reduce_lr_patience=1,
        reduce_lr_factor=0.1,
        min_learning_rate=0,
    )
    fit(model, Softmax(2), train, validation, config, run, Silence(), BUNDLE)
    events = run.metrics()
    rates = [event["learning_rate"] for event in events if event["event"] == "epoch"]
    assert rates == pytest.approx([1e-9, 1e-9, 1e-10, 1e-11], rel=1e-4)
    assert events[-2] == {"event": "stop", "reason": "early stopping", "epoch": 4}
    assert events[-1]["best_epoch"] == 1


def test_every_epoch_reads_every_row_in_an_order_of_its_own(model, train, validation, new_run: Callable, monkeypatch) -> None:
    seen: list[tuple[int, int]] = []
    whole = type(train).batch
    monkeypatch.setattr(type(train), "batch", lambda self, epoch, index: seen.append((epoch, index)) or whole(self, epoch, index))
    fit(model, Softmax(2), train, validation, CONFIG.model_copy(update={"epochs": 2}), new_run(), Silence(), BUNDLE)
    read = [pair for pair in seen if pair[1] >= len(validation)]  # the validation part has indices 0 and 1 only
    assert read == [(epoch, index) for epoch in (0, 1) for index in range(2, 10)]


def test_metrics_are_plain_json_a_line(model, train, validation, new_run: Callable) -> None:
    run = new_run()
    fit(model, Softmax(2), train, validation, CONFIG.model_copy(update={"epochs": 1}), run, Silence(), BUNDLE)
    lines = (run.path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["start", "epoch", "end"]


@pytest.mark.parametrize("optimizer", ["adamw", "rmsprop", "sgd"])
def test_other_optimizers_learn_too(model: keras.Model, train, validation, new_run: Callable, optimizer: str) -> None:
    run = new_run()
    rate = 0.5 if optimizer == "sgd" else 0.02
    fit(
        model,
        Softmax(2),
        train,
        validation,
        CONFIG.model_copy(update={"optimizer": optimizer, "learning_rate": rate}),
        run,
        Silence(),
        BUNDLE,
    )
    epochs = [event for event in run.metrics() if event["event"] == "epoch"]
    assert epochs[-1]["loss"] < 0.9 * epochs[0]["loss"]
