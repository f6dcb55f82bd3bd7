"""Native = scan = reference, whatever the cell, the shape, the mask, the direction and the options."""

import jax
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bptt.kernels import Options, native, scan
from bptt.kernels.options import CELLS
from tests.haste import haste
from tests.kernels.parity import check, well_conditioned
from tests.kernels.strategies import MASKS, Case, cases, draw_problem

SLICES = Case(300, 9, 17, 65, masked=True, options=Options("gru", "relu", "sigmoid", True, True, True, True))
CHUNKS = Case(33, 300, 3, 20, vocabulary=3000, masked=True, options=Options("lstm", return_sequences=True))
ALONE = Case(31, 1, 3, 1, norm=True, options=Options("simple_rnn", "linear"))  # all before the norm has gradient 0
seeds = st.integers(0, 2**32 - 1)


def check_native(case: Case, seed: int) -> None:
    for mask in MASKS if case.masked else ("none",):
        problem = draw_problem(case, mask, seed)
        check(native.recurrence, problem, "float64")
        if well_conditioned(problem):
            check(native.recurrence, problem, "float32")


@settings(max_examples=40, deadline=None, derandomize=True)
@example(case=SLICES, seed=1)
@example(case=CHUNKS, seed=1)
@example(case=ALONE, seed=20)
@given(case=cases(), seed=seeds)
def test_native_is_the_reference(case: Case, seed: int) -> None:
    check_native(case, seed)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=1500, deadline=None)
@given(case=cases(), seed=seeds)
def test_native_is_the_reference_on_many_more(case: Case, seed: int) -> None:
    check_native(case, seed)


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(data=st.data(), seed=seeds)
def test_scan_is_the_reference(cell: str, data: st.DataObject, seed: int) -> None:
    """Step by step: of many options on few shapes, compiling is the greater part."""
    five, three = st.just(5), st.just(3)
    case = data.draw(cases((cell,), sizes=five, times=three, vocabularies=st.sampled_from([0, 0, 7])))
    with haste(), jax.disable_jit():
        check(scan.recurrence, draw_problem(case, "mixed", seed))


@pytest.mark.parametrize("cell", CELLS)
def test_the_compiled_scan_is_the_reference(cell: str) -> None:
    options = Options(cell, go_backwards=True, zero_output_for_mask=True, return_sequences=True, zoneout=0.3, training=True)
    problem = draw_problem(Case(9, 40, 3, 7, vocabulary=11, masked=True, options=options, drops=(0, 1)))
    check(scan.recurrence, problem, "float32")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=200, deadline=None)
@given(case=cases(), seed=seeds)
def test_scan_is_the_reference_on_many_more(case: Case, seed: int) -> None:
    check(scan.recurrence, draw_problem(case, "mixed", seed))
