"""IndRNN: its equation by hand, and the bounds of its recurrent weight from the first draw to the last step of training."""

from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.cells import MASK, B, D, H, T, X, drawn, set_weights


def by_hand(layer: Any, mask: Any) -> Any:
    """relu(x W + u * h + b), a masked step keeping h: all states (B, T, H)."""
    kernel, recurrent, bias = layer.get_weights()
    h, states = np.zeros((B, H)), []
    for t in range(T):
        after = np.maximum(X[:, t] @ kernel + recurrent * h + bias, 0)
        h = np.where(mask[:, t, None], after, h)
        states.append(h)
    return np.stack(states, 1)


def test_the_equation() -> None:
    layer = set_weights(layers.IndRNN(H, return_sequences=True))
    np.testing.assert_allclose(layer(X, mask=MASK), by_hand(layer, MASK), atol=1e-5)


def check_bounds(steps: int | None, low: float, high: float, least: float, greatest: float) -> None:
    """After the first draw, with an initializer of one's own, and after a step of training far outwards or to 0."""
    given = {"longest_dependence": steps, "min_gain": low, "max_gain": high}
    cell = layers.IndRNNCell(500, **given)
    cell.build((B, D))
    sizes = np.abs(cell.recurrent_kernel)
    np.testing.assert_allclose([sizes.min(), sizes.max()], [least, greatest], atol=0.02 * (greatest - least))
    cell = layers.IndRNNCell(40, recurrent_initializer=keras.initializers.RandomUniform(-9, 9, seed=1), **given)
    cell.build((B, D))
    first = np.array(cell.recurrent_kernel)
    assert set(np.sign(first)) == {-1, 1}, "the sign stays"
    assert np.abs(first).min() > least - 1e-6 and np.abs(first).max() < greatest + 1e-6
    for slope, reached in ((-9 * np.sign(first), greatest), (np.sign(first) * greatest, least)):
        keras.optimizers.SGD(1.0).apply([slope], [cell.recurrent_kernel])
        np.testing.assert_allclose(np.abs(cell.recurrent_kernel), reached, atol=1e-6)


BOUNDS = [  # longest dependence, gains, bounds
    (100, 0.0, 2.0, 0.0, 2 ** (1 / 100)),
    (4, 0.5, 2.0, 0.5 ** (1 / 4), 2 ** (1 / 4)),
    (None, 0.0, 2.0, 0.0, 1.0),
]


@pytest.mark.parametrize("case", BOUNDS, ids=str)
def test_the_bounds_hold(case: tuple[Any, ...]) -> None:
    check_bounds(*case)


def test_a_constraint_of_one_s_own_acts_before_the_bounds() -> None:
    cell = layers.IndRNNCell(3, recurrent_constraint="non_neg", longest_dependence=1, min_gain=0.5)
    cell.build((B, D))
    kept = cell.recurrent_kernel.constraint(np.array([-1.5, 0.7, 9.0], "float32"))
    np.testing.assert_allclose(kept, [0.5, 0.7, 2.0])


def test_gradients_neither_explode_nor_vanish_over_the_longest_dependence() -> None:
    """dh_T / dh_0 of relu units that are on is u^T: from min_gain to max_gain."""
    steps = 400
    layer = layers.IndRNN(64, longest_dependence=steps, min_gain=0.5, kernel_initializer="ones")
    first = np.full((1, 64), 2.0, "float32")
    rows = np.zeros((1, steps, 1), "float32")
    reached = np.asarray(layer(rows, initial_state=first) / first)
    assert reached.min() > 0.5 - 1e-3 and reached.max() < 2 + 1e-3
    assert reached.max() - reached.min() > 1


def test_units_do_not_see_one_another() -> None:
    layer = set_weights(layers.IndRNN(H, activation="tanh"))
    states = drawn((B, H), 5)
    moved = states + np.array([0, 0, 1, 0])
    found = np.asarray(layer(X, initial_state=states) != layer(X, initial_state=moved)).any(0)
    np.testing.assert_array_equal(found, [False, False, True, False])
