"""Zoneout's draws: a function of the seed and an element's number, the same bits in NumPy, in JAX and in C++.

Nothing is stored and no order of work matters: the backward pass draws again what the forward pass drew.
All arithmetic is uint32 and wraps; a 64-bit number is its two words. Either library's arrays may be given.
"""

from typing import Any

import numpy as np


def mix(x: Any) -> Any:
    """The 32-bit finaliser of MurmurHash3 (Appleby 2011): every input bit changes every output bit with a chance near 1/2."""
    x = (x ^ (x >> 16)) * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> 13)) * np.uint32(0xC2B2AE35)
    return x ^ (x >> 16)


def draw(seed: Any, high: Any, low: Any) -> Any:
    """A uint32 for each counter, in the counters' shape; `Draws` in native/src/elementwise.h.

    Args: seed (2,) uint32; high, low the two words of the counters, uint32 arrays.
    """
    key0, key1 = mix(seed[:1]), mix(seed[1:] + np.uint32(0x7F4A7C15))
    return mix(mix(low * np.uint32(0x9E3779B9) + key0) ^ mix(high ^ key1) ^ key1)


def times_plus(high: Any, low: Any, factor: int, addend: Any) -> tuple[Any, Any]:
    """The two words of (high, low) * factor + addend, for a factor and an addend below 2^32."""
    f_low, f_high = np.uint32(factor & 0xFFFF), np.uint32(factor >> 16)
    a_low, a_high = low & 0xFFFF, low >> 16
    cross = a_high * f_low
    middle = (a_low * f_low >> 16) + (cross & 0xFFFF) + a_low * f_high  # at most 2^32 - 1
    product = low * np.uint32(factor)
    total = product + addend
    return high * np.uint32(factor) + a_high * f_high + (cross >> 16) + (middle >> 16) + (total < product), total


def keeps(seed: Any, rate: float, sizes: tuple[int, int, int], t: Any, state: int, states: int) -> Any:
    """Where zoneout keeps the old value: (B, H) bool, each True with probability `rate`.

    Args:
        seed: (2,) uint32.
        rate: [0, 1).
        sizes: B, T, H.
        t: the step's time index, whatever the direction, uint32.
        state: which one: h is 0, the LSTM's c is 1.
        states: how many the cell has.
    """
    batch, time, units = sizes
    rows, columns = np.arange(batch, dtype=np.uint32)[:, None], np.arange(units, dtype=np.uint32)
    counter = times_plus(np.zeros_like(rows), rows, time, t)
    counter = times_plus(*counter, states, np.uint32(state))
    counter = times_plus(*counter, units, columns)
    return draw(seed, *counter) < np.uint32(int(rate * 2**32 + 0.5))
