"""Native = scan = reference, whatever the shape, the mask, the direction and the options."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bptt.kernels import Options, native, scan
from tests.kernels.parity import check, well_conditioned
from tests.kernels.strategies import MASKS, Case, cases, draw_problem

SEQUENCES = Options(return_sequences=True)
SLICES = Case(300, 9, 17, 65, masked=True, options=Options("relu", True, True, True))
CHUNKS = Case(33, 300, 3, 20, vocabulary=3000, masked=True, options=SEQUENCES)
seeds = st.integers(0, 2**32 - 1)


def check_native(case: Case, seed: int) -> None:
    for mask in MASKS if case.masked else ("none",):
        problem = draw_problem(case, mask, seed)
        check(native.simple_rnn, problem, "float64")
        if well_conditioned(problem):
            check(native.simple_rnn, problem, "float32")


@settings(max_examples=40, deadline=None, derandomize=True)
@example(case=SLICES, seed=1)
@example(case=CHUNKS, seed=1)
@given(case=cases(), seed=seeds)
def test_native_is_the_reference(case: Case, seed: int) -> None:
    check_native(case, seed)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=800, deadline=None)
@given(case=cases(), seed=seeds)
def test_native_is_the_reference_on_many_more(case: Case, seed: int) -> None:
    check_native(case, seed)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(case=cases(), seed=seeds)
def test_scan_is_the_reference(case: Case, seed: int) -> None:
    check(scan.simple_rnn, draw_problem(case, "mixed", seed))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=100, deadline=None)
@given(case=cases(), seed=seeds)
def test_scan_is_the_reference_on_many_more(case: Case, seed: int) -> None:
    check(scan.simple_rnn, draw_problem(case, "mixed", seed))
