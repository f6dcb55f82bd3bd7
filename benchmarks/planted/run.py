"""Trains a planted case, in a folder of its own."""

import shutil
from dataclasses import replace
from pathlib import Path

from bptt import experiment
from bptt.bundle import Bundle
from bptt.config import Config, override
from bptt.record import MODEL, SCORES

from .faults import Case
from .sources import SOURCES, write


def train(case: Case, seed: int, data: Path, folder: Path) -> Path:
    """The run of `case`, made once: a run that has its scores stands."""
    run = folder / "run"
    if (run / SCORES).exists():
        return run
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cut = SOURCES[case.source](data, case.rows, seed)
    cut = case.change(cut, seed) if case.change else cut
    settings = {**write(cut, folder), **case.settings, "training.seed": seed, "data.seed": seed}
    if case.recurrent != 1:
        settings |= _start(settings, case.recurrent, folder / "start")
    experiment.train(Config.parse(override({}, settings)), run)
    return run


def _start(settings: dict[str, object], factor: float, path: Path) -> dict[str, object]:
    """A run of one epoch whose recurrent weights are multiplied, to start from."""
    experiment.train(Config.parse(override({}, settings | {"training.epochs": 1, "training.learning_rate": 1e-12})), path)
    bundle = Bundle.load(path / MODEL)
    weights = {name: value * factor if "recurrent_kernel" in name else value for name, value in bundle.weights.items()}
    replace(bundle, weights=weights).save(path / MODEL)
    return {"training.pretrained": str(path), "training.unfreeze_epochs": 0, "training.layer_rate_decay": 1.0}
