"""Products in bfloat16: the native kernel against the reference that rounds the same operands, and both against float32."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bptt.kernels import Options, compiled, native, scan
from bptt.kernels.options import CELLS, GATES
from bptt.kernels.reference import parts
from bptt.shapes import Floats
from tests.kernels.closeness import distance, norm
from tests.kernels.parity import check, computed, expected, nearest_kink
from tests.kernels.strategies import Case, Problem, cases, draw_problem

pytestmark = pytest.mark.skipif(
    not compiled.narrows(64), reason="this processor, or the level in use, does not multiply in bfloat16"
)
U = 2.0**-8  # bfloat16 rounds a number by that share of it at most
seeds = st.integers(0, 2**32 - 1)


def narrowed(case: Case) -> Case:
    return replace(case, options=replace(case.options, narrow=True))


def decided(problem: Problem) -> bool:
    """Whether float32's rounding decides nothing: no operand stands so near to the middle between two numbers of bfloat16
    that another one there would show, and no activation near a kink."""
    problem = problem.cast("float32").cast("float64")
    plain, exact = parts.rounded, expected(problem)

    def moved(by: float) -> float:
        with patch.object(parts, "rounded", lambda a: plain(a + by * (np.abs(a) + np.max(np.abs(a), initial=0) / 8))):
            other = expected(problem)
        return max(distance(other[name], exact[name]) / norm(exact[name]) for name in exact)

    return nearest_kink(problem) > 1e-6 and all(moved(by) < 1e-6 for by in (2.0**-22, -(2.0**-22)))


@st.composite
def few(draw: Any) -> Case:
    """Few rows and steps: the more is rounded, the more stands at a tie. Units and features that fill no pair, and no vector."""
    case = draw(cases(sizes=st.integers(1, 3), times=st.integers(1, 4), vocabularies=st.sampled_from([0, 0, 1, 7])))
    return narrowed(
        replace(case, units=draw(st.sampled_from([32, 33, 47, 65])), features=draw(st.sampled_from([1, 2, 3, 17, 33])))
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(case=few(), seed=seeds)
def test_native_is_the_reference_of_the_same_roundings(case: Case, seed: int) -> None:
    """As near as float32 is to float64, wherever no rounding to bfloat16 stands at a tie."""
    problem = next(filter(decided, (draw_problem(case, seed=(seed + i) % 2**32) for i in range(30))), None)
    assume(problem is not None)
    check(native.recurrence, problem, "float32")


@pytest.mark.parametrize("cell", CELLS)
def test_scan_is_the_reference_of_the_same_roundings(cell: str) -> None:
    options = Options(cell, go_backwards=True, return_sequences=True, zoneout=0.3, narrow=True)
    for drops in ((0, 0), (GATES[cell], 1)):
        check(scan.recurrence, draw_problem(Case(5, 6, 3, 7, masked=True, options=options, drops=drops)), "float64")


# What bfloat16 costs: see docs/kernels.md.
LARGE = [
    Case(20, 200, 3, 128, masked=True, options=Options("simple_rnn", return_sequences=True)),
    Case(9, 200, 1, 33, masked=True, options=Options("simple_rnn", go_backwards=True, zoneout=0.2, training=True), norm=True),
    Case(20, 200, 33, 64, masked=True, options=Options("lstm", return_sequences=True), drops=(4, 4)),
    Case(9, 120, 1, 33, vocabulary=50, masked=True, options=Options("lstm", go_backwards=True, zoneout_cell=0.2)),
    Case(9, 60, 0, 65, masked=True, options=Options("lstm", return_sequences=True), projected=True, norm=True),
    Case(20, 200, 17, 128, masked=True, options=Options("gru", return_sequences=True), drops=(1, 3)),
    Case(9, 120, 3, 65, vocabulary=500, masked=True, options=Options("gru", reset_after=False, go_backwards=True)),
    Case(9, 60, 0, 33, masked=True, options=Options("gru", return_sequences=True), projected=True, norm=True),
]


def apart(actual: Floats, other: Floats) -> float:
    """The distance of two arrays in the root mean square, in parts of the second's."""
    return float(np.linalg.norm(actual - other) / np.linalg.norm(other))


