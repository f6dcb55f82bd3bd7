"""What the documents say can be done: the README's commands and Python are run, the examples and the make targets exist."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bptt.config import Config, read_toml
from tests.commands import Bptt, bptt, run_bptt, tiny, write_reviews

__all__ = ["bptt"]

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, document: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", document, re.DOTALL | re.MULTILINE)


def commands(document: str = README) -> Iterator[str]:
    for block in blocks("console", document):
        yield from (line.partition("  #")[0].strip() for line in block.splitlines())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the README speaks of."""
    write_reviews(tmp_path / "reviews.csv")
    write_reviews(tmp_path / "others.csv", rows=20)
    (tmp_path / "others.txt").write_text("lovely tea\nawful tea\n")
    (tmp_path / "texts.txt").write_text("lovely tea in the morning\nno tea was ever so awful\n" * 40)
    return tmp_path


def test_the_first_two_commands_are_the_demo_and_the_tests() -> None:
    assert list(commands())[:2] == ["make demo", "make test"]


def test_the_commands_run_one_after_another(bptt: Bptt, folder: Path) -> None:
    """Training is made short: what is tested is that every command still exists and does its work."""
    ran = [command for command in commands() if not command.startswith("make ")]
    assert len(ran) >= 8
    for command in ran:
        piped, arguments = re.fullmatch(r"(?:cat (\S+) \| )?bptt (.*)", command).groups()
        words = shlex.split(arguments)
        words = words[:2] + tiny(*words[2:]) if arguments.startswith(("train", "pretrain")) else words
        result = bptt(*words, stdin=(folder / piped).read_bytes() if piped else b"")
        assert result.returncode == 0, f"{command}\n{result.stderr.decode()}"
        assert result.stdout or "--out" in command, command


def test_the_verbs_run_as_functions(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With a network small enough to wait for."""
    monkeypatch.chdir(folder)
    [block] = [block for block in blocks("python") if "experiment" in block]
    training, small = '"training": {"epochs": 3}', '"model": {"units": [8]}, "text": {"max_length": 16, "bucket_edges": []}'
    assert training in block
    exec(compile(block.replace(training, f"{training}, {small}"), "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert "of 20 rows" in out
    assert "runs/from-python/report.html" in out


def test_the_layers_run_in_a_model_of_ones_own() -> None:
    """In a Python of its own, as a reader would: which of keras and bptt comes first is part of what is said."""
    [block] = [block for block in blocks("python") if "keras.Sequential" in block]
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "kernel" in done.stdout


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        word
        for path in DOCUMENTS
        for word in re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= targets


def test_ci_runs_what_the_readme_says() -> None:
    """A dry run: the words of .ci/run are make's, in order, and the second is the README's."""
    [line] = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("make ")]
    assert line.split() == ["make", "lint", "test"]


def test_links_lead_somewhere() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda path: path.name)
def test_each_example_is_a_valid_configuration(path: Path) -> None:
    assert Config.parse(read_toml(path)) != Config()


def test_the_pinned_version_is_said_once() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert version in run_bptt("--version").stdout.decode()


def test_the_lock_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "==" in lock
    assert not re.search(r"https?://|file://|--(extra-)?index|--find-links", lock)
