"""One check for every kernel: results and gradients against the NumPy reference in float64.

The tests hand it the kernels; the planted faults hand it wrong ones.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from bptt.kernels import Tokens, reference, scan
from bptt.kernels.options import Options
from bptt.shapes import Floats
from tests.kernels.closeness import assert_close, distance, norm
from tests.kernels.strategies import Problem

Kernel = Callable[..., Any]
WEIGHTS = ("inputs", "kernel", "recurrent_kernel", "bias", "initial_state")


def expected(problem: Problem) -> dict[str, Floats]:
    """Every result and gradient, by the reference."""
    p, dense = problem, problem.dense
    arrays = (dense, p.kernel, p.recurrent_kernel, p.bias, p.initial_state, p.mask)
    state, sequence = reference.forward(p.options, *arrays)
    d_sequence = p.d_sequence if p.options.return_sequences else np.zeros_like(p.d_sequence)
    gradients = vars(reference.backward(p.options, *arrays, p.d_state, d_sequence))
    if p.ids is not None:
        table, real = np.zeros_like(p.inputs), np.ones(p.ids.shape, bool) if p.mask is None else p.mask
        np.add.at(table, p.ids[real], gradients["inputs"][real])
        gradients = gradients | {"inputs": table}
    shown = {"sequence": sequence} if p.options.return_sequences else {}
    return {"state": state, **shown, **{f"d_{name}": gradients[name] for name in WEIGHTS}}


@functools.partial(jax.jit, static_argnums=(0, 1))
def _run(kernel: Kernel, options: Options, weights: Any, ids: Any, mask: Any, gradients: Any) -> Any:
    def forward(inputs: Any, *others: Any) -> Any:
        state, sequence = kernel(options, inputs if ids is None else Tokens(ids, inputs), *others, mask)
        return (state, sequence) if options.return_sequences else (state,)

    results, backward = jax.vjp(forward, *weights)
    return results, backward(gradients[: len(results)])


def computed(kernel: Kernel, problem: Problem, dtype: str) -> dict[str, Floats]:
    """The same by `kernel` in `dtype`."""
    p = problem.cast(dtype)
    with jax.enable_x64(True):
        weights = tuple(getattr(p, name) for name in WEIGHTS)
        results, gradients = _run(kernel, p.options, weights, p.ids, p.mask, (p.d_state, p.d_sequence))
    named = dict(zip(("state", "sequence"), results, strict=False))
    named |= {f"d_{name}": value for name, value in zip(WEIGHTS, gradients, strict=True)}
    return {name: np.asarray(value) for name, value in named.items()}


def check(kernel: Kernel, problem: Problem, dtype: str = "float64") -> None:
    """Fails unless every result and gradient of `kernel` stands as near to the reference as closeness.py asks."""
    problem = problem.cast(dtype)  # the reference sees the same rounded numbers: their rounding is nobody's fault
    want, got = expected(problem.cast("float64")), computed(kernel, problem, dtype)
    assert got.keys() == want.keys()
    for name, value in got.items():
        assert value.dtype == dtype, f"{name} is {value.dtype}"
        assert_close(name, value, want[name], lambda name=name: computed(scan.simple_rnn, problem, dtype)[name])


def well_conditioned(problem: Problem) -> bool:
    """Whether float32 can tell a right kernel from a wrong one here.

    Rounding the arguments alone, all sums exact, must move no result by more than 2 roundings of its norm: where |U| > 1
    and few units, the recurrence may be chaotic, and one rounding at step 1 is hundreds at step 16. Nor may a relu stand
    within a rounding of 0, where its slope is either of two right answers.
    """
    if problem.options.activation == "relu" and smallest_preactivation(problem) < 1e-6:
        return False
    exact, rounded = expected(problem), expected(problem.cast("float32").cast("float64"))
    moved = max(distance(rounded[name], exact[name]) / norm(exact[name]) for name in exact)
    return moved <= 2 * float(np.finfo(np.float32).eps)


def smallest_preactivation(problem: Problem) -> float:
    """min |x_t W + h_{t-1} U + b|."""
    p, back = problem, problem.options.go_backwards
    hold = Options(p.options.activation, back)
    _, states = reference.forward(hold, p.dense, p.kernel, p.recurrent_kernel, p.bias, p.initial_state, p.mask)
    x = p.dense[:, ::-1] if back else p.dense
    before = np.concatenate([p.initial_state[:, None], states[:, :-1]], axis=1)
    return float(np.abs(x @ p.kernel + before @ p.recurrent_kernel + p.bias).min())
