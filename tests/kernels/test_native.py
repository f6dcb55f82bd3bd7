"""The C++ alone: against plain loops on every level, clean under sanitizers, each level's code its own."""

import re
from pathlib import Path

import pytest

from bptt.kernels import _native
from tests.kernels.native_build import CHECK, build_check, run, tool


@pytest.fixture(scope="module")
def built() -> Path:
    return build_check()


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_every_level_is_the_plain_loops(built: Path, every: int) -> None:
    """Each third case: the four cells take turns, so each is met."""
    said = run(built / CHECK, str(every))
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
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("sanitizers", "every"), [("address,undefined", 1), ("thread", 7)])
def test_every_level_is_clean_under_sanitizers(sanitizers: str, every: int) -> None:
    """No access out of bounds, nothing undefined, no race."""
    run(build_check(sanitizers) / CHECK, str(every), timeout=1000)
