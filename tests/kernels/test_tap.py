"""What is read in passing from the way back: the norms of automatic differentiation, and nothing while nobody looks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bptt.kernels import Options, compiled, direct, native, tap
from tests.kernels.strategies import MASKS, Case, draw_problem
from tests.kernels.tapped import CASES, by_tap, check

LSTM = Options("lstm", return_sequences=True)


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", CASES)
def test_the_norms_are_those_of_automatic_differentiation(name: str, dtype: str) -> None:
    check(native.recurrence, draw_problem(CASES[name], seed=1), dtype)


@pytest.mark.parametrize("mask", MASKS)
def test_under_every_mask(mask: str) -> None:
    check(native.recurrence, draw_problem(CASES["lstm"], mask, seed=2))


def off_by_one(rows: Any) -> Any:
    return np.roll(rows, 1, 0)


def masked_counted(rows: Any) -> Any:
    rows = rows.copy()
    rows[:, 2] = rows[:, 2].max()
    return rows


FAULTS: dict[str, Callable[[Any], Any]] = {"off by one step": off_by_one, "a masked step counted": masked_counted}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_reading_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the C++ tests/kernels/mutants.py plants more."""
    right = tap.readings
    monkeypatch.setattr(tap, "readings", lambda: [(number, FAULTS[name](rows)) for number, rows in right()])
    with pytest.raises(AssertionError):
        check(native.recurrence, draw_problem(CASES["lstm"], "right", seed=2))


def test_what_the_outputs_send_back_is_seen() -> None:
    """A tap that reads what comes from the next step alone is caught."""
    problem = draw_problem(CASES["gru"], seed=3)
    without = replace(problem, d_sequence=0 * problem.d_sequence)
    check(native.recurrence, without)
    assert not np.allclose(
        by_tap(native.recurrence, problem, "float32")["gradient"], by_tap(native.recurrence, without, "float32")["gradient"]
    )


def test_saturated_units_and_gates_are_counted() -> None:
    """One unit of a GRU, its gates where their biases say: update shut, reset wide open, candidate in between."""
    problem = draw_problem(Case(4, 3, 1, 1, options=Options("gru", return_sequences=True)))
    weights = problem.weights._replace(
        kernel=np.zeros((1, 3)), recurrent_kernel=np.zeros((1, 3)), bias=np.array([[-9.0, 9.0, 0.3], [0.0, 0.0, 0.0]])
    )
    found = by_tap(native.recurrence, replace(problem, weights=weights), "float32")
    assert [found[name].tolist() for name in ("update", "reset", "candidate", "saturated")] == [
        [4] * 3,
        [4] * 3,
        [0] * 3,
        [0] * 3,
    ]
    full = weights._replace(bias=np.array([[0.0, -9.0, 9.0], [0.0, 0.0, 0.0]]))
    far = replace(problem, weights=full, states=(np.full((4, 1), 0.99),))
    found = by_tap(native.recurrence, far, "float32")
    assert [found[name].tolist() for name in ("update", "reset", "candidate", "saturated")] == [
        [0] * 3,
        [4] * 3,
        [4] * 3,
        [4] * 3,
    ]


def test_nobody_looks_nothing_is_read_and_the_gradients_are_the_same_bits() -> None:
    problem = draw_problem(Case(40, 9, 3, 8, options=LSTM)).cast("float32")
    options = replace(LSTM, tap=tap.fresh())

    @jax.jit
    def gradients(weights: Any) -> Any:
        def loss(weights: Any) -> Any:
            return jnp.sum(native.recurrence(options, problem.inputs, weights, problem.states)[1] ** 2)

        return jax.grad(loss)(weights)

    unseen = jax.block_until_ready(gradients(problem.weights))
    assert tap.readings() == []
    with tap.looking():
        seen = jax.block_until_ready(gradients(problem.weights))
    assert [number for number, _rows in tap.readings()] == [options.tap]
    assert gradients._cache_size() == 1  # the switch compiles nothing
    assert all(np.array_equal(a, b) for a, b in zip(jax.tree.leaves(unseen), jax.tree.leaves(seen), strict=True))


def test_a_direct_call_is_read_by_the_same_tap() -> None:
    problem = draw_problem(Case(5, 7, 3, 4, options=LSTM)).cast("float32")
    options = replace(LSTM, tap=tap.fresh())
    arrays = (problem.inputs, problem.weights, problem.states, None, problem.drops, None)
    states, sequence, kept = direct.forward(options, *arrays, differentiated=True)
    with tap.looking():
        direct.backward(options, arrays, sequence, kept, problem.d_states, problem.d_sequence)
    [(number, rows)] = tap.readings()
    read = by_tap(native.recurrence, problem, "float32")
    assert number == options.tap and np.array_equal(rows.T, list(read.values()))
    assert states[0].shape == (5, 4)


def test_gradients_of_an_optimizer_are_read_and_its_clipping_is_counted() -> None:
    number = tap.fresh()

    @jax.jit
    def step(gradients: Any, clipped: Any) -> Any:
        return tap.watch(number, gradients, clipped)

    gradients = [jnp.full((2, 3), 2.0), jnp.asarray(-3.0), jnp.zeros(4)]
    jax.block_until_ready([step(gradients, jnp.asarray(on)) for on in (True, False, True)])
    assert tap.readings() == [] and tap.clips(number) == (3, 2)
    with tap.looking():
        jax.block_until_ready(step(gradients, jnp.asarray(False)))
    [(read, rows)] = tap.readings()
    assert (read, rows.tolist()) == (number, [[24.0], [9.0], [0.0]])
    assert tap.clips(number) == (1, 0) and tap.clips(number) == (0, 0)


def test_the_switch_is_off_again_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), tap.looking():
        1 / 0  # noqa: B018
    compiled.module.readings()
    check(native.recurrence, draw_problem(CASES["simple_rnn"]))
