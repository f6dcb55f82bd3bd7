"""Each command does what it says: files, figures, and nothing but the result on standard output."""

import csv
import json
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.commands import TINY, Bptt, Result, run_bptt, write_reviews


def test_train_fills_the_run_folder(trained: tuple[Path, Result]) -> None:
    run, result = trained
    names = {path.name for path in run.iterdir()}
    wanted = {
        "config.toml",
        "environment.json",
        "data.json",
        "metrics.jsonl",
        "model.json",
        "model.safetensors",
        "scores.json",
        "report.html",
    }
    assert wanted <= names
    assert not [name for name in names if name.startswith(".")], "no temporary file stays"
    scores = json.loads((run / "scores.json").read_text())["validation"]
    assert scores["accuracy"] > 0.9, "the label hangs on one word: a model that learns finds it"
    assert f"validation: accuracy {scores['accuracy']:.4f}" in result.stdout.decode()
    assert "epoch 3/3" in result.stderr.decode(), "progress goes to standard error"
    assert "epoch 3/3" not in result.stdout.decode()


def test_the_saved_configuration_is_the_resolved_one(trained: tuple[Path, Result]) -> None:
    config = tomllib.loads((trained[0] / "config.toml").read_text())
    assert config["data"]["text"] == "review"
    assert config["training"]["epochs"] == 3
    assert config["model"]["units"] == [8]
    assert config["training"]["optimizer"] == "adam", "defaults are written out"


