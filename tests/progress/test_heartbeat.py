"""A line comes also while the main thread is inside one long compilation or one long read. The slow moments are real ones."""

import io
import json
import os
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

from bptt.data.sources import files
from bptt.progress import JsonLines, PlainLines, lines
from tests.commands import tiny, write_reviews

SILENT = 0.3  # seconds, in place of SILENT_SECONDS


class Timed(io.StringIO):
    """Remembers when each line came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def write(self, text: str) -> int:
        self.times.append(time.monotonic())
        return super().write(text)


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Timed:
    monkeypatch.setattr(lines, "SILENT_SECONDS", SILENT)
    return Timed()


def compile_long() -> None:
    """One call of XLA that takes seconds: many products that cannot be joined."""

    def many(x: jax.Array) -> jax.Array:
        for number in range(250):
            x = jnp.tanh(x @ x.T @ x + number)
        return x

    jax.jit(many).lower(jnp.ones((40, 40))).compile()


def test_a_line_comes_while_xla_compiles(stream: Timed) -> None:
    with PlainLines(stream) as plain:
        plain.begin("compiling bucket 1 of 1")
        started = time.monotonic()
        compile_long()
        ended = time.monotonic()
    assert ended - started > 4 * SILENT, "the moment is slow enough to say something"
    moments = [started, *(moment for moment in stream.times if started < moment < ended), ended]
    assert max(later - earlier for earlier, later in pairwise(moments)) < 4 * SILENT
    assert "] still compiling bucket 1 of 1, 1 s\n" in stream.getvalue()


def test_a_line_comes_while_a_file_is_read(stream: Timed, tmp_path: Path) -> None:
    """A pipe that gives nothing for a while: the main thread waits inside `read`."""
    os.mkfifo(tmp_path / "slow.csv")

    def write() -> None:
        with (tmp_path / "slow.csv").open("wb") as pipe:
            time.sleep(5 * SILENT)
            pipe.write(b"review,score\n")

    writer = threading.Thread(target=write)
    writer.start()
    with JsonLines(stream) as events:
        events.begin("reading slow.csv")
        events.advance(1, 4)
        assert files.read_bytes(tmp_path / "slow.csv", 10**6) == b"review,score\n"
    writer.join()
    beats = [json.loads(line) for line in stream.getvalue().splitlines()][1:]
    assert 2 <= len(beats) <= 5
    assert {(beat["event"], beat["doing"], beat["done"]) for beat in beats} == {("alive", "reading slow.csv", "25%")}
    assert SILENT <= beats[0]["doing_seconds"] < beats[-1]["doing_seconds"]


def test_it_ends_with_the_work(stream: Timed) -> None:
    with PlainLines(stream) as plain:
        plain.begin("at it")
    time.sleep(4 * SILENT)
    assert stream.getvalue().count("\n") == 1
    assert "progress" not in {thread.name for thread in threading.enumerate()}


def test_a_stream_that_is_closed_ends_it_quietly(stream: Timed, capfd: pytest.CaptureFixture[str]) -> None:
    with PlainLines(stream):
        stream.close()
        time.sleep(4 * SILENT)
        assert "progress" not in {thread.name for thread in threading.enumerate()}
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["plain", "json"])
def test_no_ten_seconds_of_silence_in_a_real_run(tmp_path: Path, mode: str) -> None:
    """A read of 21 seconds, then a network whose compilation takes long: each gap between two lines is measured."""
    write_reviews(tmp_path / "rows.csv")
    os.mkfifo(tmp_path / "slow.csv")
    deep = tiny("--model.units", str([8] * 10), "--model.cell", "lstm", "--training.epochs", "1")
    command = [
        sys.executable,
        "-m",
        "bptt",
        "train",
        "slow.csv",
        "--text",
        "review",
        "--label",
        "score",
        "--progress",
        mode,
        *deep,
    ]
    merged = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=tmp_path, **merged) as process:
        pipe = os.open(tmp_path / "slow.csv", os.O_WRONLY)  # waits until it is read
        threading.Timer(21, lambda: (os.write(pipe, (tmp_path / "rows.csv").read_bytes()), os.close(pipe))).start()
        told = [(time.monotonic(), line) for line in process.stdout]
    assert process.returncode == 0, told
    gaps = [(later[0] - earlier[0], earlier[1]) for earlier, later in pairwise(told)]
    assert max(gaps)[0] < 10, max(gaps)
    reading = b"still reading slow.csv" if mode == "plain" else b'"alive", "doing": "reading slow.csv"'
    assert sum(reading in line for _moment, line in told) >= 2
