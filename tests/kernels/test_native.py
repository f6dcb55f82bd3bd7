"""The C++ alone: against plain loops on every level, clean under sanitizers, each level's code its own."""

import re
from pathlib import Path

import pytest

from bptt.kernels import _native
from tests.kernels.native_build import CHECK, build_check, compile_check, run, tool
from tests.kernels.processes import ROOT


@pytest.fixture(scope="module")
def built() -> Path:
    return build_check()


def test_every_level_is_the_plain_loops(built: Path) -> None:
    said = run(built / CHECK)
    assert re.search(rf"^{len(_native.levels())} levels, \d+ cases each, 0 failures$", said, re.MULTILINE), said


def test_no_function_leaves_its_level(built: Path) -> None:
    """The linker keeps one copy of a weak symbol: one that two levels share might be the copy that this processor lacks."""
    objects = sorted(built.glob("CMakeFiles/level_*.dir/**/*.o"))
    assert objects
    for path in objects:
        level = path.relative_to(built / "CMakeFiles").parts[0].removeprefix("level_").removesuffix(".dir")
        symbols = [line.split()[-2:] for line in run(tool("nm"), "--defined-only", path).splitlines()]
        seen = [name for kind, name in symbols if kind in "uvVwWBDRT"]
        shared = [name for name in seen if f"{len(level)}{level}" not in name]
        assert seen and not shared, f"{level} shares {shared} with the other levels"


@pytest.mark.slow
def test_no_access_out_of_bounds_and_nothing_undefined(tmp_path: Path) -> None:
    sanitizers = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    run(compile_check(ROOT / "native", tmp_path, "-O1", "-march=native", *sanitizers))
