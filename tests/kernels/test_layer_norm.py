"""Layer normalisation, forward and backward, against the formulas in NumPy float64."""

from typing import Any

import jax
import numpy as np
import pytest

from bptt import kernels
from bptt.shapes import Floats
from tests.kernels.closeness import assert_close

WIDTHS = (2, 3, 15, 16, 17, 64, 100)
EPSILON = 1e-3


def formulas(x: Floats, gamma: Floats, beta: Floats, d: Floats) -> dict[str, Floats]:
    """y = (x - m) r, r = 1 / sqrt(v + e); dx = r (g - mean(g) - y mean(g y)) with g = d gamma (Ba et al. 2016)."""
    centred = x - x.mean(axis=-1, keepdims=True)
    r = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
    y, g = centred * r, d * gamma
    dx = r * (g - g.mean(axis=-1, keepdims=True) - y * (g * y).mean(axis=-1, keepdims=True))
    rows = tuple(range(x.ndim - 1))
    return {"out": y * gamma + beta, "d_inputs": dx, "d_gamma": (d * y).sum(axis=rows), "d_beta": d.sum(axis=rows)}


def computed(x: Floats, gamma: Floats, beta: Floats, d: Floats, dtype: str) -> dict[str, Floats]:
    with jax.enable_x64(True):
        given = [np.asarray(a, dtype) for a in (x, gamma, beta)]
        out, backward = jax.vjp(lambda *a: kernels.layer_norm(EPSILON, *a), *given)
        results: tuple[Any, ...] = (out, *backward(np.asarray(d, dtype)))
    return dict(zip(("out", "d_inputs", "d_gamma", "d_beta"), map(np.asarray, results), strict=True))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [(1,), (13, 41), (2, 3000, 1)])
@pytest.mark.parametrize("width", WIDTHS)
def test_results_and_gradients_are_the_formulas(width: int, rows: tuple[int, ...], dtype: str) -> None:
    rng = np.random.default_rng(width)
    x, d = (rng.normal(size=(*rows, width)).astype(dtype).astype("float64") for _ in range(2))
    gamma, beta = rng.uniform(0.5, 2, width), rng.normal(size=width)
    want = formulas(x, gamma, beta, d)
    for name, value in computed(x, gamma, beta, d, dtype).items():
        assert value.dtype == dtype
        assert_close(name, value, want[name])


@pytest.mark.parametrize("width", WIDTHS)
def test_a_large_mean_costs_no_more_than_its_own_rounding(width: int) -> None:
    """The variance is that of x - mean. As mean(x^2) - mean^2 it would be lost in rounding here: (1e4)^2 against 1."""
    rng = np.random.default_rng(width)
    x = (rng.normal(size=(50, width)) + 1e4).astype("float32").astype("float64")
    gamma, beta, d = np.ones(width), np.zeros(width), rng.normal(size=(50, width))
    out, want = computed(x, gamma, beta, d, "float32")["out"], formulas(x, gamma, beta, d)["out"]
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + EPSILON)
    assert np.all(np.abs(out - want) <= 2 * np.finfo("float32").eps * 1e4 / spread)


def test_a_wide_row_keeps_its_digits() -> None:
    """A single chain over a million elements lost three digits of seven."""
    x = np.random.default_rng(0).normal(1000, 1, (1, 1_000_000)).astype("float32").astype("float64")
    ones, zeros, d = np.ones(x.size), np.zeros(x.size), np.ones_like(x)
    got, want = computed(x, ones, zeros, d, "float32")["out"], formulas(x, ones, zeros, d)["out"]
    assert np.abs(got - want).max() < 2e-4  # 1000 is itself rounded to 6e-5


@pytest.mark.parametrize("shape", [(3, 0), (0, 5), (2, 0, 4)])
def test_no_elements_are_no_error(shape: tuple[int, ...]) -> None:
    width = shape[-1]
    got = computed(np.zeros(shape), np.ones(width), np.zeros(width), np.zeros(shape), "float32")
    assert got["out"].shape == got["d_inputs"].shape == shape
    np.testing.assert_array_equal(got["d_gamma"], np.zeros(width))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(600, 1), (20, 33)])
def test_constant_rows_give_beta_and_no_gradient(shape: tuple[int, int], dtype: str) -> None:
    """A row of one element is one: x = mean, so y = 0; what is left is rounding of the terms that cancel, r g."""
    rng = np.random.default_rng(1)
    x, d = np.repeat(rng.normal(size=(shape[0], 1)), shape[1], axis=1), np.ones(shape)
    gamma, beta = rng.uniform(0.5, 2, shape[1]), rng.normal(size=shape[1])
    got, rounding = computed(x, gamma, beta, d, dtype), 8 * np.finfo(dtype).eps / np.sqrt(EPSILON)
    np.testing.assert_allclose(got["out"], np.broadcast_to(beta, shape), atol=rounding)
    np.testing.assert_allclose(got["d_inputs"], formulas(x, gamma, beta, d)["d_inputs"], atol=2 * rounding)
    np.testing.assert_allclose(got["d_gamma"], 0, atol=rounding * shape[0])
    np.testing.assert_array_equal(got["d_beta"], shape[0])


def test_a_row_that_is_not_finite_spoils_itself_alone() -> None:
    x = np.random.default_rng(0).normal(size=(6, 20))
    clean = computed(x, np.ones(20), np.zeros(20), x, "float32")["out"]
    x[2, 5] = np.nan
    spoiled = computed(x, np.ones(20), np.zeros(20), x, "float32")["out"]
    assert np.isnan(spoiled[2]).all()
    assert np.array_equal(np.delete(spoiled, 2, axis=0), np.delete(clean, 2, axis=0))
