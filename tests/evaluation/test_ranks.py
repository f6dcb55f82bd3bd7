"""Scores of classes in order against figures worked by hand, and against scikit-learn."""

import json

import numpy as np
import pytest
from pydantic import TypeAdapter

from bptt.data.dataset import Dataset
from bptt.data.targets import Classes
from bptt.evaluation.ranks import Scores, score

NAMES = ("low", "mid", "high")


def scored(labels, answers):
    labels = np.array(labels, np.int32)
    rows = Dataset([f"t{n}" for n in range(len(labels))], Classes(labels, NAMES), ["a"] * len(labels))
    return score(np.eye(3)[answers] * 0.8 + 0.2 / 3, rows)


def test_by_hand():
    scores = scored([0, 0, 1, 2], [0, 2, 1, 1])
    assert scores.accuracy == 0.5
    assert scores.rank_error == pytest.approx((0 + 2 + 0 + 1) / 4)
    # rows of E: labels (2, 1, 1), answers (1, 2, 1), over 4; the weights are 0, 1, 4
    chance = (2 * (2 * 1 + 1 * 4) + 1 * (1 * 1 + 1 * 1) + 1 * (1 * 4 + 2 * 1)) / 4
    assert scores.weighted_kappa == pytest.approx(1 - (4 + 1) / chance)
    assert scores.summary()["weighted_kappa"] == scores.weighted_kappa
    assert "off by 0.7500 ranks" in scores.line()


def test_where_there_is_nothing_to_compare_with_there_is_no_kappa():
    scores = scored([1, 1], [1, 1])
    assert scores.weighted_kappa is None
    assert "by chance" in scores.notes()[-1]
    assert "kappa –" in scores.line()


def test_json_and_back():
    scores = scored([0, 0, 1, 2], [0, 2, 1, 1])
    assert TypeAdapter(Scores).validate_json(json.dumps(scores.to_dict(), allow_nan=False), strict=True) == scores


def test_against_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(0)
    labels, answers = draw.integers(0, 3, 300), draw.integers(0, 3, 300)
    theirs = metrics.cohen_kappa_score(labels, answers, weights="quadratic")
    assert scored(labels, answers).weighted_kappa == pytest.approx(theirs)