def test_evaluate_counts_as_a_hand_count_does(trained: tuple[Path, Result], bptt: Bptt, tmp_path: Path) -> None:
    run, _result = trained
    rows = [("lovely tea", "good"), ("awful tea", "bad"), ("awful and awful", "good")]
    with (tmp_path / "other.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("review", "score"), *rows])
    answers = [json.loads(line) for line in bptt("predict", run, *(text for text, _label in rows)).stdout.splitlines()]
    assert [answer["label"] for answer in answers] == ["good", "bad", "bad"]
    figures = json.loads(bptt("evaluate", run, "other.csv", "--json").stdout)
    assert figures["rows"] == 3
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["macro_f1"] == figures["weighted_f1"] == pytest.approx(2 / 3)  # good: 1, 1/2; bad: 1/2, 1
    assert figures["per_class"]["good"]["precision"] == 1
    assert figures["per_class"]["good"]["recall"] == figures["per_class"]["bad"]["precision"] == 0.5
    table = bptt("evaluate", run, "other.csv").stdout.decode()
    assert "accuracy 0.6667, macro F1 0.6667, weighted F1 0.6667 (3 rows)" in table


def test_evaluate_tells_of_classes_that_no_row_is_of(trained: tuple[Path, Result], bptt: Bptt, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("review,score\nlovely tea,good\n")
    as_json = bptt("evaluate", trained[0], "one.csv", "--json")
    figures = json.loads(as_json.stdout)
    assert len(figures["notes"]) == 2
    assert all(note.endswith("F1 count as 0: bad.") for note in figures["notes"])
    plain = bptt("evaluate", trained[0], "one.csv").stderr.decode()
    assert plain.splitlines()[-2:] == figures["notes"]


def test_train_tells_of_a_class_that_is_never_answered(bptt: Bptt, tmp_path: Path) -> None:
    rows = write_reviews(tmp_path / "reviews.csv")
    with rows.open("a", newline="") as file:
        csv.writer(file).writerows([(200 + n, f"lovely tea {n}", "rare") for n in range(5)])
    told = bptt("train", "reviews.csv", "--text", "review", "--label", "score", "--run", "run", *TINY).stderr.decode()
    assert "validation: No row was answered with these classes; their precision and F1 count as 0: rare." in told


def test_long_names_of_classes_are_told_apart(bptt: Bptt, tmp_path: Path) -> None:
    names = [f"{'a very long name ' * 7}{ending}" for ending in ("one", "two", "\x1b[31mred")]
    rows = [(f"tea {n} {'xyz'[n % 3]}", names[n % 3]) for n in range(60)]
    with (tmp_path / "long.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("review", "score"), *rows])
    assert bptt("train", "long.csv", "--text", "review", "--label", "score", "--run", "run", *TINY).returncode == 0
    table = bptt("evaluate", "run", "long.csv").stdout.decode()
    for name in names:
        shown = name.replace("\x1b", "⟨U+001B⟩")
        [line] = [line for line in table.splitlines() if line.startswith(shown)]
        assert len(line.removeprefix(shown).split()) == 4
    assert "\x1b" not in table


def test_predict_of_nothing_is_nothing(trained: tuple[Path, Result], bptt: Bptt) -> None:
    result = bptt("predict", trained[0], "-", stdin=b"")
    assert (result.returncode, result.stdout) == (0, b"")


def test_report_is_written_anew_in_the_language_asked_for(trained: tuple[Path, Result], bptt: Bptt) -> None:
    page = trained[0] / "report.html"
    page.unlink()
    result = bptt("--lang", "vi", "report", trained[0])
    assert result.stdout.decode().strip() == str(page)
    assert 'lang="vi"' in page.read_text(encoding="utf-8")


def test_report_opens_the_browser_or_says_where_the_page_is(
    trained: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = trained[0] / "report.html"
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > "$0.asked"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    assert run_bptt("report", trained[0], "--open").stdout.decode().strip() == str(page)
    assert browser.with_name("browser.asked").read_text().strip() == page.resolve().as_uri()
    monkeypatch.setenv("BROWSER", "/nowhere/browser")
    monkeypatch.setenv("PATH", "/nowhere")
    result = run_bptt("report", trained[0], "--open")
    assert result.returncode == 0
    assert f"by hand: {page.resolve()}" in result.stderr.decode()


def test_init_writes_what_train_takes_and_the_command_line_beats_the_file(bptt: Bptt, tmp_path: Path) -> None:
    write_reviews(tmp_path / "reviews.csv")
    assert bptt("init", "reviews.csv", "--out", "mine.toml").returncode == 0
    text = (tmp_path / "mine.toml").read_text()
    assert tomllib.loads(text)["data"] == {
        "task": "classify",
        "source": "reviews.csv",
        "more": [],
        "text": "review",
        "label": "score",
        "label_separator": "",
        "classes": [],
        "validation": 0.2,
        "seed": 0,
        "encoding": "auto",
        "allow_rejects": 0.01,
        "max_unpacked_mb": 500,
    }
    assert "# share of the rows held out for validation" in text, "every key is explained"
    result = bptt("train", "--training.seed=7", "mine.toml", "--run", "run", *TINY)
    assert result.returncode == 0, result.stderr.decode()
    config = tomllib.loads((tmp_path / "run" / "config.toml").read_text())
    assert (config["training"]["seed"], config["training"]["epochs"], config["data"]["label"]) == (7, 3, "score")


def test_columns_that_nobody_named_are_guessed_and_said(bptt: Bptt, tmp_path: Path) -> None:
    write_reviews(tmp_path / "reviews.csv")
    result = bptt("train", "reviews.csv", *TINY)
    assert result.returncode == 0
    assert b'"review"' in result.stderr
    assert b'"score"' in result.stderr
    [run] = (tmp_path / "runs").iterdir()
    assert str(Path("runs") / run.name / "report.html") in result.stdout.decode()


def test_a_closed_pipe_ends_it_quietly(trained: tuple[Path, Result]) -> None:
    command = [sys.executable, "-m", "bptt", "predict", str(trained[0]), "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    _out, err = process.communicate(b"lovely tea\n" * 5000)
    assert (process.returncode, err) == (141, b"")


@pytest.mark.usefixtures("heard")
def test_control_c_ends_it_quietly(trained: tuple[Path, Result]) -> None:
    command = [sys.executable, "-m", "bptt", "predict", str(trained[0]), "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(b"lovely tea\n" * 1024)
        process.stdin.flush()
        process.stdout.readline()  # it is at work, and waits for more
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
        process.wait(timeout=30)
    assert (process.returncode, err) == (130, b"")


def test_python_m_bptt_and_the_installed_command_say_the_same() -> None:
    installed = Path(sys.executable).with_name("bptt")
    if not installed.exists():
        pytest.skip("bptt is on the path, not installed")
    version = subprocess.run([installed, "--version"], capture_output=True, check=True).stdout
    assert version == run_bptt("--version").stdout
