"""Environments as users have them: new ones, with no program on the path but their own."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ("CMakeLists.txt", "LICENSE", "README.md", "native", "pyproject.toml", "src")
COMPILERS = ("c++", "cc", "clang", "clang++", "g++", "gcc")


def copy_source(folder: Path, names: tuple[str, ...] = SOURCE) -> Path:
    """What stands in the repository under `names`, copied into the new `folder`."""
    folder.mkdir()
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


def without_compiler(programs: Path, **variables: str) -> dict[str, str]:
    """This process's variables, with `programs` as the whole path."""
    assert not [name for name in COMPILERS if shutil.which(name, path=str(programs))]
    kept = {name: value for name, value in os.environ.items() if name not in ("CC", "CXX", "BPTT_REQUIRE_NATIVE")}
    return kept | {"PATH": str(programs), "BPTT_LANG": "en", "COLUMNS": "200"} | variables


class Environment:
    """A new virtual environment that sees neither a compiler nor this repository."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=True)
        self.programs = folder / "bin"

    def run(self, *command: str | Path, cwd: Path) -> str:
        """Standard output and error of one of its programs, which must succeed."""
        name, *arguments = command
        done = subprocess.run(
            [self.programs / name, *arguments],
            cwd=cwd,
            env=without_compiler(self.programs),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1200,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout


def build(source: Path, hook: str, compiler: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
    """`hook` of the build backend ("build_wheel", "build_editable") on `source`, with this environment's cmake and ninja."""
    programs = Path(sys.executable).parent
    environment = os.environ | variables if compiler else without_compiler(programs, **variables)
    code = f"from scikit_build_core.build import {hook}; {hook}('.')"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=source,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
        check=False,
    )
