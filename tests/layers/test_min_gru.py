"""MinGRU: its equation by hand, and what keeps it finite without logarithms."""

import jax
import keras
import numpy as np

from bptt import initializers, layers
from tests.layers.cells import MASK, B, H, T, X, set_weights


def test_the_equation() -> None:
    layer = set_weights(layers.MinGRU(H, return_sequences=True))
    kernel, bias = layer.get_weights()
    h, states = np.zeros((B, H)), []
    for t in range(T):
        z = 1 / (1 + np.exp(-(X[:, t] @ kernel[:, :H] + bias[:H])))
        after = (1 - z) * h + z * (X[:, t] @ kernel[:, H:] + bias[H:])
        h = np.where(MASK[:, t, None], after, h)
        states.append(h)
    np.testing.assert_allclose(layer(X, mask=MASK), np.stack(states, 1), atol=1e-5)


def test_gates_wide_open_and_wide_shut_stay_finite() -> None:
    """Decays of e^-80 and of 1 - e^-80 over 3,000 steps: their products underflow, and nothing divides by them."""
    layer = layers.MinGRU(2, use_bias=False, return_sequences=True)
    layer.build((1, 3000, 2))
    layer.set_weights([np.array([[80.0, -80.0, 1.0, 1.0], [0.0, 0.0, 0.5, 0.5]], "float32")])
    x = np.random.default_rng(0).choice([-1.0, 1.0], (1, 3000, 2)).astype("float32")
    weights = [layer.trainable_variables[0].value]
    out, slope = jax.value_and_grad(lambda w: layer.stateless_call(w, [], x)[0].sum())(weights)
    assert np.isfinite(out) and np.isfinite(slope[0]).all() and np.abs(slope[0]).max() > 1


def test_chrono_biases_are_times_of_memory() -> None:
    """A unit whose inputs are 0 keeps 1 - 1 / time of its state at a step, times from 2 to t_max."""
    layer = layers.MinGRU(300, bias_initializer=initializers.Chrono(300, 50, "min_gru"))
    kept = np.asarray(layer(np.zeros((1, 1, 2), "float32"), initial_state=np.ones((1, 300), "float32")))
    times = 1 / (1 - kept[0])
    assert 2 <= times.min() < 4 and 48 < times.max() <= 50.01
    assert abs(times.mean() - 26) < 3


def test_keras_s_loop_takes_the_cell_in_a_stack() -> None:
    """Cells are Keras's: StackedRNNCells runs ours beside its own."""
    cells = [layers.MinGRUCell(3), keras.layers.GRUCell(2), layers.IndRNNCell(4)]
    assert keras.layers.RNN(cells)(X).shape == (B, 4)
    assert layers.MinGRUCell(3)(X[:, 0], [np.zeros((B, 3), "float32")])[0].shape == (B, 3)
