"""The element-wise recurrence, in order and in parallel, against a loop in NumPy; its gradients against finite differences."""

import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bptt import kernels
from bptt.errors import KernelError
from bptt.kernels import diagonal

B, T, N = 5, 7, 3
# left padding, right padding, holes, all real, none real
REAL = np.array([[0, 0, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0], [1, 0, 1, 1, 0, 0, 1], [1] * T, [0] * T], bool)
DECAYS = ("constant", "varying", "complex")
LINEAR = list(itertools.product(DECAYS, (False, True), (False, True)))  # decay, masked, in parallel


def by_hand(decay: Any, drive: Any, state: Any, mask: Any, f: Callable[[Any], Any] = lambda a: a) -> Any:
    """The states (B, T, N), step by step."""
    decay, states = np.broadcast_to(decay, drive.shape), []
    for t in range(drive.shape[1]):
        after = f(decay[:, t] * state + drive[:, t])
        state = after if mask is None else np.where(mask[:, t, None], after, state)
        states.append(state)
    return np.stack(states, 1)


def drawn(decay: str, dtype: str = "float64") -> tuple[Any, Any, Any]:
    """Decay, drive and first state; every value another."""
    rng = np.random.default_rng(0)
    size = rng.uniform(0.2, 1.1, (B, T, N) if decay == "varying" else (N,))
    drive, state = rng.normal(0, 1, (B, T, N)), rng.normal(0, 1, (B, N))
    if decay == "complex":
        turn = np.exp(1j * rng.uniform(0, 6, N))
        return size * turn, drive + 1j * rng.normal(0, 1, drive.shape), state + 1j * rng.normal(0, 1, state.shape)
    return size.astype(dtype), drive.astype(dtype), state.astype(dtype)


@pytest.fixture
def parallel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the recurrence goes in parallel, as it would on a graphics card."""
    monkeypatch.setattr(diagonal, "in_parallel", lambda: request.param)
    return request.param


def check(decay: str, masked: bool) -> None:
    """float64 states to 1e-12 of the loop's."""
    given, mask = drawn(decay), REAL if masked else None
    with jax.enable_x64(True):
        found = np.asarray(diagonal.recurrence(*map(jnp.asarray, given), mask))
    np.testing.assert_allclose(found, by_hand(*given, mask), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("decay", "masked", "parallel"), LINEAR, indirect=["parallel"])
def test_states(decay: str, masked: bool, parallel: bool) -> None:
    check(decay, masked)


@pytest.mark.parametrize("masked", [False, True])
def test_states_behind_an_activation(masked: bool) -> None:
    decay, drive, state = drawn("constant")
    mask = REAL if masked else None
    with jax.enable_x64(True):
        found = diagonal.recurrence(*map(jnp.asarray, (decay, drive, state)), mask, jnp.tanh)
    np.testing.assert_allclose(found, by_hand(decay, drive, state, mask, np.tanh), rtol=0, atol=1e-12)


@pytest.mark.parametrize("parallel", [False, True], indirect=True)
def test_one_step(parallel: bool) -> None:
    decay, drive, state = drawn("varying", "float32")
    found = diagonal.recurrence(jnp.asarray(decay[:, :1]), jnp.asarray(drive[:, :1]), jnp.asarray(state), None)
    np.testing.assert_allclose(found[:, 0], decay[:, 0] * state + drive[:, 0], rtol=1e-6)


def slopes(loss: Callable[..., Any], given: tuple[Any, ...], step: float = 1e-6) -> list[Any]:
    """Central differences for every element of every array: right to step^2 and, by rounding, 1e-16 / step."""
    found = [np.zeros_like(array) for array in given]
    for which, array in enumerate(given):
        for index in np.ndindex(array.shape):
            sides = []
            for move in (step, -step):
                moved = array.copy()
                moved[index] += move
                sides.append(float(loss(*given[:which], moved, *given[which + 1 :])))
            found[which][index] = (sides[0] - sides[1]) / (2 * step)
    return found


