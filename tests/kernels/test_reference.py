"""The judge judged: numbers worked by hand, the lesson's example, and finite differences."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from bptt.kernels import Options, reference
from tests.kernels.parity import WEIGHTS, expected, smallest_preactivation
from tests.kernels.strategies import Case, Problem, draw_problem

SEQUENCES = Options("relu", return_sequences=True)


def column(*values: float) -> np.ndarray:
    return np.array(values).reshape(1, -1, 1)


def test_numbers_worked_by_hand() -> None:
    """relu, W = 3, U = 1/2, b = 1, h_0 = 4, x = 2, (masked), 1: h = 9, (9), 8.5. Loss: the last state."""
    w, u, b, h0 = np.full((1, 1), 3.0), np.full((1, 1), 0.5), np.ones(1), np.full((1, 1), 4.0)
    x, mask = column(2, np.nan, 1), np.array([[True, False, True]])
    state, sequence = reference.forward(SEQUENCES, x, w, u, b, h0, mask)
    assert state.item() == 8.5
    assert sequence.ravel().tolist() == [9, 9, 8.5]
    g = reference.backward(SEQUENCES, x, w, u, b, h0, mask, np.ones((1, 1)), np.zeros((1, 3, 1)))
    assert g.inputs.ravel().tolist() == [1.5, 0, 3]  # U W, 0, W
    assert g.kernel.item() == 2  # x_3 + U x_1
    assert g.recurrent_kernel.item() == 11  # h_1 + U h_0
    assert g.bias.item() == 1.5  # 1 + U
    assert g.initial_state.item() == 0.25  # U U


def test_a_masked_step_shows_what_the_options_say() -> None:
    """tanh, first and last step masked, read backwards: h_0, then tanh(1 + 1/2), held or zero."""
    w, u, b, h0 = np.ones((1, 1)), np.ones((1, 1)), np.zeros(1), np.full((1, 1), 0.5)
    x, mask = column(7, 1, 7), np.array([[False, True, False]])
    for zero, outputs in ((False, [0.5, np.tanh(1.5), np.tanh(1.5)]), (True, [0, np.tanh(1.5), 0])):
        state, sequence = reference.forward(Options("tanh", True, zero), x, w, u, b, h0, mask)
        assert state.item() == np.tanh(1.5)
        assert sequence.ravel().tolist() == outputs


def test_the_lessons_three_steps() -> None:
    """The lesson writes columns, h = tanh(Wxh x + Whh h + bh); rnn_step writes rows with the transposed weights."""
    rng = np.random.RandomState(42)
    w_xh, w_hh, w_hy = rng.randn(4, 3) * 0.1, rng.randn(4, 4) * 0.1, rng.randn(2, 4) * 0.1
    b_h, h, h_column = np.zeros(4), np.zeros(4), np.zeros((4, 1))
    shapes = []
    for x in np.array([[1.0, 0, 1], [0, 1, 0], [1, 1, 0]]):
        h = reference.rnn_step(x, h, w_xh.T, w_hh.T, b_h)
        h_column = np.tanh(w_xh @ x[:, None] + w_hh @ h_column + b_h[:, None])
        np.testing.assert_allclose(h, h_column[:, 0], rtol=1e-14)
        shapes.append((h.shape, (w_hy @ h).shape))
    assert shapes == [((4,), (2,))] * 3
    np.testing.assert_allclose(h, [0.030596, 0.133141, 0.232847, -0.002295], atol=1e-6)


def loss(problem: Problem) -> float:
    results = expected(problem)
    shown = np.sum(results["sequence"] * problem.d_sequence) if "sequence" in results else 0.0
    return float(np.sum(results["state"] * problem.d_state) + shown)


@pytest.mark.parametrize("vocabulary", [0, 5])
@pytest.mark.parametrize(
    ("activation", "back", "zero", "sequences"), [*itertools.product(("tanh", "relu"), *[(False, True)] * 3)]
)
def test_gradients_are_finite_differences(activation: str, back: bool, zero: bool, sequences: bool, vocabulary: int) -> None:
    """(L(w + s) - L(w - s)) / 2s for every element of every array: right to s^2, here 1e-10, and rounding, 1e-16 / s."""
    case = Case(5, 6, 3, 2, vocabulary, masked=True, options=Options(activation, back, zero, sequences))
    problem, step = draw_problem(case, "mixed", 5), 1e-5
    assert smallest_preactivation(problem) > 10 * step
    gradients = expected(problem)
    for name in WEIGHTS:
        value, slopes = getattr(problem, name), np.zeros(getattr(problem, name).shape)
        for index in np.ndindex(value.shape):
            up, down = value.copy(), value.copy()
            up[index] += step
            down[index] -= step
            slopes[index] = (loss(replace(problem, **{name: up})) - loss(replace(problem, **{name: down}))) / (2 * step)
        np.testing.assert_allclose(slopes, gradients[f"d_{name}"], rtol=1e-6, atol=1e-8, err_msg=name)
