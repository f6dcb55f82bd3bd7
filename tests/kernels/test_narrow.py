"""Products in bfloat16: the native kernel against the reference that rounds the same operands, and both against float32."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import jax
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bptt.kernels import Options, compiled, native, scan
from bptt.kernels.options import CELLS, GATES
from bptt.kernels.reference import parts
from bptt.shapes import Floats
from tests.haste import haste
from tests.kernels.closeness import distance, norm
from tests.kernels.parity import check, computed, expected, nearest_kink
from tests.kernels.strategies import Case, Problem, cases, draw_problem

pytestmark = pytest.mark.skipif(not compiled.narrow(), reason="this processor, or the level in use, does not multiply in bfloat16")
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
        with patch.object(parts, "rounded", lambda a: plain(a * (1 + by))):
            other = expected(problem)
        return max(distance(other[name], exact[name]) / norm(exact[name]) for name in exact)

    return nearest_kink(problem) > 1e-6 and moved(2.0**-21) < 1e-7 and moved(-(2.0**-21)) < 1e-7


FEW = cases(sizes=st.sampled_from([1, 2, 3, 5, 17, 33]), times=st.integers(1, 5), vocabularies=st.sampled_from([0, 0, 1, 7]))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(case=FEW, seed=seeds)
def test_native_is_the_reference_of_the_same_roundings(case: Case, seed: int) -> None:
    """As near as float32 is to float64, wherever no rounding to bfloat16 stands at a tie."""
    problem = draw_problem(narrowed(case), seed=seed)
    assume(decided(problem))
    check(native.recurrence, problem, "float32")
