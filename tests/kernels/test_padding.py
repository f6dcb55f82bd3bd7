"""Padding is never read: what stands there changes no bit, and its gradient is exactly 0."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt.kernels import Options, native, scan
from bptt.kernels.options import CELLS
from tests.haste import haste
from tests.kernels.parity import Kernel, computed
from tests.kernels.strategies import Case, Problem, cases, draw_problem

POISONS = (np.nan, np.inf, -np.inf)
ROW, STEP = 3, 4


def poisoned(problem: Problem, poison: float) -> Problem:
    """`problem` with another id, or `poison`, at each masked step of the input and, where outputs are zeroed, of dL/dsequence."""
    assert problem.mask is not None
    padding = ~problem.mask
    d_sequence = problem.d_sequence.copy()
    if problem.options.zero_output_for_mask:
        d_sequence[padding[:, ::-1] if problem.options.go_backwards else padding] = poison
    if problem.ids is not None:
        ids = problem.ids.copy()
        ids[padding] = {np.inf: np.iinfo(np.int32).max, -np.inf: -1}.get(poison, np.iinfo(np.int32).min)
        return replace(problem, ids=ids, d_sequence=d_sequence)
    inputs = problem.inputs.copy()
    inputs[padding] = poison
    return replace(problem, inputs=inputs, d_sequence=d_sequence)


def check_padding(kernel: Kernel, case: Case, seed: int, dtype: str) -> None:
    problem = draw_problem(case, "mixed", seed)
    clean = computed(kernel, problem, dtype)
    if problem.ids is None:
        assert not clean["d_inputs"][~problem.mask].any()
    for poison in POISONS:
        for name, value in computed(kernel, poisoned(problem, poison), dtype).items():
            assert value.tobytes() == clean[name].tobytes(), f"{poison} in the padding changes {name}"


masked = cases().filter(lambda case: case.masked)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(case=masked, seed=seeds, dtype=st.sampled_from(["float32", "float64"]))
def test_nothing_in_the_padding_changes_a_bit(case: Case, seed: int, dtype: str) -> None:
    check_padding(native.recurrence, case, seed, dtype)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(case=masked, seed=seeds, dtype=st.sampled_from(["float32", "float64"]))
def test_nothing_in_the_padding_of_many_more_changes_a_bit(case: Case, seed: int, dtype: str) -> None:
    check_padding(native.recurrence, case, seed, dtype)


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_in_the_padding_changes_a_bit_of_the_scan(cell: str) -> None:
    """Dense inputs: XLA reads the row of any id, and an id outside the table is NaN there."""
    options = Options(cell, go_backwards=True, zero_output_for_mask=True, return_sequences=True, zoneout=0.3, training=True)
    with haste():
        check_padding(scan.recurrence, Case(9, 7, 5, 3, masked=True, options=options, drops=(1, 1)), 0, "float32")


@pytest.mark.parametrize("cell", CELLS)
def test_a_row_without_a_real_step_keeps_its_states(cell: str) -> None:
    """Zoneout or not: a step that is none draws nothing."""
    options = Options(cell, return_sequences=True, zoneout=0.3, training=True)
    held = replace(draw_problem(Case(6, 4, 3, 5, options=options)), mask=np.zeros((6, 4), bool))
    got, (h, *c) = computed(native.recurrence, held, "float64"), held.states
    assert np.array_equal(got["h"], h)
    assert np.array_equal(got["sequence"], np.repeat(h[:, None], 4, axis=1))
    np.testing.assert_allclose(got["d_h"], held.d_states[0] + held.d_sequence.sum(axis=1), rtol=1e-14)
    assert not c or (np.array_equal(got["c"], c[0]) and np.array_equal(got["d_c"], held.d_states[1]))
    assert not any(got[f"d_{name}"].any() for name in ("inputs", "kernel", "recurrent_kernel", "bias"))


@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("wrong", [20, -1, np.iinfo(np.int32).max, np.iinfo(np.int32).min])
def test_an_id_outside_the_table_is_named_with_its_place(wrong: int, go_backwards: bool) -> None:
    problem = draw_problem(Case(40, 6, 3, 5, vocabulary=20, masked=True, options=Options(go_backwards=go_backwards)), "right")
    problem.mask[ROW] = True
    problem.ids[ROW, STEP] = wrong
    words = f"token id {wrong} at row {ROW}, step {STEP} is outside the vocabulary of 20 rows: expected 0 to 19"
    with pytest.raises(jax.errors.JaxRuntimeError, match=words):
        computed(native.recurrence, problem, "float32")
