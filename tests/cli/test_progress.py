"""`--progress` through the real command: on a real terminal, in a real pipe."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import Bptt, Result, run_bptt, tiny, write_reviews
from tests.terminal import on_a_terminal

TRAIN = (
    "train",
    "reviews.csv",
    "--text",
    "review",
    "--label",
    "score",
    *tiny("--training.epochs", "2", "--training.batch_size", "64"),
)
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_reviews(tmp_path / "reviews.csv")
    return tmp_path


def test_a_terminal_gets_one_line_written_over_and_over(folder: Path) -> None:
    code, out = on_a_terminal(*TRAIN, cwd=folder)
    assert code == 0, out
    drawn = [ESCAPE.sub("", part).strip() for part in re.split(r"\r|\n", out)]
    for wanted in (r"loading Keras and JAX \.\.\.  0:0\d", r"compiling bucket 1 of \d .*0:0\d", "100%  ETA 0:00  epoch 2/2 .*"):
        assert any(re.fullmatch(wanted, part) for part in drawn), wanted
    result = ["validation:", "always", "bag", "run:", "report:"]
    kept = [ESCAPE.sub("", line).rpartition("\r")[2] for line in out.replace("\r\n", "\n").split("\n")]
    heads = [line.split()[0] for line in kept if line]
    assert (heads[:2], heads[-6:]) == (["best", "Order"], ["100%", *result]), "between them the rest of what was found"
    assert out.count("\x1b[?25h") == 1, "the cursor is back"


def test_nothing_is_redrawn_on_a_terminal_that_asked_for_plain_lines(folder: Path) -> None:
    code, out = on_a_terminal("train", "reviews.csv", "--training.epochs", "0", "--progress", "plain", cwd=folder)
    assert code == 2
    assert "\x1b" not in out
    assert "\r" not in out.replace("\r\n", "\n")
    assert "[0:00] loading Keras and JAX ...\n" in out.replace("\r\n", "\n")


def test_a_pipe_gets_lines_with_their_time(trained: tuple[Path, Result]) -> None:
    told = trained[1].stderr.decode()
    assert not re.search(r"[\r\x1b]", told)
    lines = told.splitlines()
    assert all(re.match(r"\[\d+:\d\d\] ", line) for line in lines), told
    assert [line.partition("] ")[2] for line in lines[:2]] == ["loading Keras and JAX ...", "reading reviews.csv ..."]
    total = int(re.search(r"compiling bucket 1 of (\d)", told)[1])
    assert len(re.findall(rf"compiling bucket \d of {total} ", told)) == total


def test_json_is_one_object_a_line_with_every_figure(bptt: Bptt, folder: Path) -> None:
    done = bptt(*TRAIN, "--run", "run", "--progress", "json")
    assert (done.returncode, done.stderr) == (0, b"")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    epochs = [event for event in events if event["event"] == "epoch"]
    metrics = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]
    for event, stored in zip(epochs, [event for event in metrics if event["event"] == "epoch"], strict=True):
        same = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
        assert [event[key] for key in same] == [stored[key] for key in same]
        assert event["percent"] == 50 * event["epoch"]
        assert event["batch"] == event["batches"] > 0
        assert event["tokens_per_second"] > 0 <= event["eta_seconds"]
    buckets = [(event["bucket"], event["buckets"]) for event in events if "bucket" in event]
    assert buckets == [(number, len(buckets)) for number in range(1, len(buckets) + 1)]
    scores = json.loads((folder / "run" / "scores.json").read_text())["validation"]
    assert events[-1]["event"] == "result"
    assert events[-1]["validation"]["accuracy"] == scores["accuracy"]
    assert (events[-1]["run"], events[-1]["report"]) == ("run", "run/report.html")


def test_json_of_an_evaluation_ends_with_its_figures(trained: tuple[Path, Result], bptt: Bptt) -> None:
    source = trained[0].parent / "reviews.csv"
    result = bptt("evaluate", trained[0], source, "--progress", "json")
    *events, last = map(json.loads, result.stdout.splitlines())
    assert [event["event"] for event in events if event["event"] != "alive"] == ["begin"] * 3
    assert last == {"event": "result"} | json.loads(bptt("evaluate", trained[0], source, "--json").stdout)


def test_none_leaves_the_result_alone(trained: tuple[Path, Result], bptt: Bptt) -> None:
    result = bptt("evaluate", trained[0], trained[0].parent / "reviews.csv", "--progress", "none")
    assert result.stderr == b""
    assert b"accuracy 1.0000" in result.stdout


def test_rich_in_a_pipe_is_refused(folder: Path) -> None:
    done = run_bptt(*TRAIN, "--progress", "rich", cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Error (progress.no-terminal): --progress rich needs a terminal" in done.stderr
    assert not (folder / "runs").exists()


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (b"reading slow.csv", "Interrupted before training began; nothing was written.\n"),
        (b"compiling bucket", "Interrupted in epoch 1 of 999. No epoch was finished: run holds no model and can be deleted.\n"),
        (
            b"epoch 2/999",
            r"Interrupted in epoch \d+ of 999. run keeps the model of the best epoch so far: .*`bptt predict`.*\n",
        ),
    ],
)
def test_control_c_says_where_the_run_stands(folder: Path, moment: bytes, told: str) -> None:
    """Also while XLA compiles, in threads of its own."""
    source = "reviews.csv"
    if b"slow" in moment:
        source = "slow.csv"
        subprocess.run(["mkfifo", folder / source], check=True)
    own = tiny("--training.epochs", "999", "--training.early_stopping", "0")
    command = [sys.executable, "-m", "bptt", "train", source, "--text", "review", "--label", "score", "--run", "run", *own]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder) as process:
        while moment not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read().decode()
        process.wait(timeout=30)
    assert process.returncode == 130
    assert re.search(rf"^{told}\Z", rest, re.MULTILINE), rest
    assert (folder / "run").exists() == ("slow" not in source)
