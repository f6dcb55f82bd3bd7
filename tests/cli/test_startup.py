"""`bptt --help` answers at once, in the language asked for."""

import os
import resource
import subprocess
import sys

import pytest

from tests.commands import run_bptt

HEAVY = {"jax", "keras", "numpy", "pydantic", "regex", "safetensors"}


def test_help_within_a_fifth_of_a_second() -> None:
    """In seconds of the processor: on the clock, other programs on the machine count too."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run_bptt("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _try in range(20)) < 0.2


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["predict", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "bptt", *arguments]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    names = {line.rpartition("|")[2].strip().split(".")[0] for line in told.splitlines()}
    assert "rich_click" in names, "the list is read rightly"
    assert not HEAVY & names


def test_help_lists_the_commands_in_both_languages() -> None:
    english, vietnamese = (run_bptt("--lang", language, "--help").stdout.decode() for language in ("en", "vi"))
    for command in ("init", "check", "train", "evaluate", "predict", "report"):
        assert command in english
        assert command in vietnamese
    assert "Usage: bptt" in english
    assert "Show this message and exit." in english, "Click's own words"
    assert "Cách dùng: bptt" in vietnamese
    assert "Hiện thông báo này rồi thoát." in vietnamese


def test_the_language_comes_from_the_environment_where_nobody_says() -> None:
    code = "from bptt import messages; print(messages.language())"
    unset = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "BPTT_LANG")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    for variables, language in [
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"BPTT_LANG": "en", "LANG": "vi_VN"}, "en"),
        ({"LANG": "fr_FR"}, "en"),
    ]:
        told = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=kept | variables
        ).stdout
        assert told.strip() == language
