"""The mean of the newest epochs' weights is what is validated and kept; training goes on as without it."""

import sys
from collections.abc import Callable

import keras
import numpy as np
import pytest

from bptt.bundle import Bundle
from bptt.models import ModelConfig, Softmax, Words, build, get_weights
from bptt.training import Silence, TrainingConfig, fit
from bptt.training.feed import Feed
from tests.training.doubles import BUNDLE

EPOCHS = 4


class Weights(keras.callbacks.Callback):
    """Those at the end of each epoch's last batch."""

    def __init__(self) -> None:
        super().__init__()
        self.after: list[dict] = []

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if batch == 9:
            self.model.jax_state_sync()
            self.after.append(get_weights(self.model))


@pytest.fixture
def trained(train, validation, contrary, new_run: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """mean_epochs, whether validation is contrary -> the model, each epoch's own weights, the events, the file."""

    def run(mean: int, against: bool = False) -> tuple:
        keras.utils.set_random_seed(0)
        config = ModelConfig(embedding_width=4, units=(6,), bidirectional=False, dropout=0.1)
        model, seen, folder = build(config, Words(12, mask=True), Softmax(2)), Weights(), new_run()
        monkeypatch.setattr(sys.modules[fit.__module__], "rules", lambda config: [seen])
        settings = TrainingConfig(epochs=EPOCHS, batch_size=32, learning_rate=0.02, mean_epochs=mean)
        fit(model, Softmax(2), train, contrary if against else validation, settings, folder, Silence(), BUNDLE)
        events = [event for event in folder.metrics() if event["event"] == "epoch"]
        return model, seen.after, events, Bundle.load(folder.path / "model.safetensors")

    return run


def test_training_goes_on_as_without_the_mean(trained: Callable) -> None:
    (_, alone, plain, _), (_, beside, mean, _) = trained(1), trained(3)
    assert len(alone) == EPOCHS
    for one, other in zip(alone, beside, strict=True):
        for name, value in one.items():
            np.testing.assert_array_equal(value, other[name])
    assert [event["loss"] for event in plain] == [event["loss"] for event in mean]
    assert plain[0]["val_loss"] == mean[0]["val_loss"] and plain[2]["val_loss"] != mean[2]["val_loss"]


@pytest.mark.parametrize("against", [False, True])
def test_the_mean_is_what_is_validated_and_kept(trained: Callable, validation, contrary, against: bool) -> None:
    model, after, events, kept = trained(3, against)
    losses = [event["val_loss"] for event in events]
    best = 1 + losses.index(min(losses))
    assert (kept.epoch, best) == (best, 1 if against else EPOCHS)
    for name, value in get_weights(model).items():
        np.testing.assert_array_equal(value, kept.weights[name])
        np.testing.assert_allclose(value, np.mean([one[name] for one in after[max(0, best - 3) : best]], axis=0), rtol=1e-5)
    found = model.evaluate(Feed(contrary if against else validation), verbose=0)[0]
    assert found == pytest.approx(losses[best - 1], rel=1e-5)
