"""Intervals against published and exact numbers, and against how often they hold."""

import numpy as np
import pytest

from bptt.evaluation.intervals import bootstrap, difference, share

draw = np.random.default_rng(0)


def right(truth, answers):
    return float(np.mean(truth == answers))


def test_wilson_by_published_numbers():
    """Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I."""
    published = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611), (1, 29): (0.0061, 0.1718)}
    for (hits, rows), (low, high) in published.items():
        found = share(hits, rows)
        assert found["value"] == hits / rows
        assert (found["low"], found["high"]) == pytest.approx((low, high), abs=5e-5)


def test_all_right_of_ten_rows_is_not_certain():
    found = share(10, 10)
    assert found["high"] == 1
    assert found["low"] == pytest.approx(0.7225, abs=5e-5)


def test_the_bootstrap_of_a_share_is_near_the_exact_one():
    truth = np.zeros(2000)
    answers = (np.arange(2000) < 500).astype(float)  # 3 of 4 right: a standard error of sqrt(0.75 * 0.25 / 2000)
    found = bootstrap(right, truth, answers)
    reach = 1.96 * (0.75 * 0.25 / 2000) ** 0.5
    assert found["value"] == 0.75
    assert (found["low"], found["high"]) == pytest.approx((0.75 - reach, 0.75 + reach), abs=0.0025)


def test_a_difference_is_paired():
    """Two answers that differ on 40 of 2,000 rows: the interval is that of these rows, not of all that both find hard."""
    truth, theirs = np.zeros(2000), (np.arange(2000) < 600).astype(float)
    ours = np.where(np.arange(2000) < 40, 0.0, theirs)  # 40 more right, none lost
    found = difference(right, truth, ours, theirs)
    reach = 1.96 * (0.02 * 0.98 / 2000) ** 0.5
    assert found["value"] == pytest.approx(0.02)
    assert (found["low"], found["high"]) == pytest.approx((0.02 - reach, 0.02 + reach), abs=0.001)
    assert difference(right, truth, theirs, ours)["value"] == pytest.approx(-0.02)


def test_the_interval_of_a_difference_holds_nineteen_times_of_twenty():
    held = 0
    for _try in range(60):
        truth, hard = np.zeros(400), draw.random(400)
        ours, theirs = (draw.random(400) < share * hard for share in (0.4, 0.5))  # right 0.80 and 0.75 of the time
        found = difference(right, truth, ours.astype(float), theirs.astype(float))
        held += found["low"] <= 0.05 <= found["high"]
    assert 50 <= held <= 60


def test_the_same_rows_give_the_same_interval():
    truth, answers = draw.integers(0, 2, 300), draw.integers(0, 2, 300)
    assert bootstrap(right, truth, answers) == bootstrap(right, truth, answers)
    assert bootstrap(right, truth, answers, seed=1) != bootstrap(right, truth, answers)
