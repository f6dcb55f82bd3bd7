import pytest
from pydantic import ValidationError

from bptt.models import Softmax
from bptt.training import TrainingConfig
from bptt.training.fit import compile_model, rules


def test_one_clip_at_most_and_both_are_named() -> None:
    with pytest.raises(ValidationError, match="clipnorm, global_clipnorm are set together"):
        TrainingConfig(clipnorm=1, global_clipnorm=2)


@pytest.mark.parametrize("name", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_the_clip_reaches_the_optimizer(name, model) -> None:
    compile_model(model, Softmax(2), TrainingConfig.model_validate({"clipnorm": 0, name: 0.25}))
    found = {clip: getattr(model.optimizer, clip) for clip in ("clipnorm", "clipvalue", "global_clipnorm")}
    assert found == {"clipnorm": None, "clipvalue": None, "global_clipnorm": None, name: 0.25}


@pytest.mark.parametrize(("name", "kind"), [("adam", "Adam"), ("adamw", "AdamW"), ("rmsprop", "RMSprop"), ("sgd", "SGD")])
def test_the_optimizer_and_its_rate(name, kind, model) -> None:
    compile_model(model, Softmax(2), TrainingConfig(optimizer=name, learning_rate=0.02))
    assert type(model.optimizer).__name__ == kind
    assert float(model.optimizer.learning_rate.value) == pytest.approx(0.02)


def test_rules_watch_what_is_asked() -> None:
    config = TrainingConfig(
        monitor="val_accuracy", early_stopping=5, reduce_lr_patience=3, reduce_lr_factor=0.2, min_learning_rate=1e-4
    )
    stopping, reducing = rules(config)
    assert (stopping.monitor, stopping.mode, stopping.patience) == ("val_accuracy", "max", 5)
    assert (reducing.monitor, reducing.mode, reducing.patience) == ("val_accuracy", "max", 3)
    assert (reducing.factor, reducing.min_lr) == (0.2, 1e-4)
    assert rules(TrainingConfig(early_stopping=0, reduce_lr_patience=0)) == []
