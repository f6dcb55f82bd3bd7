"""Scores against numbers worked by hand, and against scikit-learn where it is installed."""

import json

import numpy as np
import pytest
from pydantic import TypeAdapter

from bptt.data.dataset import Dataset
from bptt.data.targets import Classes
from bptt.errors import DataError
from bptt.evaluation.classes import Scores, score

CLASSES = ("a", "b", "c", "d")
LABELS = [0, 0, 0, 0, 1, 1, 2]
ANSWERS = [0, 0, 1, 1, 1, 0, 3]  # c is never answered, no row is of d
CERTAINTY = [0.9, 0.5, 0.7, 0.95, 0.4, 0.7, 0.6]


def dataset(labels, classes=CLASSES):
    rows = range(len(labels))
    return Dataset(
        [f"text {row}" for row in rows], Classes(np.array(labels, np.int32), classes), [f"file.csv:{row + 2}" for row in rows]
    )


def answering(answers, certainty, classes=4):
    """Probabilities whose largest in row n is `certainty[n]`, of class `answers[n]`."""
    rest = (1 - np.array(certainty)) / (classes - 1)
    probabilities = np.repeat(rest[:, None], classes, axis=1)
    probabilities[np.arange(len(answers)), answers] = certainty
    return probabilities


@pytest.fixture
def scores():
    return score(answering(ANSWERS, CERTAINTY), dataset(LABELS))


def test_accuracy_and_confusion_by_hand(scores):
    assert scores.rows == 7
    assert scores.accuracy == pytest.approx(3 / 7)
    assert scores.confusion == [[2, 2, 0, 0], [1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]  # [true][predicted]


def test_each_class_by_hand(scores):
    keys = ("precision", "recall", "f1", "support", "predicted")
    assert [scores.per_class["a"][key] for key in keys] == pytest.approx([2 / 3, 1 / 2, 4 / 7, 4, 3])
    assert [scores.per_class["b"][key] for key in keys] == pytest.approx([1 / 3, 1 / 2, 2 / 5, 2, 3])


def test_a_class_with_no_answer_or_no_row_gives_0_and_is_named(scores):
    assert scores.per_class["c"] == {"precision": 0, "recall": 0, "f1": 0, "support": 1, "predicted": 0}
    assert scores.per_class["d"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0, "predicted": 1}
    no_row, no_answer = scores.notes()
    assert no_row.startswith("No row is of")
    assert no_row.endswith(": d.")
    assert no_answer.startswith("No row was answered with")
    assert no_answer.endswith(": c.")


def test_averages_by_hand(scores):
    assert scores.macro_f1 == pytest.approx((4 / 7 + 2 / 5) / 4)
    assert scores.weighted_f1 == pytest.approx((4 * 4 / 7 + 2 * 2 / 5) / 7)


def test_majority(scores):
    assert scores.majority() == ("a", pytest.approx(4 / 7))


def test_mistakes_run_from_the_most_certain_and_equals_keep_the_order_of_the_rows(scores):
    rows = [(m["text"], m["label"], m["predicted"], m["origin"]) for m in scores.mistakes]
    assert rows == [
        ("text 3", "a", "b", "file.csv:5"),
        ("text 2", "a", "b", "file.csv:4"),
        ("text 5", "b", "a", "file.csv:7"),
        ("text 6", "c", "d", "file.csv:8"),
    ]
    assert [m["probability"] for m in scores.mistakes] == pytest.approx([0.95, 0.7, 0.7, 0.6])


def test_ten_mistakes_at_most():
    scores = score(answering([1] * 25, np.linspace(0.6, 0.9, 25), 2), dataset([0] * 25, ("no", "yes")))
    assert [m["text"] for m in scores.mistakes] == [f"text {row}" for row in range(24, 14, -1)]


def test_the_first_of_equally_probable_classes_is_the_answer():
    scores = score(np.full((2, 2), 0.5), dataset([0, 1], ("x", "y")))
    assert scores.confusion == [[1, 0], [1, 0]]


def test_json_and_back(scores):
    assert TypeAdapter(Scores).validate_json(json.dumps(scores.to_dict(), allow_nan=False), strict=True) == scores


def test_no_row():
    with pytest.raises(DataError, match="at least one text") as error:
        score(np.zeros((0, 4)), dataset([]))
    assert error.value.code == "scores.no-rows"


def test_wrong_shape_names_both_shapes():
    with pytest.raises(DataError, match=r"\(7, 3\), expected \(7, 4\)"):
        score(np.full((7, 3), 1 / 3), dataset(LABELS))


def test_an_answer_that_is_not_a_number_names_its_row():
    probabilities = answering(ANSWERS, CERTAINTY)
    probabilities[2, 1] = np.nan
    with pytest.raises(DataError, match=r"file\.csv:4"):
        score(probabilities, dataset(LABELS))


def test_against_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(0)
    labels, probabilities = draw.integers(0, 4, 300), draw.dirichlet(np.ones(4), 300)
    ours, answers = score(probabilities, dataset(labels)), probabilities.argmax(axis=1)
    table = metrics.classification_report(labels, answers, target_names=CLASSES, output_dict=True)
    for name in CLASSES:
        theirs = {"precision": table[name]["precision"], "recall": table[name]["recall"], "f1": table[name]["f1-score"]}
        assert {key: ours.per_class[name][key] for key in theirs} == pytest.approx(theirs)
    assert (ours.accuracy, ours.macro_f1) == pytest.approx((table["accuracy"], table["macro avg"]["f1-score"]))
    assert ours.weighted_f1 == pytest.approx(table["weighted avg"]["f1-score"])
    assert ours.confusion == metrics.confusion_matrix(labels, answers).tolist()
