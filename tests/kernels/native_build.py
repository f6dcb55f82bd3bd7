"""The C++ of native/ built for its own tests."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.kernels.processes import ROOT

CHECK = "check_kernels"
PYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"
INSTALLED = f"{PYTHON}-{PYTHON}-{re.sub('[-.]', '_', sysconfig.get_platform())}"  # {wheel_tag} of pyproject.toml


def tool(name: str) -> str:
    """A program of this environment or of the path; the test is skipped without it."""
    found = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def compiler() -> str:
    return tool(os.environ.get("CXX", "c++"))


def run(*command: str | Path, timeout: float = 280) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def build_check(sanitizers: str = "") -> Path:
    """check_kernels and the library of all levels, by CMake in a folder that later runs build on; returns that folder.

    Without sanitizers it is the one of `make setup`, where the library is compiled already.
    """
    folder = ROOT / "build" / (f"tests-{sanitizers}" if sanitizers else INSTALLED)
    settings = [f"-DPython_EXECUTABLE={sys.executable}", f"-DBPTT_SANITIZE={sanitizers}"]
    if not (folder / "CMakeCache.txt").exists():  # another compiler would mean to compile all again
        settings.append(f"-DCMAKE_CXX_COMPILER={compiler()}")
    cmake, ninja = tool("cmake"), tool("ninja")
    run(cmake, "-S", ROOT, "-B", folder, "-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={ninja}", *settings)
    run(cmake, "--build", folder, "--target", CHECK)
    return folder


def compile_check(native: Path, folder: Path, *flags: str) -> Path:
    """check_kernels of the sources in `native`, as one level with these flags; returns the program."""
    program = folder / CHECK
    level = ("-DBPTT_LEVEL_NAMESPACE=generic", '-DBPTT_LEVEL_NAME="checked"', f"-I{native / 'include'}")
    sources = (*(native / "src").glob("*.cc"), *(native / "tests").glob("*.cc"))
    run(compiler(), "-std=c++17", "-pthread", *flags, *level, *sources, "-o", program, timeout=800)
    return program
