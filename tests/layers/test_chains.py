"""The sums over label sequences against every sequence there is, and their gradients against finite differences."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from keras import ops

from bptt.layers import chains
from bptt.layers.chains import Weights
from bptt.shapes import NO_LABEL
from tests.layers import brute
from tests.layers.brute import drawn

SEEDS = range(4)


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-10, atol=1e-10)


def check_normaliser(seed: int = 0) -> None:
    weights, emissions, mask, _labels = drawn(seed)
    with jax.enable_x64(True):
        close(chains.log_normaliser(weights, emissions, mask), brute.normalisers(weights, emissions, mask))


def check_score(seed: int = 0) -> None:
    weights, emissions, mask, labels = drawn(seed)
    with jax.enable_x64(True):
        close(chains.score(weights, emissions, labels, mask), brute.scores(weights, emissions, labels, mask))


def check_likelihood(seed: int = 0) -> None:
    weights, emissions, mask, labels = drawn(seed)
    expected = brute.normalisers(weights, emissions, mask) - brute.scores(weights, emissions, labels, mask)
    with jax.enable_x64(True):
        close(jax.jit(chains.negative_log_likelihood)(weights, emissions, labels, mask), expected)


def check_marginals(seed: int = 0) -> None:
    weights, emissions, mask, _labels = drawn(seed)
    with jax.enable_x64(True):
        close(chains.marginals(weights, emissions, mask), brute.marginals(weights, emissions, mask))


def check_best(seed: int = 0) -> None:
    weights, emissions, mask, _labels = drawn(seed)
    found, values = chains.best_paths(weights, emissions, mask)
    labels, reached = brute.best(weights, emissions, mask)
    np.testing.assert_array_equal(found, labels)
    close(values, reached)


def check_slopes() -> None:
    """Of the likelihood by every weight and every emission."""
    weights, emissions, mask, labels = drawn(5)
    arrays = [weights.transitions, weights.start, weights.end, emissions]

    @jax.jit
    def loss(arrays: list[Any]) -> Any:
        return (chains.negative_log_likelihood(Weights(*arrays[:3]), arrays[3], labels, mask) * np.arange(1, brute.B + 1)).sum()

    with jax.enable_x64(True):
        for number, gradient in enumerate(jax.grad(loss)(arrays)):
            close_slopes(loss, arrays, number, np.asarray(gradient))


def close_slopes(loss: Callable[[list[Any]], Any], arrays: list[Any], number: int, gradient: Any, step: float = 1e-5) -> None:
    found = np.empty(gradient.shape)
    for place in np.ndindex(gradient.shape):
        ends = [[array.copy() for array in arrays] for _ in range(2)]
        ends[0][number][place] += step
        ends[1][number][place] -= step
        found[place] = (loss(ends[0]) - loss(ends[1])) / (2 * step)
    np.testing.assert_allclose(gradient, found, atol=1e-7)
    assert np.abs(gradient).max() > 0.1


CHECKS = (check_normaliser, check_score, check_likelihood, check_marginals, check_best)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_sequence_is_counted(check: Callable[[int], None], seed: int) -> None:
    check(seed)


def test_gradients() -> None:
    check_slopes()


def test_what_stands_in_padding_reaches_neither_value_nor_gradient() -> None:
    weights, emissions, mask, labels = drawn(6)
    dirty, wild = np.where(mask[..., None], emissions, np.nan), np.where(mask, labels, NO_LABEL)
    value = jax.value_and_grad(lambda x, y: chains.negative_log_likelihood(weights, x, y, mask).sum())
    for found, expected in zip(value(dirty, wild), value(emissions, labels), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert not np.asarray(value(dirty, wild)[1])[~mask].any()
    np.testing.assert_array_equal(chains.best_paths(weights, dirty, mask)[0], chains.best_paths(weights, emissions, mask)[0])


def test_a_row_without_steps_costs_nothing() -> None:
    weights, emissions, mask, labels = drawn(7)
    assert not mask[1].any()
    assert chains.negative_log_likelihood(weights, emissions, labels, mask)[1] == 0


def test_long_rows_neither_overflow_nor_lose_the_small() -> None:
    """1,000 steps whose labels are worth 50 more, or less, than one another: p is 1 for the best and its likelihood 0."""
    random = np.random.default_rng(1)
    labels = random.integers(0, 3, (2, 1000)).astype(np.int32)
    emissions = np.where(labels[..., None] == np.arange(3), 50, [0, -30, -1e4]).astype(np.float32)
    weights, mask = Weights(*(np.zeros(shape, np.float32) for shape in ((3, 3), 3, 3))), np.ones(labels.shape, bool)
    value, gradient = jax.value_and_grad(lambda x: chains.negative_log_likelihood(weights, x, labels, mask).sum())(emissions)
    assert abs(value) < 1e-3 and np.isfinite(gradient).all()
    np.testing.assert_array_equal(chains.best_paths(weights, emissions, mask)[0], labels)


def test_of_equal_scores_the_lowest_label_wins() -> None:
    weights = Weights(np.zeros((3, 3)), np.zeros(3), np.zeros(3))
    assert chains.best_paths(weights, np.zeros((1, 4, 3)), np.ones((1, 4), bool))[0].tolist() == [[0, 0, 0, 0]]


def test_emissions_that_are_not_finite_have_no_best_path() -> None:
    weights, emissions, mask, _labels = drawn(8)
    emissions[0, 2, 1] = np.nan
    with pytest.raises(ValueError, match="NaN or infinity"):
        chains.best_paths(weights, emissions, mask)


def weighing(change: Callable[[Weights], Weights]) -> Callable[[pytest.MonkeyPatch], None]:
    """The functions of chains with other weights than they are given."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        for name in ("_forward", "_total", "score", "best_paths"):
            right = getattr(chains, name)
            patch.setattr(chains, name, lambda weights, *arrays, right=right: right(change(weights), *arrays))

    return plant


