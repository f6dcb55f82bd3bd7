"""LRU: its equation by hand in complex numbers, the ring that lambda is drawn from, and the normaliser."""

from typing import Any

import numpy as np
import pytest

from bptt import layers
from tests.layers.cells import MASK, B, D, H, T, X, drawn, set_weights

N = 2


def weights_of(layer: Any) -> tuple[Any, ...]:
    """B, C, D, lambda and gamma of a layer, complex where they are."""
    kernel, output, skip, nu_log, theta_log, gamma_log = (w.astype("float64") for w in layer.get_weights())
    width = len(nu_log)
    decay = np.exp(-np.exp(nu_log) + 1j * np.exp(theta_log))
    return kernel[:, :width] + 1j * kernel[:, width:], output[:width] + 1j * output[width:], skip, decay, np.exp(gamma_log)


def check_equation() -> None:
    layer = set_weights(layers.LRU(H, state_units=N, return_sequences=True))
    b, c, d, decay, gamma = weights_of(layer)
    first = [drawn((B, size), 9 + i) for i, size in enumerate((H, N, N))]
    y, x, shown = first[0], first[1] + 1j * first[2], []
    for t in range(T):
        real = MASK[:, t, None]
        x = np.where(real, decay * x + gamma * (X[:, t] @ b), x)
        y = np.where(real, (x @ c).real + X[:, t] @ d, y)
        shown.append(y)
    np.testing.assert_allclose(layer(X, mask=MASK, initial_state=first), np.stack(shown, 1), atol=1e-5)


def test_the_equation() -> None:
    check_equation()


@pytest.mark.parametrize(("r_min", "r_max", "phase"), [(0.0, 1.0, 6.28), (0.5, 0.8, 0.3), (0.999, 1.0, 1.0), (0.7, 0.7, 2.0)])
def test_the_ring(r_min: float, r_max: float, phase: float) -> None:
    """Even over the area, so |lambda|^2 is uniform; angles uniform; no draw without a logarithm."""
    layer = layers.LRU(H, state_units=4000, r_min=r_min, r_max=r_max, max_phase=phase)
    layer.build((B, T, D))
    assert all(np.isfinite(w).all() for w in layer.get_weights())
    _b, _c, _d, decay, _gamma = weights_of(layer)
    for drawn_from, low, high in ((np.abs(decay) ** 2, r_min**2, r_max**2), (np.angle(decay) % (2 * np.pi), 0.0, phase)):
        assert low - 1e-6 <= drawn_from.min() and drawn_from.max() <= high + 1e-6
        quarters = np.quantile(drawn_from, [0.25, 0.5, 0.75])
        np.testing.assert_allclose(quarters, low + np.array([0.25, 0.5, 0.75]) * (high - low), atol=0.04 * (high - low) + 1e-6)


def check_normaliser() -> None:
    """White noise in, states of variance 1 out, however slowly they decay."""
    layer = layers.LRU(1, state_units=200, r_min=0.8, r_max=0.98, return_state=True)
    noise = np.random.default_rng(0).normal(0, 1, (200, 200, 8)).astype("float32")
    _y, _shown, real, imag = (np.asarray(array) for array in layer(noise))
    assert abs((real**2 + imag**2).mean() - 1) < 0.1


def test_the_normaliser_keeps_the_variance() -> None:
    check_normaliser()


def test_a_decay_of_0_9999_lives_in_bfloat16() -> None:
    """2,000 steps of it keep 0.82; rounded to bfloat16 it would be 1, and keep all."""
    layer = layers.LRU(1, state_units=1, dtype="mixed_bfloat16", return_state=True)
    layer.build((1, 2000, 1))
    layer.cell.nu_log.assign(np.log([1e-4]))
    layer.cell.theta_log.assign([-20.0])
    ones = np.ones((1, 1), "float32")
    real = layer(np.zeros((1, 2000, 1), "float32"), initial_state=[ones, ones, 0 * ones])[2]
    assert abs(float(real[0, 0]) - np.exp(-0.2)) < 0.01


@pytest.mark.parametrize("weight", ["nu_log", "theta_log"])
def test_lambda_cannot_leave_the_circle(weight: str) -> None:
    layer = layers.LRU(H, state_units=N)
    layer.build((B, T, D))
    getattr(layer.cell, weight).assign([-30.0, 30.0])
    assert np.isfinite(layer(np.repeat(X, 50, axis=1))).all()
