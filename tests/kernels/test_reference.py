"""The judge judged: numbers worked by hand, the lesson's example, and finite differences."""

from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bptt.kernels import Options, reference
from bptt.kernels.options import CELLS, Drops, Norm, Weights
from bptt.kernels.reference import gru, lstm, parts, simple_rnn
from tests.kernels.parity import expected, named, nearest_kink
from tests.kernels.strategies import Case, Problem, cases, draw_problem

STEP = 2e-5
EXACT = {"activation": "linear", "recurrent_activation": "hard_sigmoid"}  # s(z) = 1/2 + z / 6: fractions alone


def column(*values: float) -> np.ndarray:
    return np.array(values).reshape(1, -1, 1)


def row(*values: float) -> np.ndarray:
    return np.array([values], float)


def test_numbers_worked_by_hand() -> None:
    """relu, W = 3, U = 1/2, b = 1, h_0 = 4, x = 2, (masked), 1: h = 9, (9), 8.5. Loss: the last state."""
    weights, h0 = Weights(row(3), row(0.5), np.ones(1)), row(4)
    x, mask = column(2, np.nan, 1), np.array([[True, False, True]])
    options = Options(activation="relu", return_sequences=True)
    (state,), sequence = reference.recurrence(options, x, weights, (h0,), mask)
    assert state.item() == 8.5
    assert sequence is not None and sequence.ravel().tolist() == [9, 9, 8.5]
    g = reference.backward(options, x, weights, (h0,), mask, Drops(), None, (np.ones((1, 1)),), None)
    assert g.inputs.ravel().tolist() == [1.5, 0, 3]  # U W, 0, W
    assert g.weights.kernel.item() == 2  # x_3 + U x_1
    assert g.weights.recurrent_kernel.item() == 11  # h_1 + U h_0
    assert g.weights.bias.item() == 1.5  # 1 + U
    assert g.states[0].item() == 0.25  # U U


def test_an_lstms_numbers_worked_by_hand() -> None:
    """x = 1, h = 2, c = 3: i = s(3 + 2 - 5) = 1/2, f = s(-1) = 1/3, g = 4 - 2 = 2, o = s(2) = 5/6; c' = 2, h' = 5/3."""
    weights = Weights(row(3, 0, 4, 1), row(1, -1, -1, 0.5), np.array([-5.0, 1, 0, 0]))
    (h, c), _ = reference.recurrence(Options("lstm", **EXACT), column(1), weights, (row(2), row(3)))
    np.testing.assert_allclose([h.item(), c.item()], [5 / 3, 2], rtol=1e-15)


@pytest.mark.parametrize(("after", "want"), [(True, 3.0), (False, 2.5)])
def test_a_grus_numbers_worked_by_hand(after: bool, want: float) -> None:
    """x = 1, h = 4: z = s(0) = 1/2, r = s(-1) = 1/3, g = 1 + (4/4 + 2) / 3 = 2 or 1 + (4/3) / 4 - 1/3 = 1; h' = (4 + g) / 2."""
    recurrent = np.array([3.0, 0, 2]) if after else np.zeros(3)
    inputs = np.array([-3.0, -1, 0]) if after else np.array([0.0, -1, -1 / 3])
    weights = Weights(row(0, 0, 1), row(0, 0, 0.25), np.stack([inputs, recurrent]) if after else inputs)
    (h,), _ = reference.recurrence(Options("gru", reset_after=after, **EXACT), column(1), weights, (row(4),))
    np.testing.assert_allclose(h.item(), want, rtol=1e-15)


def test_zoneout_at_prediction_and_a_norm_worked_by_hand() -> None:
    """n(1 + 4, 1 + 2) = (1, -1) / sqrt(1 + 3) = (1, -1) / 2; times (2, 4), plus 1: (2, -1); a quarter of h = (4, 2) stays."""
    options = Options(activation="linear", epsilon=3.0, zoneout=0.25)
    weights = Weights(row(1, 1), np.eye(2), np.ones(2), Norm(np.array([2.0, 4.0])))
    (h,), _ = reference.recurrence(options, column(1), weights, (row(4, 2),))
    np.testing.assert_allclose(h, row(2.5, -0.25), rtol=1e-15)


def test_a_masked_step_shows_what_the_options_say() -> None:
    """tanh, first and last step masked, read backwards: h_0, then tanh(1 + 1/2), held or zero."""
    weights, h0 = Weights(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)), row(0.5)
    x, mask = column(7, 1, 7), np.array([[False, True, False]])
    for zero, outputs in ((False, [0.5, np.tanh(1.5), np.tanh(1.5)]), (True, [0, np.tanh(1.5), 0])):
        options = Options(go_backwards=True, zero_output_for_mask=zero, return_sequences=True)
        (state,), sequence = reference.recurrence(options, x, weights, (h0,), mask)
        assert state.item() == np.tanh(1.5)
        assert sequence is not None and sequence.ravel().tolist() == outputs