def masked(change: Callable[[Any], Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """The functions of chains with another mask, their last argument, than they are given."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        for name in ("log_normaliser", "score", "best_paths", "marginals"):
            right = getattr(chains, name)
            patch.setattr(chains, name, lambda *arrays, right=right: right(*arrays[:-1], change(arrays[-1])))

    return plant


def begun_from_the_first(patch: pytest.MonkeyPatch) -> None:
    right = chains._before
    patch.setattr(chains, "_before", lambda mask: ops.maximum(right(mask), ops.minimum(ops.arange(mask.shape[1] + 1) - 1, 0)))


def stuck(patch: pytest.MonkeyPatch) -> None:
    """A sum whose gradient is lost on the way."""
    right = chains._forward
    patch.setattr(chains, "_forward", lambda weights, *arrays: right(weights._replace(transitions=_fixed(weights)), *arrays))


def _fixed(weights: Weights) -> Any:
    return ops.stop_gradient(ops.convert_to_tensor(weights.transitions))


TRANSPOSED = weighing(lambda weights: weights._replace(transitions=np.asarray(weights.transitions).T))
NO_END = weighing(lambda weights: weights._replace(end=weights.end * 0))
ENDS_SWAPPED = weighing(lambda weights: weights._replace(start=weights.end, end=weights.start))
BLIND = masked(lambda mask: mask | True)
FAULTS = {
    **{f"transitions transposed, {check.__name__}": (TRANSPOSED, check) for check in (check_normaliser, check_score, check_best)},
    **{f"no end, {check.__name__}": (NO_END, check) for check in (check_normaliser, check_score, check_best, check_marginals)},
    **{
        f"start and end swapped, {check.__name__}": (ENDS_SWAPPED, check) for check in (check_normaliser, check_score, check_best)
    },
    **{f"mask ignored, {check.__name__}": (BLIND, check) for check in CHECKS if check is not check_likelihood},
    "padding in front taken for a start": (begun_from_the_first, check_normaliser),
    "padding in front taken for a label": (begun_from_the_first, check_score),
    "gradient of the transitions lost": (stuck, check_slopes),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, check = FAULTS[name]
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        check()
