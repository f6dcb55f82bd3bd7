"""Tests of the C++ tests: with any one of these lines changed, native/tests/check_kernels must fail.

All changes are compiled into one program; an environment variable chooses one.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bptt.kernels import compiled
from tests.kernels import mutants_narrow
from tests.kernels.mutants import MUTANTS, Mutant
from tests.kernels.native_build import compile_check
from tests.kernels.processes import ROOT

pytestmark = pytest.mark.timeout(900)
CHOSEN = '#include <cstdlib>\ninline const int bptt_mutant = std::atoi(std::getenv("BPTT_MUTANT"));\n'


def compiled_with(mutants: list[Mutant], folder: Path, *flags: str) -> Path:
    native = folder / "native"
    shutil.copytree(ROOT / "native", native)
    for number, mutant in enumerate(mutants, 1):
        source = (native / mutant.file).read_text()
        (native / mutant.file).write_text(source.replace(mutant.was, mutant.switched(number)))
    (folder / "chosen.h").write_text(CHOSEN)
    return compile_check(native, folder, "-O1", *flags, "-include", str(folder / "chosen.h"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_with(MUTANTS, tmp_path_factory.mktemp("mutants"))


@pytest.fixture(scope="module")
def narrow_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not compiled.narrows(64):
        pytest.skip("this processor, or the level in use, does not multiply in bfloat16")
    return compiled_with(mutants_narrow.MUTANTS, tmp_path_factory.mktemp("narrow"), *mutants_narrow.FLAGS)


def passes(program: Path, number: int) -> bool:
    try:
        environment = os.environ | {"BPTT_MUTANT": str(number)}
        return subprocess.run([program], capture_output=True, timeout=300, check=False, env=environment).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def test_every_mutant_is_one_place_of_the_source() -> None:
    """Not slow: who changes the source changes the mutant with it."""
    every = MUTANTS + mutants_narrow.MUTANTS
    assert not [mutant for mutant in every if (ROOT / "native" / mutant.file).read_text().count(mutant.was) != 1]


@pytest.mark.slow
def test_the_unchanged_source_passes(program: Path) -> None:
    assert passes(program, 0)


@pytest.mark.slow
def test_the_unchanged_narrow_source_passes(narrow_program: Path) -> None:
    assert passes(narrow_program, 0)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{Path(mutant.file).name}: {mutant.was}")
def test_the_mutant_is_killed(mutant: Mutant, program: Path) -> None:
    assert not passes(program, MUTANTS.index(mutant) + 1)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", mutants_narrow.MUTANTS, ids=lambda mutant: f"{mutant.was} -> {mutant.becomes}")
def test_the_narrow_mutant_is_killed(mutant: Mutant, narrow_program: Path) -> None:
    assert not passes(narrow_program, mutants_narrow.MUTANTS.index(mutant) + 1)
