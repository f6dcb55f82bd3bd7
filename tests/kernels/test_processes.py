"""What is settled once a process: the instruction-set level, the floating-point mode, calls at the same time."""

import os
import platform
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bptt.kernels import Options, _native, native
from bptt.shapes import Floats
from tests.kernels.parity import computed
from tests.kernels.processes import result, run_module
from tests.kernels.strategies import Case, Problem, draw_problem

LEVELS = _native.levels()


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_can_be_forced_and_is_the_reference(level: str) -> None:
    """The digest holds its recurrences to the reference before it prints."""
    assert result("tests.kernels.digest", BPTT_LEVEL=level)["level"] == level


def test_a_level_that_does_not_run_here_is_refused() -> None:
    done = run_module("tests.kernels.digest", BPTT_LEVEL="x86-64-v9")
    assert done.returncode != 0
    assert f"BPTT_LEVEL=x86-64-v9 does not run here; this processor runs: {', '.join(LEVELS)}" in done.stderr


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="MXCSR is a register of x86")
def test_the_floating_point_mode_stays_as_it_was() -> None:
    before, imported, used = result("tests.kernels.float_mode")
    assert before == 0x1F80  # the default: to the nearest, no traps, denormals neither flushed nor read as zero
    assert (imported, used) == (before, before)


def test_calls_at_the_same_time_do_not_disturb_each_other() -> None:
    """Four threads, each with a problem of its own, again and again: scratch memory is nobody else's."""
    cells = ("simple_rnn", "lstm", "gru", "simple_rnn")
    cases = [Case(40 + i, 30, 9, 33 + i, 50 * (i % 2), True, Options(cells[i], return_sequences=True)) for i in range(4)]
    problems = [draw_problem(case, seed=i) for i, case in enumerate(cases)]
    alone = [computed(native.recurrence, problem, "float32") for problem in problems]
    start = threading.Barrier(len(problems))

    def repeat(problem: Problem) -> list[dict[str, Floats]]:
        start.wait()
        return [computed(native.recurrence, problem, "float32") for _ in range(25)]

    with ThreadPoolExecutor(len(problems)) as pool:
        together = [*pool.map(repeat, problems)]
    for want, repetitions in zip(alone, together, strict=True):
        assert all(got[name].tobytes() == want[name].tobytes() for got in repetitions for name in want)


def test_a_kernel_runs_without_a_layer() -> None:
    """Registration is nobody's to remember."""
    done = run_module("tests.kernels.alone")
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_forked_child_goes_on_calling(count: int) -> None:
    """While another thread of the parent calls too: no lock that it holds at the fork may be waited for."""
    assert result("tests.kernels.forks", str(count), BPTT_THREADS="3") == count
