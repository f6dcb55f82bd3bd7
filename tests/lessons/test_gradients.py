"""The first lesson on gradients: how they vanish and explode, and what clipping does to an update."""

from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from bptt import layers


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive:UserWarning")
def test_gradients_that_vanish_and_explode() -> None:
    def simulate_gradient_flow(time_steps, gradient_factor):
        gradients = [1.0]
        for t in range(time_steps):
            gradients.append(gradients[-1] * gradient_factor)
        return gradients

    steps = 50
    vanishing = simulate_gradient_flow(steps, 0.9)
    stable = simulate_gradient_flow(steps, 1.0)
    exploding = simulate_gradient_flow(steps, 1.1)

    plt.figure(figsize=(10, 4))
    plt.semilogy(vanishing, label="Vanishing (0.9)", linestyle="--")
    plt.semilogy(stable, label="Stable (1.0)")
    plt.semilogy(exploding, label="Exploding (1.1)", linestyle="-.")
    plt.xlabel("Time Steps")
    plt.ylabel("Gradient Magnitude (log scale)")
    plt.title("Gradient Flow in RNN")
    plt.legend()
    plt.grid(True)
    plt.show()

    for curve, factor in ((vanishing, 0.9), (stable, 1.0), (exploding, 1.1)):
        np.testing.assert_allclose(curve, factor ** np.arange(51.0), rtol=1e-12)
    axes = plt.gca()
    assert axes.get_yscale() == "log"
    np.testing.assert_array_equal([line.get_ydata() for line in axes.lines], [vanishing, stable, exploding])


@pytest.mark.parametrize("clip", [{"clipnorm": 1.0}, {"clipvalue": 0.5}, {"global_clipnorm": 1.0}], ids=str)
def test_the_update_is_clipped(clip: dict[str, float]) -> None:
    """Gradient descent with a step of 1 moves each weight by its clipped gradient; without, far more."""

    def moves(**arguments: float) -> list[Any]:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((12, 4)), layers.SimpleRNN(8), layers.Dense(1)])
        model.compile(keras.optimizers.SGD(1.0, **arguments), loss="mse")
        before = model.get_weights()
        model.train_on_batch(np.random.default_rng(0).normal(size=(16, 12, 4)), np.full((16, 1), 1000.0))
        return [start - after for start, after in zip(before, model.get_weights(), strict=True)]

    free, clipped = moves(), moves(**clip)
    name, limit = next(iter(clip.items()))
    whole = np.linalg.norm([np.linalg.norm(move) for move in free])
    for gradient, move in zip(free, clipped, strict=True):
        norm = whole if name == "global_clipnorm" else np.linalg.norm(gradient)
        expected = np.clip(gradient, -limit, limit) if name == "clipvalue" else gradient * min(1, limit / norm)
        np.testing.assert_allclose(move, expected, rtol=1e-4, atol=1e-6)
    assert whole > 100 * limit