@pytest.mark.parametrize("case", LARGE, ids=lambda case: f"{case.options.cell}-{case.units}-{case.time}")
def test_the_error_is_within_its_bound(case: Case) -> None:
    """Of every result and gradient, up to 200 steps: 2 roundings to bfloat16, and more than a twentieth of one.

    The gradient of the first states is a product of T steps: sqrt(T) roundings.
    """
    exact, got = expected(draw_problem(case)), computed(native.recurrence, draw_problem(narrowed(case)), "float32")
    errors = {name: apart(got[name], exact[name]) / U for name in got}
    for name, error in errors.items():
        assert error < (max(2, case.time**0.5) if name in ("d_h", "d_c") else 2), errors
    assert max(errors.values()) > 0.05, "nothing was rounded"


def test_each_element_of_a_product_is_within_its_bound() -> None:
    """One step without an activation is two products; back, each gradient is one."""
    case = Case(7, 1, 33, 47, options=Options(activation="linear"))
    wide, got = (
        draw_problem(case).cast("float32").cast("float64"),
        computed(native.recurrence, draw_problem(narrowed(case)), "float32"),
    )
    x, h, d, (w, u) = wide.inputs[:, 0], wide.states[0], wide.d_states[0], wide.weights[:2]
    size = np.abs(x) @ np.abs(w) + np.abs(h) @ np.abs(u)
    products = {"h": size, "d_h": np.abs(d) @ np.abs(u.T), "d_kernel": np.abs(x.T) @ np.abs(d)}
    for name, most in products.items():
        error = np.abs(got[name] - expected(wide)[name])
        assert np.all(error <= (2 * U + U**2) * most + 1e-6), name
        assert np.max(error / most) > U / 8, "nothing was rounded"


def state_rounded_between_steps(options: Options, x: Any, weights: Any, states: Any, mask: Any, *others: Any) -> Any:
    """A step a call, and the state of each in bfloat16."""
    outputs = []
    for t in range(x.shape[1]):
        states, _ = scan.recurrence(options, x[:, t : t + 1], weights, states, mask, *others)
        states = tuple(jax.lax.reduce_precision(state, 8, 7) for state in states)
        outputs.append(states[0])
    return states, jnp.stack(outputs, axis=1)


def weights_alone_rounded(options: Options, x: Any, weights: Any, *others: Any) -> Any:
    rounded = jax.tree.map(lambda w: jax.lax.reduce_precision(w, 8, 7), weights)
    return native.recurrence(replace(options, narrow=False), x, rounded, *others)


def nothing_rounded(options: Options, *others: Any) -> Any:
    return native.recurrence(replace(options, narrow=False), *others)


@pytest.mark.parametrize("fault", [state_rounded_between_steps, weights_alone_rounded, nothing_rounded])
@pytest.mark.parametrize("cell", CELLS)
def test_a_wrong_rounding_is_caught(cell: str, fault: Any) -> None:
    problem = next(
        p
        for p in (
            draw_problem(narrowed(Case(2, 3, 3, 33, options=Options(cell, return_sequences=True))), seed=i) for i in range(99)
        )
        if decided(p)
    )
    check(native.recurrence, problem, "float32")
    with pytest.raises(AssertionError):
        check(fault, problem, "float32")


@pytest.mark.parametrize(("units", "features"), [(31, 3), (1, 1), (5, 3)])
def test_of_few_units_all_is_float32(units: int, features: int) -> None:
    case = Case(9, 6, features, units, masked=True, options=Options("lstm", return_sequences=True))
    same_bits(case)


def test_a_row_too_long_for_the_stack_is_float32() -> None:
    """x W alone: h U is of few terms."""
    case = Case(2, 1, 32769, 32, options=Options(return_sequences=True))
    wide, narrow = (draw_problem(one) for one in (case, narrowed(case)))
    zero = tuple(np.zeros_like(state) for state in wide.states)
    found, got = (computed(native.recurrence, replace(one, states=zero), "float32") for one in (wide, narrow))
    assert got["h"].tobytes() == found["h"].tobytes()
    assert got["d_kernel"].tobytes() != found["d_kernel"].tobytes()


def same_bits(case: Case) -> None:
    wide, narrow = (computed(native.recurrence, draw_problem(one), "float32") for one in (case, narrowed(case)))
    assert all(wide[name].tobytes() == narrow[name].tobytes() for name in wide)


def test_float64_is_refused() -> None:
    problem = draw_problem(narrowed(Case(2, 3, 3, 33)))
    with pytest.raises(Exception, match="narrow is true and the arrays are float64, expected float32"):
        computed(native.recurrence, problem, "float64")
