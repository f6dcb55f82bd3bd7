"""Scores of several labels a row against figures worked by hand, and against scikit-learn."""

import json

import numpy as np
import pytest
from pydantic import TypeAdapter

from bptt.data.dataset import Dataset
from bptt.data.targets import Labels
from bptt.evaluation.labels import Scores, answer, score

NAMES = ("a", "b", "c")
TRUE = [["a"], ["a", "b"], [], ["b", "c"], ["a"]]
PROBABILITIES = np.array([[0.9, 0.2, 0.1], [0.6, 0.4, 0.2], [0.1, 0.2, 0.3], [0.8, 0.3, 0.1], [0.51, 0.5, 0.0]])


def dataset(labels=TRUE):
    rows = range(len(labels))
    return Dataset([f"text {row}" for row in rows], Labels.of(labels, NAMES), [f"file.csv:{row + 2}" for row in rows])


def test_by_hand():
    scores = score(PROBABILITIES, dataset())  # answered: a, a, none, a, a
    assert scores.subset_accuracy == pytest.approx(3 / 5)
    assert scores.hamming_loss == pytest.approx((1 + 3) / 15)
    assert scores.micro_f1 == pytest.approx(2 * 3 / (6 + 4))
    assert scores.macro_f1 == pytest.approx((2 * 3 / (3 + 4)) / 3)
    assert (scores.labels_per_row, scores.answered_per_row) == (pytest.approx(6 / 5), pytest.approx(4 / 5))
    assert (scores.commonest, scores.commonest_share) == (["a"], pytest.approx(2 / 5))
    assert scores.per_class["b"]["recall"] == 0
    assert "b, c" in scores.notes()[0]


def test_the_rows_with_the_most_wrong_labels_come_first():
    told = [(one["origin"], one["labels"], one["predicted"]) for one in score(PROBABILITIES, dataset()).mistakes]
    assert told == [("file.csv:5", ["b", "c"], ["a"]), ("file.csv:3", ["a", "b"], ["a"])]


def test_json_and_back():
    scores = score(PROBABILITIES, dataset())
    assert TypeAdapter(Scores).validate_json(json.dumps(scores.to_dict(), allow_nan=False), strict=True) == scores


def test_an_answer_in_words():
    told = answer(np.array([0.2, 0.7, 0.6]), NAMES)
    assert (told.labels, told.probabilities) == (["b", "c"], {"a": 0.2, "b": 0.7, "c": 0.6})


def test_against_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(0)
    true, probabilities = draw.random((200, 3)) < 0.4, draw.random((200, 3))
    labels = [[name for name, on in zip(NAMES, row, strict=True) if on] for row in true]
    ours, answered = score(probabilities, dataset(labels)), probabilities > 0.5
    theirs = [metrics.f1_score(true, answered, average=kind) for kind in ("micro", "macro")]
    assert [ours.micro_f1, ours.macro_f1] == pytest.approx(theirs)
    assert ours.hamming_loss == pytest.approx(metrics.hamming_loss(true, answered))
    assert ours.subset_accuracy == pytest.approx(metrics.accuracy_score(true, answered))
