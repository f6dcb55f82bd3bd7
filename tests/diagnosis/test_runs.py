"""Whole runs through the command line: a fault planted in the data or a setting, named first; a healthy one, without any."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Bptt, tiny
from tests.diagnosis.patient import sentences

NAMES = ("bad", "good")
SOUND = tiny("--training.epochs", "6", "--training.learning_rate", "0.01", "--text.bucket_edges", "[16]")
HASTY = tiny("--training.epochs", "4", "--training.learning_rate", "20.0")


def table(path: Path, rows: int = 240, **how: Any) -> Path:
    """Reviews of tea, learned in a second; `how`: what is wrong with them."""
    texts, labels = sentences(rows, **how)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("review", "score"), *zip(texts, (NAMES[label] for label in labels), strict=True)])
    return path


def found(bptt: Bptt, run: Path) -> list[dict[str, Any]]:
    done = bptt("diagnose", run, "--json")
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_a_healthy_run_prints_an_empty_list(bptt: Bptt, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert bptt("train", table(tmp_path / "tea.csv"), *SOUND, "--run", run).returncode == 0
    assert found(bptt, run) == []
    assert b"healthy" in bptt("diagnose", run).stdout
    assert "healthy" in (run / "report.html").read_text()


def test_a_rate_too_high_is_named_and_healed(bptt: Bptt, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = bptt("train", table(tmp_path / "tea.csv"), *HASTY, "--training.early_stopping", "0", "--heal", "--run", run)
    assert done.returncode == 0, done.stderr.decode()
    first = found(bptt, tmp_path / "run-before")[0]
    assert list(first) == ["cause", "confidence", "evidence", "remedy"]
    assert (first["cause"], list(first["remedy"]["overrides"])) == ("learning_rate_too_high", ["training.learning_rate"])
    assert first["evidence"]["step_beside_weight"] > 0.5
    healing = json.loads((run / "healing.json").read_text())
    assert healing["helped"], healing
    assert healing["after"] > healing["before"] + 0.3
    assert "It helped" in (run / "report.html").read_text()
    assert b"Learning rate too high" in bptt("diagnose", tmp_path / "run-before").stdout


@pytest.mark.parametrize(
    ("how", "settings", "cause"),
    [
        ({"order": False}, (), "order_does_not_matter"),
        ({"noise": 0.5}, (), "noisy_labels"),
        ({}, ("--training.learning_rate", "1e-7"), "learning_rate_too_low"),
        ({}, ("--training.batch_size", "1", "--training.epochs", "2"), "slow_input"),
        ({}, ("--text.max_length", "3", "--text.truncation", "post"), "truncation_cuts_evidence"),
    ],
)
@pytest.mark.slow
def test_a_planted_fault_is_named_first(
    bptt: Bptt, tmp_path: Path, how: dict[str, Any], settings: tuple[str, ...], cause: str
) -> None:
    named = dict(zip(SOUND[::2], SOUND[1::2], strict=True)) | dict(zip(settings[::2], settings[1::2], strict=True))
    options = [word for pair in named.items() for word in pair]
    assert bptt("train", table(tmp_path / "tea.csv", **how), *options, "--run", tmp_path / "run").returncode == 0
    assert found(bptt, tmp_path / "run")[0]["cause"] == cause


@pytest.mark.slow
def test_a_source_that_is_gone_is_told_and_the_files_alone_are_judged(bptt: Bptt, tmp_path: Path) -> None:
    run, source = tmp_path / "run", table(tmp_path / "tea.csv")
    assert bptt("train", source, *HASTY, "--run", run).returncode == 0
    source.unlink()
    done = bptt("diagnose", run, "--json")
    assert b"Nothing is measured" in done.stderr
    assert json.loads(done.stdout)[0]["cause"] == "learning_rate_too_high"


def test_a_run_tells_while_it_trains(bptt: Bptt, tmp_path: Path) -> None:
    done = bptt("train", table(tmp_path / "tea.csv"), *HASTY, "--run", tmp_path / "run", "--progress", "plain")
    lines = done.stderr.decode().splitlines()
    told = next(number for number, line in enumerate(lines) if "Learning rate too high" in line)
    assert told < next(number for number, line in enumerate(lines) if "scoring" in line), "told before training has ended"


def script(path: Path, fit: dict[str, Any], losses: list[float | None]) -> Path:
    """A folder as the microscope leaves it beside a script's own fit."""
    path.mkdir()
    (path / "config.toml").write_text("")
    (path / "fit.json").write_text(json.dumps(fit))
    lines = [{"event": "epoch", "epoch": number, "loss": loss} for number, loss in enumerate(losses, start=1)]
    (path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_script_of_ones_own_is_diagnosed_by_what_it_compiled(bptt: Bptt, tmp_path: Path) -> None:
    fit = {
        "loss": "sparse_categorical_crossentropy",
        "from_logits": False,
        "last_activation": "softmax",
        "outputs": 3,
        "targets": None,
    }
    assert found(bptt, script(tmp_path / "sound", fit, [1.0, 0.5, 0.2])) == []
    wrong = script(tmp_path / "wrong", fit | {"last_activation": "linear"}, [1.0, 0.9, 0.9])
    assert [one["cause"] for one in found(bptt, wrong)] == ["wrong_loss"]
    broken = script(tmp_path / "broken", fit, [1.0, None])
    assert found(bptt, broken)[0] == found(bptt, broken)[0] | {"cause": "non_finite"}