@pytest.mark.parametrize(
    ("decay", "parallel"), list(itertools.product(("constant", "varying"), (False, True))), indirect=["parallel"]
)
def test_gradients_are_finite_differences(decay: str, parallel: bool) -> None:
    given, weight = drawn(decay), np.random.default_rng(1).normal(0, 1, (B, T, N))
    with jax.enable_x64(True):
        gradients = jax.grad(lambda *arrays: jnp.vdot(weight, diagonal.recurrence(*arrays, REAL)), argnums=(0, 1, 2))
        found = [np.asarray(array) for array in jax.jit(gradients)(*map(jnp.asarray, given))]
    expected = slopes(lambda *arrays: np.vdot(weight, by_hand(*arrays, REAL)), given)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-8)
    assert np.all(found[1][~REAL] == 0), "a masked step is none"


def test_masked_steps_may_hold_anything() -> None:
    decay, drive, state = drawn("varying", "float32")
    holes = np.where(REAL[..., None], drive, np.float32(1e30))
    mask = jnp.asarray(REAL)
    same = [diagonal.recurrence(jnp.asarray(decay), jnp.asarray(b), jnp.asarray(state), mask) for b in (drive, holes)]
    np.testing.assert_array_equal(*same)


def test_narrow_floats_are_added_up_in_32_bits() -> None:
    """1,000 steps of 1/16 at a decay of 1: bfloat16 alone would stop at 16, where 1/16 is half of its step."""
    ones, steps = jnp.ones((1,), "bfloat16"), jnp.full((1, 1000, 1), 1 / 16, "bfloat16")
    states = diagonal.recurrence(ones, steps, jnp.zeros((1, 1), "bfloat16"), None)
    assert states.dtype == jnp.bfloat16
    assert float(states[0, -1, 0]) == 62.5


@pytest.mark.parametrize(
    ("backend", "linear", "there", "kernel", "told"),
    [
        ("torch", True, "cpu", "keras", "the Keras backend is torch"),
        ("jax", False, "gpu", "scan", "in order of time: an activation"),
        ("jax", True, "cpu", "scan", "in order of time: on a processor"),
        ("jax", True, "gpu", "scan", "associative"),
    ],
)
def test_the_choice_and_its_reason(
    backend: str, linear: bool, there: str, kernel: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: there)
    choice = kernels.choose_diagonal(backend, linear)
    assert choice.kernel == kernel and told in choice.reason
    with kernels.use("native"), pytest.raises(KernelError, match="cannot run"):
        kernels.choose_diagonal(backend, linear)


FAULTS: dict[str, Callable[..., Any]] = {
    "decay of the wrong sign": lambda right, a, b, h, m: right(-a, b, h, m),
    "drive a step late": lambda right, a, b, h, m: right(a, jnp.roll(b, 1, axis=1), h, m),
    "states a step late": lambda right, a, b, h, m: jnp.concatenate([h[:, None], right(a, b, h, m)[:, :-1]], axis=1),
    "initial state forgotten": lambda right, a, b, h, m: right(a, b, 0 * h, m),
    "mask ignored": lambda right, a, b, h, m: right(a, b, h, None),
    "mask a step late": lambda right, a, b, h, m: right(a, b, h, None if m is None else jnp.roll(m, 1, axis=1)),
    "masked step forgets": lambda right, a, b, h, m: right(a, b if m is None else jnp.where(m[..., None], b, 0), h, None),
}


@pytest.mark.parametrize("way", ["_in_order", "_in_parallel"])
@pytest.mark.parametrize("name", FAULTS)
def test_planted_faults_are_caught(name: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = getattr(diagonal, way)
    monkeypatch.setattr(diagonal, "in_parallel", lambda: way == "_in_parallel")
    monkeypatch.setattr(diagonal, way, lambda a, b, h, m, *f: FAULTS[name](lambda *g: right(*g, *f), a, b, h, m))
    with pytest.raises(AssertionError):
        check("varying", masked=True)
