"""`kill -9` at any instant: what it leaves is read, and called unfinished, or refused in one sentence."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bptt import experiment
from bptt.bundle import Bundle
from bptt.record import METRICS, MODEL
from tests.commands import Bptt, Result, tiny, write_reviews

UNFINISHED = "training has not come to its end. The answers are those of epoch {epoch}, the best so far."


def check_reads_or_refuses(bptt: Bptt, run: Path) -> list[int]:
    """`report`, `evaluate` and `predict` on `run`; their exit codes. Each tells the truth, or says in one line why it cannot."""
    write_reviews(run.parent / "others.csv", rows=8)
    commands = [("report", run), ("evaluate", run, run.parent / "others.csv", "--json"), ("predict", run, "lovely tea")]
    codes = []
    for command in commands:
        result = bptt(*command)
        told = result.stderr.decode()
        assert "Traceback" not in told, told
        assert result.returncode in (0, 2), told
        if result.returncode == 2:
            assert re.fullmatch(r"(\[\d+:\d\d\] .*\n)*Error \([a-z.-]+\): .*\n", told), told
        elif command[0] != "report":
            epoch = Bundle.load(run / MODEL).epoch
            assert ended(run) != (UNFINISHED.format(epoch=epoch) in told), told
        codes.append(result.returncode)
    if codes[0] == 0:
        page = (run / "report.html").read_text(encoding="utf-8")
        assert ended(run) != ("Training has not come to its end" in page)
    return codes


def events(run: Path) -> list[dict]:
    lines = (run / METRICS).read_text().split("\n")[:-1] if (run / METRICS).exists() else []
    return [json.loads(line) for line in lines]


def ended(run: Path) -> bool:
    return any(event["event"] == "end" for event in events(run))


def appears(pattern: str) -> Callable[[Path], bool]:
    return lambda run: any(run.glob(pattern))


def has_epochs(count: int) -> Callable[[Path], bool]:
    return lambda run: (run / METRICS).exists() and (run / METRICS).read_text().count('"epoch",') >= count


@pytest.mark.parametrize(
    ("moment", "codes"),
    [
        pytest.param(appears("config.toml"), [0, 2, 2], id="before the first epoch"),
        pytest.param(has_epochs(2), [0, 0, 0], id="in an epoch"),
        pytest.param(appears(".model.safetensors.*"), None, id="in a save", marks=pytest.mark.slow),
    ],
)
def test_a_process_killed(bptt: Bptt, tmp_path: Path, moment: Callable[[Path], bool], codes: list[int] | None) -> None:
    write_reviews(tmp_path / "reviews.csv")
    options = ["--text", "review", "--label", "score", "--training.epochs", "9999", "--training.early_stopping", "0"]
    slow = ["--training.learning_rate", "0.00001", "--run", "run"]  # each epoch a little better: each is saved
    command = [sys.executable, "-m", "bptt", "train", "reviews.csv", *tiny(*options, *slow)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=tmp_path) as process:
        while not moment(tmp_path / "run"):
            assert process.poll() is None, "it ended before the moment came"
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    found = check_reads_or_refuses(bptt, tmp_path / "run")
    assert found == codes if codes else found in ([0, 0, 0], [0, 2, 2])


@pytest.fixture
def instants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What a kill leaves at every instant of a training at which its files change: a copy of the folder before and after each
    sync and each rename. (What a process has written outlives it, synced or not.)"""
    run, copies = tmp_path / "run", []

    def copy() -> None:
        copies.append(tmp_path / f"killed{len(copies):03d}" / "run")
        shutil.copytree(run, copies[-1])

    def watched(call: Callable) -> Callable:
        def around(*arguments: object) -> None:
            copy()
            call(*arguments)
            copy()

        return around

    write_reviews(tmp_path / "reviews.csv")
    section = {"max_length": 16, "bucket_edges": (), "min_count": 1}
    values = {"data": {"source": str(tmp_path / "reviews.csv"), "text": "review", "label": "score"}, "text": section}
    values |= {"model": {"units": (6,), "embedding_width": 8}, "training": {"epochs": 2, "batch_size": 40}}
    with monkeypatch.context() as patch:
        for name in ("fsync", "replace"):
            patch.setattr(os, name, watched(getattr(os, name)))
        experiment.train(experiment.Config.parse(values), run)
    return copies


def test_every_instant_of_a_training(bptt: Bptt, instants: list[Path]) -> None:
    seen = set()
    temporaries = 0
    for run in instants:
        names = sorted(path.name for path in run.iterdir())
        temporaries += any(name.startswith(".") for name in names)
        recorded = [event["epoch"] for event in events(run) if event["event"] == "epoch"]
        if recorded:  # an epoch on record has its model on disk, if it is the best
            best = min((event["val_loss"], event["epoch"]) for event in events(run) if event["event"] == "epoch")[1]
            assert Bundle.load(run / MODEL).epoch >= best
        state = (*names, len(events(run)))
        if state not in seen:
            seen.add(state)
            codes = check_reads_or_refuses(bptt, run)
            has = [(run / name).exists() for name in ("config.toml", MODEL)]
            assert codes == [0 if has[0] else 2, *[0 if all(has) else 2] * 2]
    assert len(seen) > 15
    assert temporaries > 10, "renames were seen half-way"


def test_a_finished_run_says_nothing_of_an_end(trained: tuple[Path, Result], bptt: Bptt) -> None:
    assert bptt("predict", trained[0], "lovely").stderr == b""
