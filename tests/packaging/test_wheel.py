"""`make wheel`: its wheel needs no compiler, and the kernels inside pass their tests far from the source."""

import platform
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.packaging.environments import ROOT, Environment, copy_source

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
TESTED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["cibuildwheel"]


@pytest.fixture(scope="module")
def wheel() -> Path:
    subprocess.run(["make", "wheel"], cwd=ROOT, check=True)
    [wheel] = (ROOT / "dist").glob("*.whl")
    return wheel


def test_the_tag_promises_no_newer_system_than_this_one(wheel: Path) -> None:
    promised = re.search(r"manylinux_2_(\d+)_", wheel.name)
    assert promised, wheel.name
    assert int(promised[1]) <= int(platform.libc_ver()[1].split(".")[1])


def test_it_installs_without_a_compiler_and_passes_the_kernels_tests(wheel: Path, tmp_path: Path) -> None:
    new = Environment(tmp_path / "new")
    new.run("pip", "install", "--quiet", "--only-binary=:all:", wheel, *TESTED["test-requires"], cwd=tmp_path)
    tests = copy_source(tmp_path / "elsewhere", tuple(TESTED["test-sources"]))
    said = new.run(*shlex.split(TESTED["test-command"]), cwd=tests)
    assert re.search(r"=+ \d+ passed", said), said