def test_the_lessons_three_steps() -> None:
    """The lesson writes columns, h = tanh(Wxh x + Whh h + bh); the reference writes rows with the transposed weights."""
    rng = np.random.RandomState(42)
    w_xh, w_hh = rng.randn(4, 3) * 0.1, rng.randn(4, 4) * 0.1
    x, h_column = np.array([[1.0, 0, 1], [0, 1, 0], [1, 1, 0]]), np.zeros((4, 1))
    weights = Weights(w_xh.T, w_hh.T, np.zeros(4))
    _, sequence = reference.recurrence(Options(return_sequences=True), x[None], weights, (np.zeros((1, 4)),))
    assert sequence is not None and sequence.shape == (1, 3, 4)
    for t in range(3):
        h_column = np.tanh(w_xh @ x[t][:, None] + w_hh @ h_column)
        np.testing.assert_allclose(sequence[0, t], h_column[:, 0], rtol=1e-14)
    np.testing.assert_allclose(sequence[0, -1], [0.030596, 0.133141, 0.232847, -0.002295], atol=1e-6)


def loss(problem: Problem) -> float:
    p = problem
    states, sequence = reference.recurrence(p.options, p.inputs, p.weights, p.states, p.mask, p.drops, p.seed)
    shown = 0.0 if sequence is None else np.sum(sequence * p.d_sequence)
    return float(shown + sum(np.sum(state * d) for state, d in zip(states, p.d_states, strict=True)))


def check_differences(problem: Problem) -> None:
    """Along a random direction s v of each array, (8 (L(s) - L(-s)) - (L(2 s) - L(-2 s))) / 12 s is the gradient times v.

    Right to s^4, and to rounding, 1e-16 / s.
    """
    rng, gradients = np.random.default_rng(0), expected(problem)
    arrays, form = jax.tree.flatten((problem.inputs, problem.weights, problem.states))
    for place, name in enumerate(named(problem.inputs, problem.weights, problem.states)):
        direction, losses = rng.normal(size=arrays[place].shape), []
        for steps in (1, -1, 2, -2):
            moved = [*arrays[:place], arrays[place] + steps * STEP * direction, *arrays[place + 1 :]]
            inputs, weights, states = jax.tree.unflatten(form, moved)
            losses.append(loss(replace(problem, inputs=inputs, weights=weights, states=states)))
        slope = (8 * (losses[0] - losses[1]) - (losses[2] - losses[3])) / (12 * STEP)
        np.testing.assert_allclose(np.sum(gradients[f"d_{name}"] * direction), slope, rtol=1e-7, atol=1e-8, err_msg=name)


def tiny(cell: str) -> Any:
    small = st.integers(1, 5)
    return cases((cell,), sizes=small, times=small, vocabularies=st.just(0))


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_gradients_are_finite_differences(cell: str, data: Any, seed: int) -> None:
    problem = draw_problem(data.draw(tiny(cell)), "mixed", seed)
    assume(nearest_kink(problem) > 100 * STEP)
    check_differences(problem)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=2000, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_many_more_gradients_are_finite_differences(cell: str, data: Any, seed: int) -> None:
    problem = draw_problem(data.draw(tiny(cell)), "mixed", seed)
    assume(nearest_kink(problem) > 100 * STEP)
    check_differences(problem)


activate, hold, product, normalise = parts.activate, parts.hold, parts.product, parts.normalise


def without_a_slope(z: Any, name: str) -> Any:
    h, slope = activate(z, name)
    return h, np.ones_like(slope)


def what_is_held_forgotten(share: Any, old: Any, new: Any) -> Any:
    value, back = hold(share, old, new)
    return value, lambda d: (0 * d, back(d)[1])


def masks_forgotten(a: Any, kernel: Any, masks: Any, narrow: bool) -> Any:
    return product(a, kernel, masks, narrow)[0], product(a, kernel, None, narrow)[1]


def moments_held_still(a: Any, gain: Any, epsilon: float) -> Any:
    """d / da = gain / sqrt(variance + epsilon), as if the mean and the variance were constants."""
    spread = np.sqrt(a.var(axis=-1, keepdims=True) + epsilon)
    value, back = normalise(a, gain, epsilon)
    return value, lambda d: (d * gain / spread, back(d)[1])


STEPS = {"simple_rnn": simple_rnn, "lstm": lstm, "gru": gru}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("activate", without_a_slope),
        ("hold", what_is_held_forgotten),
        ("product", masks_forgotten),
        ("normalise", moments_held_still),
    ],
)
def test_a_wrong_way_back_is_caught(cell: str, name: str, wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(cell, zoneout=0.3, zoneout_cell=0.5 if cell == "lstm" else 0.0, training=True)
    problem = draw_problem(Case(2, 2, 2, 3, options=options, projected=True, norm=True, drops=(0, 1)))
    check_differences(problem)
    for module in (STEPS[cell], parts):
        monkeypatch.setattr(module, name, wrong, raising=False)
    with pytest.raises(AssertionError, match="Mismatched elements"):
        check_differences(problem)
