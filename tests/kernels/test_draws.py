"""Zoneout's draws: the numbers of plain integers, of the dropout kernel, and the same in both libraries."""

import random

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bptt import kernels
from bptt.kernels.draws import draw, keeps, times_plus

WORD = 2**32
SEED = np.array([123456789, 4000000000], np.uint32)


def mixed(x: int) -> int:
    x = (x ^ (x >> 16)) * 0x85EBCA6B % WORD
    x = (x ^ (x >> 13)) * 0xC2B2AE35 % WORD
    return x ^ (x >> 16)


def drawn(counter: int) -> int:
    """The draw of SEED, in Python's integers."""
    key0, key1 = mixed(int(SEED[0])), mixed((int(SEED[1]) + 0x7F4A7C15) % WORD)
    return mixed(mixed((counter % WORD * 0x9E3779B9 + key0) % WORD) ^ mixed((counter // WORD) ^ key1) ^ key1)


def words(number: int) -> tuple[np.ndarray, np.ndarray]:
    return np.array([number // WORD], np.uint32), np.array([number % WORD], np.uint32)


def test_words_multiply_and_add_as_integers_do() -> None:
    pick = random.Random(1)
    edges = [0, 1, 0xFFFF, 0x10000, WORD - 1]
    triples = [(a, f, d) for a in (*edges, WORD, 2**64 - 1) for f in edges for d in edges]
    triples += [(pick.getrandbits(64), pick.getrandbits(32), pick.getrandbits(32)) for _ in range(1000)]
    for number, factor, addend in triples:
        high, low = times_plus(*words(number), factor, np.uint32(addend))
        assert int(high[0]) * WORD + int(low[0]) == (number * factor + addend) % 2**64, (number, factor, addend)


@pytest.mark.parametrize("counter", [0, 1, WORD - 1, WORD, 5 * WORD + 17, 2**64 - 1])
def test_a_draw_is_that_of_plain_integers(counter: int) -> None:
    assert int(draw(SEED, *words(counter))[0]) == drawn(counter)


def test_a_draw_is_that_of_the_dropout_kernel() -> None:
    dropped = np.asarray(kernels.dropout(0.3, (1, 1, 1000), np.ones(1000, np.float32), SEED)) == 0
    low = np.arange(1000, dtype=np.uint32)
    assert np.array_equal(dropped, draw(SEED, np.zeros_like(low), low) < round(0.3 * WORD))


@pytest.mark.parametrize("state", [0, 1])
@pytest.mark.parametrize("time", [9, 2**31])
def test_an_element_has_the_number_that_its_place_gives(time: int, state: int) -> None:
    """((b T + t) S + s) H + u; with T = 2^31 it needs both words."""
    batch, t, units = 7, time - 5, 11
    want = [[drawn(((b * time + t) * 2 + state) * units + u) < round(0.3 * WORD) for u in range(units)] for b in range(batch)]
    sizes = (batch, time, units)
    assert np.array_equal(keeps(SEED, 0.3, sizes, np.uint32(t), state, 2), want)
    traced = jax.jit(lambda seed, t: keeps(seed, 0.3, sizes, t, state, 2))
    assert np.array_equal(traced(jnp.asarray(SEED), jnp.uint32(t)), want)
