"""One check for every kernel: results and gradients against the NumPy reference in float64.

The tests hand it the kernels; the planted faults hand it wrong ones. A kernel is called as
kernel(options, inputs, weights, states, mask, drops, seed) and gives (states, sequence).
"""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import jax
import numpy as np

from bptt.kernels import Tokens, reference, scan
from bptt.kernels.options import Options, Weights
from bptt.kernels.reference.parts import FUNCTIONS, product
from bptt.shapes import Floats
from tests.kernels.closeness import assert_close, distance, norm
from tests.kernels.strategies import Problem

Kernel = Callable[..., Any]
KINKS = {"relu": (0.0,), "hard_sigmoid": (-3.0, 3.0)}  # where an activation has no slope


def named(inputs: Any, weights: Weights, states: tuple[Any, ...]) -> dict[str, Any]:
    """What a recurrence is differentiated by, one name an array: h and c are the states'."""
    gains = {} if weights.norm is None else weights.norm._asdict()
    arrays = {"inputs": inputs, **weights._asdict(), **gains, **dict(zip("hc", states, strict=False))}
    return {name: array for name, array in arrays.items() if array is not None and name != "norm"}


def results(states: tuple[Any, ...], sequence: Any, gradients: dict[str, Any]) -> dict[str, Floats]:
    """h, c, sequence, d_inputs, d_kernel, ..., d_h, d_c: those that there are."""
    shown = {} if sequence is None else {"sequence": sequence}
    found = dict(zip("hc", states, strict=False)) | shown | {f"d_{name}": value for name, value in gradients.items()}
    return {name: np.asarray(value) for name, value in found.items()}


def read_by_reference(problem: Problem) -> tuple[Any, ...]:
    p = problem
    return p.dense, p.weights, p.states, p.mask, p.drops, p.seed


def expected(problem: Problem) -> dict[str, Floats]:
    """Every result and gradient, by the reference."""
    p, weights = problem, problem.weights
    if p.ids is not None and weights.kernel is not None:  # each word times W, once: so its gradient is summed, then rounded
        projected, through = product(p.inputs, weights.kernel, None, p.options.narrow)
        p = replace(p, inputs=projected, weights=weights._replace(kernel=None))
    arrays = read_by_reference(p)
    states, sequence = reference.recurrence(p.options, *arrays)
    d_sequence = p.d_sequence if p.options.return_sequences else None
    found = vars(reference.backward(p.options, *arrays, p.d_states, d_sequence))
    if p.ids is not None:
        table, real = np.zeros_like(p.inputs), np.ones(p.ids.shape, bool) if p.mask is None else p.mask
        np.add.at(table, p.ids[real], found["inputs"][real])
        found = found | {"inputs": table}
        if weights.kernel is not None:
            d_table, d_kernel = through(table)
            found |= {"inputs": d_table, "weights": found["weights"]._replace(kernel=d_kernel)}
    return results(states, sequence, named(**found))


_judge = functools.lru_cache(maxsize=4)(expected)  # a problem is asked about several times


@functools.partial(jax.jit, static_argnums=(0, 1))
def _run(kernel: Kernel, options: Options, differentiated: Any, ids: Any, others: Any, gradients: Any) -> Any:
    def forward(inputs: Any, weights: Any, states: Any) -> Any:
        return kernel(options, inputs if ids is None else Tokens(ids, inputs), weights, states, *others)

    (states, sequence), backward = jax.vjp(forward, *differentiated)
    return states, sequence, backward((gradients[0], None if sequence is None else gradients[1]))


def computed(kernel: Kernel, problem: Problem, dtype: str) -> dict[str, Floats]:
    """The same by `kernel` in `dtype`."""
    p = problem.cast(dtype)
    given = ((p.inputs, p.weights, p.states), p.ids, (p.mask, p.drops, p.seed), (p.d_states, p.d_sequence))
    with jax.enable_x64(True):
        states, sequence, gradients = _run(kernel, p.options, *jax.tree.map(jax.numpy.asarray, given))
        return results(states, sequence, named(*gradients))


def check(kernel: Kernel, problem: Problem, dtype: str = "float64") -> None:
    """Fails unless every result and gradient of `kernel` stands as near to the reference as closeness.py asks."""
    problem = problem.cast(dtype)  # the reference sees the same rounded numbers: their rounding is nobody's fault
    want, got = _judge(problem.cast("float64")), computed(kernel, problem, dtype)
    assert got.keys() == want.keys()
    for name, value in got.items():
        assert value.dtype == dtype, f"{name} is {value.dtype}"
        assert_close(name, value, want[name], lambda name=name: computed(scan.recurrence, problem, dtype)[name])


def well_conditioned(problem: Problem) -> bool:
    """Whether float32 can tell a right kernel from a wrong one here.

    Rounding the arguments alone, all sums exact, must move no result by more than 2 roundings of its norm: where |U| > 1
    and few units, the recurrence may be chaotic, and one rounding at step 1 is hundreds at step 16. Nor may an activation
    stand within a rounding of a kink, where its slope is either of two right answers.
    """
    if nearest_kink(problem) < 1e-6:
        return False
    exact, rounded = _judge(problem), _judge(problem.cast("float32").cast("float64"))
    moved = max(distance(rounded[name], exact[name]) / norm(exact[name]) for name in exact)
    return moved <= 2 * float(np.finfo(np.float32).eps)


def nearest_kink(problem: Problem) -> float:
    """How near any preactivation comes to a kink. On it is safe: it got there by factors that are 0 in every precision."""
    distances = [np.inf]

    def watched(name: str, z: Floats) -> Floats:
        off = [np.abs(z - kink)[z != kink] for kink in KINKS[name]]
        distances.append(min(np.min(away, initial=np.inf) for away in off))
        return plain[name](z)

    plain = dict(FUNCTIONS)
    with patch.dict(FUNCTIONS, {name: functools.partial(watched, name) for name in KINKS}):
        reference.recurrence(problem.options, *read_by_reference(problem))
    return float(min(distances))
