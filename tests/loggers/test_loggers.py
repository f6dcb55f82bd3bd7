"""What each logger writes is what training said; a package that is missing is named with the line that brings it."""

import importlib.util
import struct
import sys
import time

import keras
import numpy as np
import pytest

from bptt import loggers
from bptt.errors import ConfigError

SETTINGS = {"training.epochs": 3, "model.cell": "lstm", "data.text": None, "model.units": [8, 4]}
LIMIT = 1 << 20


def fitted(logger):
    """A model after three epochs with the logger; its history."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.25), loss="mse", metrics=["mae"])
    x = np.random.default_rng(0).normal(size=(32, 2))
    halved = keras.callbacks.LearningRateScheduler(lambda epoch: 0.25 / 2**epoch)
    return model.fit(x, x[:, :1], validation_data=(x, x[:, :1]), epochs=3, verbose=0, callbacks=[halved, logger]).history


def scalars(folder):
    """{name: {step: value}} of the only event file, read by TensorFlow's format of records: length, sum, content, sum."""
    from tensorboardX.proto.event_pb2 import Event

    [file] = folder.glob("events.*")
    content, found = file.read_bytes(), {}
    while content:
        [length] = struct.unpack("<Q", content[:8])
        assert length < LIMIT
        event = Event.FromString(content[12 : 12 + length])
        for value in event.summary.value:
            if value.HasField("simple_value"):
                found.setdefault(value.tag, {})[event.step] = value.simple_value
        content = content[16 + length :]
    return found


def installed(name):
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed")


@installed("tensorboardX")
def test_tensorboard_has_the_figures_of_each_epoch(tmp_path):
    history = fitted(loggers.TensorBoard(tmp_path / "log", SETTINGS))
    found = scalars(tmp_path / "log")
    assert found.keys() == {"loss", "mae", "val_loss", "val_mae", "learning_rate"}
    for name in ("loss", "mae", "val_loss", "val_mae"):
        assert found[name] == pytest.approx(dict(enumerate(history[name], start=1)), rel=1e-6)
    assert found["learning_rate"] == pytest.approx({1: 0.25, 2: 0.125, 3: 0.0625})


@installed("mlflow")
def test_mlflow_has_them_in_its_own_database(tmp_path, monkeypatch):
    import mlflow

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    history = fitted(loggers.MLflow(tmp_path / "run" / "mlflow", SETTINGS))
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'run' / 'mlflow' / 'mlflow.db'}")
    [run] = client.search_runs(["0"])
    assert (run.info.status, run.info.run_name, run.data.params["model.cell"]) == ("FINISHED", "run", "lstm")
    told = {one.step: one.value for one in client.get_metric_history(run.info.run_id, "val_loss")}
    assert told == pytest.approx(dict(enumerate(history["val_loss"], start=1)))


@installed("wandb")
def test_wandb_stays_offline(tmp_path, monkeypatch):
    monkeypatch.delenv("WANDB_MODE", raising=False)
    logger = loggers.WandB(tmp_path / "run" / "wandb", SETTINGS)
    ended, told = logger.end, []
    monkeypatch.setattr(logger, "end", lambda: (told.append(settled(logger.run)), ended()))
    history = fitted(logger)
    assert logger.run.settings.mode == "offline"
    assert told[0]["val_loss"] == pytest.approx(history["val_loss"][-1])
    assert list((tmp_path / "run" / "wandb").rglob("*.wandb"))


def settled(run):
    """The summary of a run of Weights & Biases, which a process of its own keeps: it has come when the last epoch is in it."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = dict(run.summary)
        if found.get("learning_rate") == 0.0625:
            return found
        time.sleep(0.1)
    raise AssertionError("the last epoch did not come")


class Recorded:
    """A package that keeps what is asked of it."""

    def __init__(self, asked, name=""):
        self._asked, self._name = asked, name

    def __getattr__(self, name):
        return Recorded(self._asked, f"{self._name}.{name}")

    def __call__(self, *arguments, **named):
        self._asked.append((self._name.removeprefix("."), arguments, named))
        return Recorded(self._asked, self._name) if self._name.endswith(("init", "SummaryWriter")) else False


@pytest.mark.parametrize(
    ("kind", "begin", "log", "end"),
    [
        (loggers.TensorBoard, "SummaryWriter", "SummaryWriter.add_scalar", "SummaryWriter.close"),
        (loggers.MLflow, "start_run", "log_metrics", "end_run"),
        (loggers.WandB, "init", "init.log", "init.finish"),
    ],
)
def test_each_is_opened_written_to_and_closed(kind, begin, log, end, tmp_path, monkeypatch):
    """By a stand-in for the package, which this machine may not have."""
    asked = []
    monkeypatch.setitem(sys.modules, kind.package, Recorded(asked))
    monkeypatch.delenv("WANDB_MODE", raising=False)
    history = fitted(kind(tmp_path / "run" / "log", SETTINGS))
    names = [name for name, _arguments, _named in asked]
    assert names.count(begin) == 1
    assert names[-1] == end
    assert names.count(end) == 1
    told = [(arguments, named) for name, arguments, named in asked if name == log]
    if kind is loggers.TensorBoard:
        assert [step for (name, _value, step), _named in told if name == "val_loss"] == [1, 2, 3]
        return
    for epoch, ((figures,), named) in enumerate(told, start=1):
        assert named["step"] == epoch
        assert figures["val_loss"] == pytest.approx(history["val_loss"][epoch - 1])
        assert figures["learning_rate"] == pytest.approx(0.25 / 2 ** (epoch - 1))
    assert len(told) == 3
    if kind is loggers.WandB:
        assert next(named["mode"] for name, _arguments, named in asked if name == "init") == "offline"


@pytest.mark.parametrize("name", loggers.NAMES)
def test_a_missing_package_is_named_with_the_line_that_brings_it(name, tmp_path, monkeypatch):
    kind = loggers.NAMES[name]
    monkeypatch.setitem(sys.modules, kind.package, None)
    with pytest.raises(ConfigError, match=rf"pip install 'bptt\[{name}\]'"):
        kind(tmp_path)
    with pytest.raises(ConfigError, match=kind.package):
        loggers.check([name])


def test_the_extras_are_there():
    from importlib.metadata import metadata

    assert set(loggers.NAMES) <= set(metadata("bptt").get_all("Provides-Extra"))
