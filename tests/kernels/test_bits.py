"""The same bits whoever computes: any number of threads, any company in the batch, any number of repetitions."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from bptt.kernels import Options, native
from bptt.kernels.options import CELLS
from tests.kernels.parity import computed
from tests.kernels.processes import result
from tests.kernels.strategies import Case, Problem, draw_problem

THREADS = (1, 2, 3, 7)
PLAIN = Case(50, 20, 9, 11, vocabulary=40, masked=True, options=Options(return_sequences=True))
GATED = replace(PLAIN, vocabulary=0, options=Options("gru", reset_after=False, return_sequences=True), drops=(3, 3))
NORMED = replace(PLAIN, options=Options("lstm", zoneout=0.2, zoneout_cell=0.5, training=True), projected=True, norm=True)
NARROW = replace(GATED, units=33, options=replace(GATED.options, narrow=True))


@pytest.fixture(scope="module")
def digests() -> list[Any]:
    """NPROC is the number of threads that XLA gives a kernel."""
    with ThreadPoolExecutor(2) as pool:
        return [*pool.map(lambda threads: result("tests.kernels.digest", NPROC=str(threads)), THREADS)]


def test_the_number_of_threads_really_changes(digests: list[Any]) -> None:
    assert [digest["threads"] for digest in digests] == list(THREADS)


def test_bits_do_not_depend_on_the_number_of_threads(digests: list[Any]) -> None:
    one, *others = (digest["hashes"] for digest in digests)
    assert len(set(one.values())) > 30  # of real, different arrays
    assert all(other == one for other in others)


def take_row(problem: Problem, row: int) -> Problem:
    """`problem` with that row alone."""
    p, rows = problem, ("ids", "states", "mask", "d_states", "d_sequence", *(() if problem.ids is not None else ("inputs",)))
    alone = {name: jax.tree.map(lambda a: a[[row]], getattr(p, name)) for name in rows}
    return replace(p, **alone, drops=jax.tree.map(lambda masks: masks[:, [row]], p.drops))


@pytest.mark.parametrize("vocabulary", [0, 30])
@pytest.mark.parametrize("dtype", ["float32", "float64", "narrow"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_row_has_the_same_bits_alone_and_in_a_batch(cell: str, dtype: str, vocabulary: int) -> None:
    """Zoneout mixes here: drawn, it differs from row to row by design."""
    narrow, dtype = dtype == "narrow", dtype.replace("narrow", "float32")
    options = Options(cell, return_sequences=True, zoneout=0.3, narrow=narrow)
    problem = draw_problem(Case(75, 30, 7, 37, vocabulary, masked=True, options=options, drops=(0, 1)))
    together = computed(native.recurrence, problem, dtype)
    names = ("h", "sequence", "d_h", *(("c", "d_c") if cell == "lstm" else ()), *(() if vocabulary else ("d_inputs",)))
    for row in (0, 1, 31, 32, 40, 74):
        alone = computed(native.recurrence, take_row(problem, row), dtype)
        for name in names:
            assert alone[name].tobytes() == together[name][[row]].tobytes(), (name, row)


@pytest.mark.parametrize("case", [PLAIN, GATED, NORMED, NARROW], ids=["plain", "gated", "normed", "narrow"])
def test_a_repetition_has_the_same_bits(case: Case) -> None:
    """Scratch memory is used again and never cleared: nothing of the call before may be left in it."""
    problem = draw_problem(case)
    once = computed(native.recurrence, problem, "float32")
    computed(native.recurrence, replace(problem, inputs=problem.inputs * np.nan), "float32")
    again = computed(native.recurrence, problem, "float32")
    assert all(value.tobytes() == once[name].tobytes() for name, value in again.items())
