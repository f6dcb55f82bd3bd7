"""Scales of a chart: from a value to its place on the page, and the round numbers marked along the way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_ROUND = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """Maps [low, high] onto [start, end] (pixels), linearly or by the logarithm."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of `value` in pixels."""
        low, high, at = (math.log(v) for v in (self.low, self.high, value)) if self.log else (self.low, self.high, value)
        return self.start + (at - low) / (high - low) * (self.end - self.start)


def linear(values: Sequence[float], start: float, end: float, limits: tuple[float, float] = (-math.inf, math.inf)) -> Scale:
    """A scale that holds all `values`, ends on round numbers and stays within `limits`."""
    low, high = min(values), max(values)
    if low == high:
        margin = abs(low) / 10 or 0.1
        low, high = max(low - margin, limits[0]), min(high + margin, limits[1])
    step = _round_up((high - low) / 5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(index * step for index in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], start, end, ticks)


def whole(first: int, last: int, start: float, end: float) -> Scale:
    """A scale for whole numbers (epochs) from `first` to `last`; a single one stands in the middle."""
    step = int(max(1, _round_up((last - first) / 8)))
    ticks = tuple(float(tick) for tick in range(-(-first // step) * step, last + 1, step)) or (float(first),)
    return Scale(first, last, start, end, ticks) if first < last else Scale(first - 0.5, first + 0.5, start, end, ticks)


def logarithmic(values: Sequence[float], start: float, end: float) -> Scale:
    """A logarithmic scale for positive `values`; its ticks are 1, 2 and 5 times a power of ten, or powers of ten alone."""
    low, high = min(values) / 1.2, max(values) * 1.2  # no line on the frame
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    digits = _ROUND[:3] if last - first <= 3 else _ROUND[:1]
    marks = [digit * 10.0**power for power in range(first, last + 1) for digit in digits]
    ends = max(m for m in marks if m <= low * (1 + 1e-9)), min(m for m in marks if m >= high * (1 - 1e-9))
    between = [mark for mark in marks if ends[0] <= mark <= ends[1]]
    return Scale(*ends, start, end, tuple(between[:: -(-len(between) // 8)]), log=True)


def _round_up(step: float) -> float:
    """The least of 1, 2, 5 or 10 times a power of ten that is at least `step`."""
    if step <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(digit for digit in _ROUND if digit * power >= step * (1 - 1e-9)) * power
