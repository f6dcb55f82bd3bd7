"""Calibration by hand, and against scikit-learn's curve."""

import numpy as np
import pytest

from bptt.evaluation import calibration


def test_by_hand():
    probability = np.array([0.95, 0.99, 0.91, 0.55, 0.6, 0.51])
    right = np.array([True, True, False, True, False, False])
    bins = calibration.bins(probability, right)
    assert [one["rows"] for one in bins] == [0, 0, 0, 0, 0, 3, 0, 0, 0, 3]
    assert bins[9]["probability"] == pytest.approx(0.95)
    assert bins[9]["accuracy"] == pytest.approx(2 / 3)
    assert bins[5]["probability"] == pytest.approx((0.55 + 0.6 + 0.51) / 3)  # 0.6 is the upper end of its bin
    assert bins[5]["accuracy"] == pytest.approx(1 / 3)
    expected = 3 / 6 * (0.95 - 2 / 3) + 3 / 6 * (1.66 / 3 - 1 / 3)
    assert calibration.error(bins) == pytest.approx(expected)


def test_the_ends():
    bins = calibration.bins(np.array([0.0, 1.0, 0.1]), np.array([False, True, False]))
    assert (bins[0]["rows"], bins[9]["rows"]) == (2, 1)


def test_a_model_that_keeps_its_word_errs_by_nothing_and_one_too_sure_by_how_much():
    draw = np.random.default_rng(0)
    probability = draw.uniform(0.5, 1, 200_000)
    right = draw.uniform(size=probability.size) < probability
    assert calibration.error(calibration.bins(probability, right)) < 0.006
    assert calibration.error(calibration.bins(np.full(1000, 0.9), np.arange(1000) < 700)) == pytest.approx(0.2)


def test_against_scikit_learn():
    curve = pytest.importorskip("sklearn.calibration").calibration_curve
    draw = np.random.default_rng(1)
    probability = draw.beta(4, 2, 5_000)
    right = draw.uniform(size=5_000) < probability**2
    shares, means = curve(right, probability, n_bins=calibration.BINS)
    bins = [one for one in calibration.bins(probability, right) if one["rows"]]
    assert [one["accuracy"] for one in bins] == pytest.approx(shares.tolist())
    assert [one["probability"] for one in bins] == pytest.approx(means.tolist())
