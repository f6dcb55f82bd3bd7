"""Calls without XLA: the same bits, and other Python threads run meanwhile."""

import os
import threading
import time
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bptt import kernels
from bptt.errors import KernelError
from bptt.kernels import Options, Tokens, compiled, direct, native
from bptt.shapes import Floats
from tests.kernels.parity import computed, named, results
from tests.kernels.strategies import Case, Problem, cases, draw_problem

LSTM = Options("lstm", return_sequences=True)
FADING = Case(1, 257, 1, 1)  # its gradients end in denormals, which XLA's threads take for zero


def called(problem: Problem, dtype: str) -> dict[str, Floats]:
    """What `parity.computed` gives, by a direct call."""
    p = problem.cast(dtype)
    arrays = (p.inputs if p.ids is None else Tokens(p.ids, p.inputs), p.weights, p.states, p.mask, p.drops, p.seed)
    states, sequence, kept = direct.forward(p.options, *arrays, differentiated=True)
    shown, d_sequence = (sequence, p.d_sequence) if p.options.return_sequences else (None, None)
    inputs, *others = direct.backward(p.options, arrays, sequence, kept, p.d_states, d_sequence)
    return results(states, shown, named(inputs if p.ids is None else inputs.table, *others))


def same_bits(found: dict[str, Floats], wanted: dict[str, Floats]) -> bool:
    return found.keys() == wanted.keys() and all(found[name].tobytes() == wanted[name].tobytes() for name in wanted)


@settings(max_examples=25, deadline=None, derandomize=True)
@example(case=FADING, seed=0, threads=1)
@given(case=cases(), seed=st.integers(0, 99), threads=st.integers(1, 7))
def test_a_direct_call_gives_the_bits_that_xla_gets(case: Case, seed: int, threads: int) -> None:
    problem = draw_problem(case, seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BPTT_THREADS", str(threads))
        for dtype in ("float32", "float64"):
            assert same_bits(called(problem, dtype), computed(native.recurrence, problem, dtype))


@pytest.mark.parametrize("wrong", [{"go_backwards": True}, {"zoneout": 0.5}, {"activation": "relu"}])
def test_other_bits_are_seen(wrong: dict[str, Any]) -> None:
    problem = draw_problem(Case(3, 4, 2, 5, options=LSTM))
    assert not same_bits(called(replace(problem, options=replace(LSTM, **wrong)), "float32"), called(problem, "float32"))


def test_outputs_are_the_callers_alone_and_inputs_stay() -> None:
    p = draw_problem(Case(70, 9, 3, 8, vocabulary=20, options=Options(return_sequences=True)))
    for array in (p.inputs, p.ids, *p.weights[:3], *p.states):
        assert array is not None
        array.flags.writeable = False
    arrays = (Tokens(p.ids, p.inputs), p.weights, p.states, None, p.drops, None)
    _, sequence, kept = direct.forward(p.options, *arrays, differentiated=True)
    before = sequence.copy()
    direct.backward(p.options, arrays, sequence, kept, p.d_states, p.d_sequence)
    assert np.array_equal(sequence, before)


def test_the_elementwise_kernels_give_the_bits_that_xla_gets() -> None:
    rng, seed, threads = np.random.default_rng(0), np.array([1, 2], np.uint32), {"threads": 3}
    rows, gamma, beta = (rng.normal(size=shape).astype("float32") for shape in ((2000, 50), (50,), (50,)))
    out, d_rows, d_gamma, d_beta = (np.empty_like(array) for array in (rows, rows, gamma, beta))
    compiled.module.dropout([rows.reshape(40, 50, 50), seed], [out.reshape(40, 50, 50)], rate=0.3, **threads)
    assert np.array_equal(out, kernels.dropout(0.3, (40, 50, 50), rows, seed))
    compiled.module.layer_norm_forward([rows, gamma, beta], [out], epsilon=1e-3, **threads)
    want, backward = jax.vjp(lambda *arrays: kernels.layer_norm(1e-3, *arrays), rows, gamma, beta)
    assert np.array_equal(out, want)
    compiled.module.layer_norm_backward([rows, gamma, rows[::-1].copy()], [d_rows, d_gamma, d_beta], epsilon=1e-3, **threads)
    assert all(np.array_equal(*pair) for pair in zip((d_rows, d_gamma, d_beta), backward(rows[::-1]), strict=True))


def test_without_steps_the_states_pass() -> None:
    for batch, steps in ((3, 0), (0, 4)):
        p = draw_problem(Case(batch, steps, 2, 5, options=LSTM))
        found = called(p, "float32")
        assert found["sequence"].shape == (batch, steps, 5) and found["d_kernel"].shape == (2, 20)
        assert np.array_equal(found["c"], p.states[1].astype("float32")) and not found["d_kernel"].any()
        assert np.array_equal(found["d_c"], p.d_states[1].astype("float32"))


def test_other_python_threads_run_meanwhile() -> None:
    p = draw_problem(Case(64, 300, 64, 128, options=LSTM)).cast("float32")
    over, ticks = threading.Event(), 0

    def call() -> None:
        for _ in range(5):
            direct.forward(p.options, p.inputs, p.weights, p.states)
        over.set()

    thread = threading.Thread(target=call)
    thread.start()
    while not over.is_set():
        ticks += 1
        time.sleep(1e-3)
    thread.join()
    assert ticks > 10  # with the interpreter held, one between two calls at most


@pytest.mark.parametrize("asked", ["0", "-1", "two", "1000"])
def test_a_wrong_number_of_threads_is_refused(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPTT_THREADS", asked)
    with pytest.raises(KernelError, match=f"BPTT_THREADS is '{asked}'; expected a number of threads from 1 to 256") as refusal:
        direct.threads()
    assert refusal.value.code == "kernel.threads"


def test_the_number_of_threads_is_that_of_the_cores_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BPTT_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    assert direct.threads() == 3
