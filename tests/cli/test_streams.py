"""Streams that are closed, full or of another encoding, and another Keras backend: one message, or a right answer."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import Result


def shell(line: str, cwd: Path, **variables: str) -> Result:
    """`line` in a shell, where `bptt` is this Python's."""
    environment = os.environ | {"BPTT_LANG": "en", "COLUMNS": "200"} | variables
    line = line.replace("bptt", f"'{sys.executable}' -m bptt")
    done = subprocess.run(["sh", "-c", line], capture_output=True, cwd=cwd, env=environment, timeout=240, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("bptt predict run - <&-", b"Error (predict.no-input): Standard input is closed"),
        ("bptt predict run hi >&-", b"Error (system): Standard output is closed"),
        ("bptt predict run hi >/dev/full", b"Error (system): No space left on device"),
    ],
)
def test_a_stream_that_cannot_be_used_is_one_message(trained: tuple[Path, Result], line: str, told: bytes) -> None:
    done = shell(line, trained[0].parent)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(told)
    assert done.stderr.count(b"\n") == 1


def test_files_do_not_take_the_number_of_a_closed_stream(trained: tuple[Path, Result], tmp_path: Path) -> None:
    """Else what is said would be written into a file of the run."""
    done = shell("bptt train 2>&- 0<&-", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")
    code = "from bptt.cli import screen; import os; screen.prepare(); print(os.open('run/config.toml', os.O_RDONLY))"
    closed = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -c "{code}" 0<&- 2>&-'], capture_output=True, cwd=trained[0].parent, check=True
    )
    assert int(closed.stdout) > 2


def test_an_output_that_lacks_the_letters_gets_them_escaped(trained: tuple[Path, Result]) -> None:
    done = shell("bptt --lang vi evaluate run reviews.csv --progress none", trained[0].parent, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert "độ chính xác 1.0000" in done.stdout.decode("unicode_escape")


@pytest.mark.parametrize(("backend", "line"), [("numpy", "bptt train reviews.csv --run new"), ("torch", "bptt predict run hi")])
def test_another_backend_is_refused_before_anything_is_done(trained: tuple[Path, Result], backend: str, line: str) -> None:
    done = shell(line, trained[0].parent, KERAS_BACKEND=backend)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(
        f"Error (backend.not-jax): KERAS_BACKEND is {backend}; the commands need Keras on jax."
    )
    assert not (trained[0].parent / "new").exists()
    assert shell("bptt train --help", trained[0].parent, KERAS_BACKEND=backend).returncode == 0


def test_an_unknown_language_of_the_environment_is_told(tmp_path: Path) -> None:
    told = shell("bptt train", tmp_path, BPTT_LANG="fr").stderr.decode().splitlines()
    assert told[0] == "BPTT_LANG=fr: there is no such language here. Known: en, vi. Speaking en."
    assert b"BPTT_LANG" not in shell("bptt --lang vi init", tmp_path, BPTT_LANG="fr").stderr


def test_without_a_command_the_help_is_shown_and_no_error(tmp_path: Path) -> None:
    done = shell("bptt", tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")  # as click does
    assert "Error" not in done.stderr.decode()
    assert done.stderr == shell("bptt --help", tmp_path).stdout


def test_json_reads_back_the_same_from_an_output_of_few_letters() -> None:
    from bptt.messages.visible import visible_json

    for value in ({"label": "rất tốt 😀 é"}, {"label": "\x9b\u202e\x1b\u2028\x00"}, {"label": "half \udcff"}):
        for encoding in ("ascii", "latin-1", "utf-8"):
            text = visible_json(value, encoding)
            assert text.isprintable()
            assert json.loads(text.encode(encoding).decode(encoding)) == value
