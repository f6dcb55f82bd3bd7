"""Trains a planted case, in a folder of its own."""

import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from bptt import experiment, kernels
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
    if factors := {"recurrent_kernel": case.recurrent, "/kernel": case.kernel} if (case.recurrent, case.kernel) != (1, 1) else {}:
        settings |= _start(settings, factors, folder / "start")
    with kernels.use("scan") if case.off_native else nullcontext():
        experiment.train(Config.parse(override({}, settings)), run)
    return run


def _start(settings: dict[str, object], factors: dict[str, float], path: Path) -> dict[str, object]:
    """A run of one epoch whose recurrent layers' weights are multiplied, by what their names hold, to start from."""
    experiment.train(Config.parse(override({}, settings | {"training.epochs": 1, "training.learning_rate": 1e-12})), path)
    bundle = Bundle.load(path / MODEL)
    weights = {
        name: value * next((factor for word, factor in factors.items() if "recurrent_" in name and word in name), 1.0)
        for name, value in bundle.weights.items()
    }
    replace(bundle, weights=weights).save(path / MODEL)
    return {"training.pretrained": str(path), "training.unfreeze_epochs": 0, "training.layer_rate_decay": 1.0}
