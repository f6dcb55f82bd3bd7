"""What a training step holds: bounded by what it must keep, and scratch that does not pile up from call to call."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.memory import BOUND, MODELS
from tests.kernels.processes import result, run_module

pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="resident memory is read in Linux's /proc")


def models() -> list[Any]:
    return [name if name == "stacked" else pytest.param(name, marks=pytest.mark.slow) for name in MODELS]


@pytest.mark.parametrize("model", models())
def test_a_step_holds_little_more_than_it_must_keep(model: str) -> None:
    done = run_module("benchmarks.memory", model, "--here")
    assert done.returncode == 0, done.stderr
    kept, step = map(int, done.stdout.split())
    assert step < BOUND * kept


def test_scratch_is_that_of_the_largest_call() -> None:
    """Ten sizes in turn: kept blocks of every size would be five and a half times the largest."""
    found = result("tests.kernels.scratch")
    assert found["grown"] < 2 * found["largest"]
