"""The command line as a person runs it: its own process, its own working folder, real files."""

import csv
import io
import os
import random
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bptt import messages
from bptt.cli.main import main
from tests.haste import IN_HASTE, haste

TINY = (  # a network that learns 200 short rows in a second: both parts in whole batches of one shape, compiled once
    *("--text.max_length", "16", "--text.bucket_edges", "[]", "--text.min_count", "1", "--training.batch_size", "40"),
    *("--model.units", "[8]", "--model.embedding_width", "8", "--training.epochs", "3", "--training.learning_rate", "0.05"),
    *("--training.explained", "0"),  # which compiles a network three times over
)


def tiny(*own: str) -> list[str]:
    """TINY and `own`, which take the place of its values: no key may be given twice."""
    pairs = zip(TINY[::2], TINY[1::2], strict=True)
    return [*(word for pair in pairs if pair[0] not in own for word in pair), *own]


Bptt = Callable[..., "Result"]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run_bptt(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> Result:
    """`bptt` with these arguments in a process of its own, in English unless they say otherwise."""
    environment = os.environ | {"BPTT_LANG": "en", "COLUMNS": "200"} | IN_HASTE
    command = [sys.executable, "-m", "bptt", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, env=environment, timeout=240, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def bptt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Bptt]:
    """The same in this process and the test's own folder: Keras and JAX, which take seconds to load, are loaded once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", "en")
    for name, value in IN_HASTE.items():  # for the processes that a test starts beside
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    warnings.simplefilter("always", UserWarning)  # until the test ends: the command prints them

    def run(*arguments: str | Path, stdin: bytes = b"") -> Result:
        messages.use("en")
        monkeypatch.setattr(sys, "argv", ["bptt", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        return Result(int(end.value.code or 0), out.encode(), err.encode())

    with haste():
        yield run
    messages.use("en")


def write_reviews(path: Path, rows: int = 200) -> Path:
    """Reviews whose label hangs on one word, so that a model that works learns it."""
    draw = random.Random(0)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "review", "score"])
        for number in range(rows):
            label = ("bad", "good")[number % 2]
            words = [
                *draw.choices(["the", "tea", "was", "very", "and", "so"], k=draw.randint(3, 8)),
                {"good": "lovely", "bad": "awful"}[label],
            ]
            table.writerow([number, " ".join(draw.sample(words, len(words))) + f" {number}", label])
    return path
