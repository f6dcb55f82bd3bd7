import os
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from bptt.errors import ModelFileError
from bptt.record import METRICS, Run, default_path, environment, write_atomically


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", {"text": {"edges": (64, 128)}, "training": {"epochs": 3, "clipnorm": None}})


def test_create_then_open_gives_the_same_config_without_none(run: Run) -> None:
    assert Run.open(run.path).config() == {"text": {"edges": [64, 128]}, "training": {"epochs": 3}}


def test_a_config_saved_with_a_byte_order_mark_reads_the_same(run: Run) -> None:
    file = run.path / "config.toml"
    before = run.config()
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert run.config() == before


def test_environment_names_versions_processor_threads_and_command(run: Run) -> None:
    stored = run.read_json("environment.json")
    assert stored == environment()
    assert stored["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert stored["threads"] >= 1 and stored["processor"]
    assert shlex.split(stored["command"])[1:] == sys.orig_argv[1:]


def test_create_refuses_a_folder_with_content_and_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for taken in (run.path, tmp_path / "file"):
        with pytest.raises(ModelFileError, match=r"already holds something.*--run") as caught:
            Run.create(taken, {})
        assert caught.value.code == "run.not-empty"


def test_create_takes_an_empty_folder(tmp_path: Path) -> None:
    assert Run.create(tmp_path, {}).path == tmp_path


def test_open_refuses_what_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"no config\.toml"):
        Run.open(tmp_path)


def test_events_come_back_in_order(run: Run) -> None:
    events = [{"event": "start", "label": "tốt"}, {"event": "epoch", "epoch": 1, "loss": 0.25}]
    for event in events:
        run.append(event)
    assert run.metrics() == events


def test_a_new_run_has_no_events(run: Run) -> None:
    assert run.metrics() == []


def test_a_last_line_cut_short_is_left_out_and_said(run: Run) -> None:
    run.append({"event": "start"})
    with (run.path / METRICS).open("ab") as file:
        file.write(b'{"event": "ep')
    with pytest.warns(UserWarning, match="cut short"):
        assert run.metrics() == [{"event": "start"}]


def test_complete_lines_bring_no_warning(run: Run) -> None:
    run.append({"event": "start"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run.metrics()


def test_a_damaged_line_in_the_middle_is_an_error(run: Run) -> None:
    (run.path / METRICS).write_text('{"event": "sta\n{"event": "end"}\n')
    with pytest.raises(ModelFileError, match=r"metrics\.jsonl is damaged"):
        run.metrics()


def test_not_a_number_never_reaches_a_file(run: Run) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        run.append({"loss": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        run.write_json("scores.json", {"accuracy": float("inf")})
    assert run.metrics() == [] and not (run.path / "scores.json").exists()


def test_json_missing_and_damaged(run: Run) -> None:
    with pytest.raises(ModelFileError, match=r"no scores\.json in this run"):
        run.read_json("scores.json")
    (run.path / "scores.json").write_text("{")
    with pytest.raises(ModelFileError, match=r"scores\.json is damaged"):
        run.read_json("scores.json")


@pytest.mark.parametrize("content", ['{"a": "1"}', '{"a": true}', '{"a": 1.5}', '{"a": null}', "[]", "1"])
def test_json_of_another_kind(run: Run, content: str) -> None:
    (run.path / "counts.json").write_text('{"a": 1}')
    assert run.read_json("counts.json", dict[str, int]) == {"a": 1}
    (run.path / "counts.json").write_text(content)
    (run.path / METRICS).write_text(content + "\n")
    for read in (lambda: run.read_json("counts.json", dict[str, int]), lambda: run.metrics(dict[str, int])):
        with pytest.raises(ModelFileError, match=r"is damaged \(.+ is of another kind than expected\)"):
            read()


def test_damaged_config(run: Run) -> None:
    (run.path / "config.toml").write_text("a = ")
    with pytest.raises(ModelFileError, match=r"config\.toml is damaged"):
        run.config()


def test_default_paths_count_upwards(tmp_path: Path) -> None:
    first = default_path("data/reviews.csv.gz", tmp_path)
    assert first.name.endswith("-reviews-1") and first.parent == tmp_path
    first.mkdir()
    assert default_path("data/reviews.csv.gz", tmp_path).name.endswith("-reviews-2")


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_atomically(tmp_path / "file", b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    """Another process reads all the while: it must only ever see whole contents."""
    target = tmp_path / "file"
    write_atomically(target, b"a" * 400_000)
    reader = (
        "import sys, pathlib\n"
        "path = pathlib.Path(sys.argv[1]); print('ready', flush=True)\n"
        "for _ in range(400):\n"
        "    content = path.read_bytes()\n"
        "    assert len(content) == 400_000 and len(set(content)) == 1, len(content)\n"
    )
    with subprocess.Popen([sys.executable, "-c", reader, str(target)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        letters = iter(b"bc" * 10_000)
        while process.poll() is None:
            write_atomically(target, bytes([next(letters)]) * 400_000)
    assert process.returncode == 0
