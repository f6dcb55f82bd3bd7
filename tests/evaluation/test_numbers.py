"""Scores of numbers against figures worked by hand."""

import json

import numpy as np
import pytest
from pydantic import TypeAdapter

from bptt.data.dataset import Dataset
from bptt.data.targets import Numbers
from bptt.errors import DataError
from bptt.evaluation.numbers import BARS, DRAWN, Scores, score

LABELS, ANSWERS, MEAN = [1.0, 2.0, 4.0, 9.0], [2.0, 2.0, 1.0, 11.0], 3.0


def dataset(labels):
    rows = range(len(labels))
    return Dataset([f"text {row}" for row in rows], Numbers.of(labels), [f"file.csv:{row + 2}" for row in rows])


def scored(labels=LABELS, answers=ANSWERS):
    return score(np.array(answers, np.float32)[:, None], dataset(labels), MEAN)


def test_by_hand():
    scores = scored()
    assert scores.mae == pytest.approx((1 + 0 + 3 + 2) / 4)
    assert scores.rmse == pytest.approx(np.sqrt((1 + 0 + 9 + 4) / 4))
    assert scores.r2 == pytest.approx(1 - 14 / (9 + 4 + 0 + 25))  # about their own mean, 4
    assert scores.baseline_mae == pytest.approx((2 + 1 + 1 + 6) / 4)
    assert scores.baseline_rmse == pytest.approx(np.sqrt((4 + 1 + 1 + 36) / 4))


def test_the_farthest_from_the_truth_come_first_and_right_answers_are_no_mistakes():
    told = [(one["origin"], one["label"], one["predicted"]) for one in scored().mistakes]
    assert told == [("file.csv:4", 4, 1), ("file.csv:5", 9, 11), ("file.csv:2", 1, 2)]


def test_the_histogram_holds_every_error_from_the_lowest_to_the_highest():
    errors = scored().errors
    assert (errors["low"], errors["width"]) == (pytest.approx(-3), pytest.approx(5 / BARS))
    assert [place for place, rows in enumerate(errors["rows"]) if rows] == [0, 12, 16, 19]  # -3, 0, 1 and 2


def test_of_many_rows_some_are_drawn_the_smallest_and_the_largest_among_them():
    labels = np.random.default_rng(0).normal(size=5000)
    scores = scored(labels, labels + 1)
    assert len(scores.labels) == DRAWN
    assert (scores.labels[0], scores.labels[-1]) == (labels.min(), labels.max())
    np.testing.assert_allclose(np.subtract(scores.answers, scores.labels), 1, atol=1e-5)


def test_labels_that_do_not_vary_have_no_r2_and_a_note_says_so():
    scores = scored([2, 2], [1, 4])
    assert scores.r2 is None
    assert "R²" in scores.notes()[0]
    assert "R² –" in scores.line()


def test_json_and_back():
    scores = scored()
    assert TypeAdapter(Scores).validate_json(json.dumps(scores.to_dict(), allow_nan=False), strict=True) == scores


@pytest.mark.parametrize(("key", "value"), [("rows", 5), ("labels", [1.0]), ("rows", 0)])
def test_figures_of_a_file_that_do_not_fit_together(key, value):
    with pytest.raises(ValueError, match="do not fit together"):
        TypeAdapter(Scores).validate_python(scored().to_dict() | {key: value})


def test_no_row_a_wrong_shape_and_an_answer_that_is_no_number():
    with pytest.raises(DataError, match="at least one text"):
        score(np.zeros((0, 1)), dataset([]), MEAN)
    with pytest.raises(DataError, match=r"\(4, 2\), expected \(4, 1\)"):
        score(np.zeros((4, 2)), dataset(LABELS), MEAN)
    with pytest.raises(DataError, match=r"file\.csv:3"):
        scored(answers=[1, np.nan, 1, 1])


def test_against_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(0)
    labels, answers = draw.normal(5, 3, 300), draw.normal(5, 3, 300)
    ours = scored(labels, answers)
    theirs = metrics.mean_absolute_error(labels, answers), metrics.r2_score(labels, answers)
    assert (ours.mae, ours.r2) == pytest.approx(theirs, rel=1e-5)
