"""`bptt predict --explain`, `bptt compare` and `bptt watch`, as a user meets them."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from bptt.record import EXPLAINED
from tests.commands import Bptt, Result, bptt, tiny, write_reviews

__all__ = ["bptt"]
EXPLAIN = ("--training.explained", "1")


@pytest.fixture
def run(bptt: Bptt, monkeypatch: pytest.MonkeyPatch, trained: tuple[Path, Result]) -> Path:
    """A run, beside its source in the folder that the commands run in."""
    monkeypatch.chdir(trained[0].parent)
    return trained[0]


def test_an_explanation_begins_with_the_answer_and_tells_each_word(bptt: Bptt, run: Path) -> None:
    plain = bptt("predict", run, "the tea was lovely").stdout.splitlines()
    done = bptt("predict", run, "the tea was lovely", "--explain")
    assert done.returncode == 0, done.stderr.decode()
    lines = done.stdout.decode().splitlines()
    assert json.loads(lines[0]) == json.loads(plain[0])
    assert [line.split()[1] for line in lines[2:6]] == ["the", "tea", "was", "lovely"]
    assert lines[6].startswith("good: ")
    assert sum(line.startswith("like it") for line in lines) == 5


def test_as_json_it_adds_up_and_as_a_page_it_is_written(bptt: Bptt, run: Path, tmp_path: Path) -> None:
    done = bptt("predict", run, "-", "--explain", "--json", "--page", tmp_path / "page.html", stdin=b"awful tea\n\nlovely\n")
    first, broken, second = (json.loads(line) for line in done.stdout.splitlines()[:3])
    assert (done.returncode, broken["error"]) == (2, "predict.no-text")
    for one, label in ((first, "bad"), (second, "good")):
        [effects] = one["effects"]
        assert (one["answer"]["label"], effects["name"]) == (label, label)
        assert sum(effects["effects"]) == pytest.approx(effects["value"] - effects["start"], abs=0.01)
        assert one["course"][label][-1] == pytest.approx(one["answer"]["probability"], abs=1e-3)
        assert one["nearest"][0]["label"] == label
    assert (tmp_path / "page.html").read_text(encoding="utf-8").count("<article") == 2


@pytest.mark.parametrize("option", [("--json",), ("--page", "x.html")])
def test_options_of_an_explanation_without_one_are_refused(bptt: Bptt, run: Path, option: tuple[str, ...]) -> None:
    done = bptt("predict", run, "tea", *option)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--explain" in done.stderr


def test_where_the_source_has_changed_there_are_no_neighbours_and_it_says_so(bptt: Bptt, tmp_path: Path) -> None:
    write_reviews(tmp_path / "reviews.csv")
    done = bptt("train", "reviews.csv", "--text", "review", "--label", "score", "--run", "run", *tiny(*EXPLAIN))
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads((tmp_path / "run" / EXPLAINED).read_text())
    assert (told["part"], len(told["surest"])) == ("validation", 1)
    assert "What led to answers" in (tmp_path / "run" / "report.html").read_text()
    write_reviews(tmp_path / "reviews.csv", rows=100)
    done = bptt("predict", "run", "lovely tea", "--explain", "--json")
    assert json.loads(done.stdout)["nearest"] == []
    assert b"is not what it was in training" in done.stderr
    (tmp_path / "reviews.csv").unlink()
    done = bptt("predict", "run", "lovely tea", "--explain", "--json")
    assert (done.returncode, json.loads(done.stdout)["nearest"]) == (0, [])
    assert b"No nearest training rows" in done.stderr


def test_two_runs_are_compared_on_the_same_rows(bptt: Bptt, run: Path, tmp_path: Path) -> None:
    weak = tmp_path / "weak"
    short = ("--training.epochs", "1", "--training.learning_rate", "1e-6")
    named = ("--text", "review", "--label", "score", "--run", str(weak))
    done = bptt("train", run.parent / "reviews.csv", *named, *tiny(*short))
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(bptt("compare", weak, run, "--json", "--page", tmp_path / "page.html").stdout)
    [one] = found["differences"]
    assert (one["better"], one["test"], found["rows"]) == (True, "McNemar", 40)
    assert one["p"] < 0.05
    assert {"training.epochs", "training.learning_rate", "training.batch_size"} <= found["config"].keys()
    said = bptt("compare", weak, run)
    assert f"{run} is better than the first by".encode() in said.stdout
    assert b"chose the best epoch" in said.stderr
    assert "Runs compared" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("runs", [("a",), ("a", "a"), ("a", "b/../a")])
def test_one_run_does_not_compare(bptt: Bptt, runs: tuple[str, ...]) -> None:
    done = bptt("compare", *runs)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"two runs or more" in done.stderr


def test_a_run_is_watched_until_ctrl_c(run: Path, heard: None) -> None:
    command = [sys.executable, "-m", "bptt", "watch", str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().strip()
            page = urllib.request.urlopen(address, timeout=60).read()
            assert b"Training report" in page
        finally:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
