import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt.report import axes

VALUES = st.lists(st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-6), min_size=1, max_size=20)
POSITIVE = st.lists(st.floats(1e-12, 1e6), min_size=1, max_size=20)


@given(VALUES)
def test_a_linear_scale_holds_its_values_and_ends_on_ticks(values):
    scale = axes.linear(values, 200, 40)
    assert (scale(scale.ticks[0]), scale(scale.ticks[-1])) == pytest.approx((200, 40))
    assert all(40 - 1e-6 <= scale(value) <= 200 + 1e-6 for value in values)
    assert 2 <= len(scale.ticks) <= 8


@given(POSITIVE)
def test_a_logarithmic_scale_holds_its_values(values):
    scale = axes.logarithmic(values, 200, 40)
    assert all(40 < scale(value) < 200 for value in values)
    assert 2 <= len(scale.ticks) <= 9


def test_equal_ratios_are_equal_distances_on_a_logarithmic_scale():
    scale = axes.logarithmic([1e-5, 1e-3], 0, 100)
    assert scale(1e-4) - scale(1e-5) == pytest.approx(scale(1e-3) - scale(1e-4))


def test_a_straight_line_on_a_linear_scale():
    scale = axes.linear([0.12, 0.58], 200, 100)
    assert scale.ticks == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert scale(0.35) == pytest.approx(150)


def test_limits_bind_a_flat_line():
    scale = axes.linear([1.0, 1.0], 0, 100, limits=(0, 1))
    assert scale.high == 1


@given(st.integers(1, 500), st.integers(0, 3000))
def test_epochs_have_whole_ticks_inside(first, more):
    scale = axes.whole(first, first + more, 0, 100)
    assert scale.ticks
    assert all(tick == int(tick) and first <= tick <= first + more for tick in scale.ticks)
    assert len(scale.ticks) <= 10


def test_a_single_epoch_stands_in_the_middle():
    assert axes.whole(1, 1, 0, 100)(1) == 50
    assert math.isfinite(axes.whole(7, 7, 0, 100)(7))
