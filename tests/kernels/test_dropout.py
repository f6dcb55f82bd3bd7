"""Dropout's draws judged as a random number generator would be, and as a layer: share, scale, independence, gradient."""

import math

import jax
import numpy as np
import pytest

from bptt import kernels
from bptt.shapes import Floats

N = 1 << 18
DEVIATIONS = 5.0  # of a right generator, one figure in two million lies farther out


def seed_of(*words: int) -> np.ndarray:
    return np.array(words, np.uint32)


def drop(inputs: Floats, rate: float, seed: np.ndarray, noise_shape: tuple[int, ...] | None = None) -> Floats:
    groups = kernels.draw_groups(inputs.shape, noise_shape or inputs.shape)
    assert groups is not None
    with jax.enable_x64(True):
        return np.asarray(kernels.dropout(rate, groups, inputs, seed))


def draws(first: int, second: int, count: int = N, rate: float = 0.5) -> np.ndarray:
    """True where kept."""
    return drop(np.ones(count, np.float32), rate, seed_of(first, second)) > 0


def deviations(hits: int, trials: int, chance: float) -> float:
    return abs(hits - trials * chance) / math.sqrt(trials * chance * (1 - chance))


@pytest.mark.parametrize("rate", [0.001, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_share_dropped_is_the_rate_and_the_rest_is_scaled(rate: float, dtype: str) -> None:
    x = np.random.default_rng(0).uniform(1, 2, N).astype(dtype)
    out = drop(x, rate, seed_of(3, 4))
    kept = out != 0
    assert deviations(int(kept.sum()), N, 1 - rate) < DEVIATIONS
    np.testing.assert_allclose(out[kept], x[kept] / (1 - rate), rtol=2 * np.finfo(dtype).eps)


def test_nothing_is_dropped_at_rate_0() -> None:
    x = np.random.default_rng(0).normal(size=1000)
    assert np.array_equal(drop(x, 0.0, seed_of(1, 2)), x)


def test_draws_are_spread_evenly_over_places_and_seeds() -> None:
    """chi-square of the kept ones in 256 blocks for each of 32 seeds, and of each of 8 neighbours' joint patterns."""
    masks = np.stack([draws(7, second) for second in range(32)])
    blocks = masks.reshape(32, 256, -1).sum(axis=2)
    expected = N / 256 / 2
    chi = np.sum((blocks - expected) ** 2 / (expected / 2))
    assert abs(chi - blocks.size) < DEVIATIONS * math.sqrt(2 * blocks.size)
    patterns = np.bincount((masks.reshape(-1, 8) @ (1 << np.arange(8))), minlength=256)
    expected = masks.size / 8 / 256
    chi = np.sum((patterns - expected) ** 2 / expected)
    assert abs(chi - 255) < DEVIATIONS * math.sqrt(2 * 255)


@pytest.mark.parametrize("lag", [1, 2, 3, 16, 64, 128, 1 << 15, 1 << 16])
@pytest.mark.parametrize("rate", [0.5, 0.1])
def test_elements_are_independent_of_their_neighbours(lag: int, rate: float) -> None:
    mask = draws(1, 2, rate=rate)
    both = int(np.sum(mask[lag:] & mask[:-lag]))
    assert deviations(both, N - lag, (1 - rate) ** 2) < 2 * DEVIATIONS  # neighbouring pairs share an element


@pytest.mark.parametrize("other", [(1, 3), (2, 2), (2, 1), (0x80000001, 2), (1, 0x80000002), (0, 2), (1, 1)])
def test_seeds_that_differ_in_a_bit_give_independent_masks(other: tuple[int, int]) -> None:
    """Keras counts the second word up from call to call and draws the first at random."""
    one, two = draws(1, 2), draws(*other)
    assert deviations(int(np.sum(one == two)), N, 0.5) < DEVIATIONS


def test_a_seeds_masks_are_not_one_mask_moved() -> None:
    """The mask of the next call holds no long piece of this one's, wherever it is looked for."""
    signs = [np.where(draws(1, second, 1 << 14), 1.0, -1.0) for second in (2, 3)]
    spectrum = np.fft.rfft(signs[0]) * np.conj(np.fft.rfft(signs[1]))
    assert np.abs(np.fft.irfft(spectrum)).max() < 6 * math.sqrt(1 << 14)


def test_the_same_seed_draws_the_same_mask_in_both_dtypes_and_both_passes() -> None:
    x = np.random.default_rng(0).uniform(1, 2, 70_001)
    seed = seed_of(5, 6)
    once = drop(x, 0.3, seed)
    assert np.array_equal(once, drop(x, 0.3, seed))
    assert np.array_equal(once != 0, drop(x.astype("float32"), 0.3, seed) != 0)
    assert not np.array_equal(once, drop(x, 0.3, seed_of(5, 7)))
    with jax.enable_x64(True):
        _, backward = jax.vjp(lambda x: kernels.dropout(0.3, (1, 1, x.size), x, seed), x)
        np.testing.assert_array_equal(backward(x)[0], once)


@pytest.mark.parametrize(
    ("shape", "noise_shape", "groups"),
    [
        ((6, 5, 7), (6, 5, 7), (1, 1, 210)),
        ((6, 5, 7), (6, 1, 7), (6, 5, 7)),
        ((6, 5, 7), (1, 5, 7), (1, 6, 35)),
        ((6, 5, 7), (6, 5, 1), (30, 7, 1)),
        ((6, 5, 7), (6, 1, 1), (6, 35, 1)),
        ((6, 5, 7), (1, 1, 7), (1, 30, 7)),
        ((6, 5, 7), (1, 1, 1), (1, 210, 1)),
        ((6, 1, 7), (6, 1, 1), (6, 7, 1)),
        ((300, 211), (300, 1), (300, 211, 1)),
        ((2, 3, 5, 7), (2, 1, 1, 7), (2, 15, 7)),
        ((6, 5, 7), (1, 5, 1), None),
        ((6, 5, 7), (5, 7), None),
        ((6, 5, 7), (6, 2, 7), None),
    ],
)
def test_one_draw_serves_the_axes_that_the_noise_shape_shares(
    shape: tuple[int, ...], noise_shape: tuple[int, ...], groups: tuple[int, int, int] | None
) -> None:
    assert kernels.draw_groups(shape, noise_shape) == groups
    if groups is None:
        return
    out = drop(np.ones(shape, np.float32), 0.5, seed_of(8, 9), noise_shape)
    one_each = out[tuple(slice(0, n) for n in noise_shape)]
    assert np.array_equal(out, np.broadcast_to(one_each, shape))
    assert one_each.size < 4 or 0 < np.mean(one_each > 0) < 1


@pytest.mark.parametrize("count", [1, 3, 15, 16, 17, 31, 1000, (1 << 15) - 1, 1 << 15, (1 << 15) + 1, 100_003])
def test_any_size_is_the_beginning_of_a_longer_one(count: int) -> None:
    """A draw belongs to its place alone: no vector's or block's end shows."""
    assert np.array_equal(draws(1, 2, count), draws(1, 2, 1 << 17)[:count])


def test_wide_rows_draw_as_one_long_row_does() -> None:
    out = drop(np.ones((3, 4, 40_001), np.float32), 0.5, seed_of(1, 2), (3, 1, 40_001))
    assert np.array_equal(out[:, 2].ravel() > 0, draws(1, 2, 3 * 40_001))
