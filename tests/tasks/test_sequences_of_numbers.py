"""Sequences of numbers from end to end, an answer a row and an answer a step."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.commands import Bptt, bptt

__all__ = ["bptt"]
QUICK = (
    *("--model.units", "[16]", "--model.dropout", "0.0", "--model.embedding_dropout", "0.0", "--text.bucket_edges", "[]"),
    *("--training.explained", "0", "--training.learning_rate", "0.02", "--training.epochs", "8"),
)


def waves(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slow, middling and fast waves of unlike length on a height of 100: x, lengths, y."""
    draw = np.random.default_rng(0)
    lengths, speed = draw.integers(20, 40, rows), draw.integers(0, 3, rows)
    x = [
        5 * np.sin(np.arange(length) * (0.2 + 0.3 * kind) + draw.uniform(0, 6)) + 100
        for length, kind in zip(lengths, speed, strict=True)
    ]
    return np.concatenate(x), lengths, np.array(["slow", "middling", "fast"])[speed]


def test_an_answer_a_row(bptt: Bptt, tmp_path: Path) -> None:
    x, lengths, y = waves(300)
    np.savez(tmp_path / "waves.npz", x=x, lengths=lengths, y=y)
    done = bptt("train", "waves.npz", "--run", "run", *QUICK)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(bptt("evaluate", "run", "waves.npz", "--json").stdout)
    assert (found["rows"], found["baselines"]) == (300, [])
    assert found["accuracy"] > 0.9
    ends = np.cumsum(lengths)
    asked = [x[end - length : end].tolist() for end, length in zip(ends[:12], lengths[:12], strict=True)]
    told = bptt("predict", "run", "-", stdin="".join(json.dumps({"values": one}) + "\n" for one in asked).encode())
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert sum(one["label"] == label for one, label in zip(answers, y[:12].tolist(), strict=True)) >= 10
    for one, given in zip(answers[:3], asked[:3], strict=True):
        alone = bptt("predict", "run", "-", stdin=json.dumps({"values": given}).encode())
        assert json.loads(alone.stdout)["probability"] == pytest.approx(one["probability"], abs=1e-5)
    wrong = bptt("predict", "run", "-", stdin=b'{"values": [[1, 2]]}\n')
    assert (wrong.returncode, b"expected 1" in wrong.stdout + wrong.stderr) == (2, True)
    assert bptt("check", "waves.npz").returncode == 0


def test_an_answer_a_step(bptt: Bptt, tmp_path: Path) -> None:
    """Whether the sum so far is above zero: no step tells it alone."""
    x = np.random.default_rng(1).normal(size=(200, 20, 2))
    np.savez(tmp_path / "frames.npz", x=x, y=(np.cumsum(x[..., 0], axis=1) > 0).astype(int))
    done = bptt("train", "frames.npz", "--run", "run", *QUICK, "--model.crf", "false")
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(bptt("evaluate", "run", "frames.npz", "--json").stdout)
    assert found["accuracy"] > 0.85
    told = bptt("predict", "run", "-", stdin=json.dumps({"values": x[0].tolist()}).encode())
    assert len(json.loads(told.stdout)["tags"]) == 20


def test_a_file_of_another_kind_is_refused(bptt: Bptt, tmp_path: Path) -> None:
    x, lengths, y = waves(60)
    np.savez(tmp_path / "waves.npz", x=x, lengths=lengths, y=y)
    assert bptt("train", "waves.npz", "--run", "run", *QUICK[:-1], "1").returncode == 0
    (tmp_path / "texts.csv").write_text("text,label\na fast wave,fast\na slow one,slow\n")
    done = bptt("evaluate", "run", "texts.csv", "--text", "text", "--label", "label")
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)
    told = bptt("predict", "run", "a text")
    assert (told.returncode, b"Traceback" in told.stderr) == (2, False)
