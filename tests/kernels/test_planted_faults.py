"""Wrong kernels, each caught by the very check that the right ones pass."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from jax.lax import stop_gradient

from bptt.kernels import Options, Tokens, scan
from tests.kernels.parity import Kernel, check
from tests.kernels.strategies import Case, Problem, draw_problem

BOTH_WAYS = Options("tanh", go_backwards=True, zero_output_for_mask=True, return_sequences=True)
PROBLEMS = {
    "tokens": draw_problem(Case(9, 12, 5, 7, vocabulary=6, masked=True, options=BOTH_WAYS)),
    "held": draw_problem(Case(9, 12, 5, 7, masked=True, options=Options(return_sequences=True))),
}


def with_arguments(change: Callable[..., dict[str, Any]]) -> Kernel:
    """The scan kernel, given other arguments than it was called with."""

    def kernel(options: Options, inputs: Any, w: Any, u: Any, b: Any, h: Any, mask: Any) -> Any:
        names = {"options": options, "inputs": inputs, "w": w, "u": u, "b": b, "h": h, "mask": mask}
        changed = names | change(**names)
        return scan.simple_rnn(*changed.values())

    return kernel


def with_results(change: Callable[..., Any]) -> Kernel:
    """The scan kernel, giving other results: `change(state, sequence, mask)`."""

    def kernel(*arguments: Any) -> Any:
        return change(*scan.simple_rnn(*arguments), arguments[-1])

    return kernel


def dense_of(inputs: Any) -> jax.Array:
    return inputs.table[inputs.ids] if isinstance(inputs, Tokens) else inputs


@jax.custom_vjp
def tanh_without_slope(z: jax.Array) -> jax.Array:
    return jnp.tanh(z)


tanh_without_slope.defvjp(lambda z: (jnp.tanh(z), None), lambda _, gradient: (gradient,))


def missing_slope(*arguments: Any) -> Any:
    """dz = dh, without 1 - h * h."""
    return scan.simple_rnn(*arguments, activation=tanh_without_slope)


def first_word_only(options: Options, inputs: Any, *others: Any) -> Any:
    """A repeated word's gradient is that of one of its places, not their sum."""
    x = dense_of(inputs)
    return scan.simple_rnn(options, x.at[:, ::2].set(stop_gradient(x[:, ::2])), *others)


FAULTS: dict[str, Kernel] = {
    "one step off": with_arguments(lambda inputs, **_: {"inputs": jnp.roll(dense_of(inputs), 1, axis=1)}),
    "recurrent kernel transposed": with_arguments(lambda u, **_: {"u": u.T}),
    "mask ignored": with_arguments(lambda **_: {"mask": None}),
    "mask one step off": with_arguments(lambda mask, **_: {"mask": jnp.roll(mask, 1, axis=1)}),
    "mask inverted": with_arguments(lambda mask, **_: {"mask": ~mask}),
    "direction reversed": with_arguments(
        lambda options, **_: {"options": replace(options, go_backwards=not options.go_backwards)}
    ),
    "masked outputs the other way": with_arguments(
        lambda options, **_: {"options": replace(options, zero_output_for_mask=not options.zero_output_for_mask)}
    ),
    "initial state ignored": with_arguments(lambda h, **_: {"h": jnp.zeros_like(h)}),
    "another activation": with_arguments(lambda options, **_: {"options": replace(options, activation="relu")}),
    "bias added twice": with_arguments(lambda b, **_: {"b": 2 * b}),
    "no gradient of the bias": with_arguments(lambda b, **_: {"b": stop_gradient(b)}),
    "no gradient of the initial state": with_arguments(lambda h, **_: {"h": stop_gradient(h)}),
    "no gradient through time": with_arguments(lambda u, **_: {"u": stop_gradient(u)}),
    "the last row left out of the weights' gradients": with_arguments(
        lambda inputs, **_: {"inputs": jnp.concatenate([dense_of(inputs)[:-1], stop_gradient(dense_of(inputs)[-1:])])}
    ),
    "rows in another order": with_results(lambda state, sequence, _: (state[::-1], sequence)),
    "outputs in order of time": with_results(lambda state, sequence, _: (state, sequence[:, ::-1])),
    "the last output for the last state": with_results(
        lambda state, sequence, _: (jnp.where(state > 0, sequence[:, -1], state), sequence)
    ),
    "half precision": with_results(lambda state, sequence, _: (state.astype(jnp.float16).astype(state.dtype), sequence)),
    "missing 1 - h * h": missing_slope,
    "some places of a word left out": first_word_only,
}


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_the_right_kernel_passes(problem: Problem) -> None:
    check(scan.simple_rnn, problem)


def caught(kernel: Kernel) -> bool:
    for problem in PROBLEMS.values():
        try:
            check(kernel, problem)
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_kernel_is_caught(fault: str) -> None:
    assert caught(FAULTS[fault])
