"""What each task has explained of an answer, which answers it holds for wrong, and what a row counts when runs are compared."""

import numpy as np
import pytest

from bptt import tasks
from bptt.comparing.significance import value
from bptt.data import Dataset
from bptt.data.targets import Classes, Labels, Numbers, Tags
from bptt.errors import DataError
from bptt.explaining import Aim, extremes

NAMES = ("a", "b", "c")
SURE, WRONG, UNSURE, FAR = [0.1, 0.8, 0.1], [0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.05, 0.05, 0.9]


def rows(targets, count=4):
    return Dataset([f"t{number}" for number in range(count)], targets, [""] * count)


@pytest.mark.parametrize("name", ["classify", "ordinal"])
def test_of_one_class_that_which_is_answered(name):
    task, answers = tasks.named(name), np.array([SURE, WRONG, UNSURE, FAR])
    truth = rows(Classes(np.array([1, 1, 1, 1], np.int32), NAMES))
    assert task.aims(answers[3], NAMES) == [Aim("c", 2)]
    np.testing.assert_allclose(task.errors(answers, truth), [-0.8, 0.7, -0.4, 0.9])
    assert extremes(task.errors(answers, truth), 1) == ([3], [0])
    counts = task.counts(answers, truth)
    assert [value(one, counts) for one in task.compared] == pytest.approx([0.5, 0.5][: len(task.compared)])


def test_of_labels_those_that_are_answered_or_the_nearest():
    task = tasks.named("multilabel")
    answers = np.array([[0.9, 0.2, 0.8], [0.1, 0.4, 0.3], [0.9, 0.6, 0.4], [0.99, 0.01, 0.99]])
    truth = rows(Labels(np.array([[1, 0, 1], [1, 0, 0], [1, 0, 1], [1, 0, 1]], np.uint8), NAMES))
    assert task.aims(answers[0], NAMES) == [Aim("a", 0), Aim("c", 2)]
    assert task.aims(answers[1], NAMES) == [Aim("b", 1)]
    np.testing.assert_allclose(task.errors(answers, truth), [-0.3, 1 + 1.6 / 3, 2 + 1.3 / 3, -0.49])
    assert extremes(task.errors(answers, truth), 2) == ([2, 1], [3, 0])
    assert value(task.compared[0], task.counts(answers, truth)) == 0.5


def test_of_a_number_the_number():
    task, answers = tasks.named("regress"), np.array([[1.0], [5.0], [2.5], [2.0]])
    truth = rows(Numbers.of([2.0, 2.0, 2.0, 2.0]))
    assert task.aims(answers[0], ()) == [Aim("", 0)]
    np.testing.assert_allclose(task.errors(answers, truth), [1, 3, 0.5, 0])
    assert extremes(task.errors(answers, truth), 2) == ([1, 0], [3, 2])
    assert [value(one, task.counts(answers, truth)) for one in task.compared] == pytest.approx([4.5 / 4, np.sqrt(10.25 / 4)])


def test_of_tags_those_of_entities():
    task, names = tasks.named("tag"), ("O", "B-X", "I-X")
    answers = [np.array(one) for one in ([0, 1, 2], [0, 0], [1, 0, 1], [0])]
    truth = rows(Tags.of([["O", "B-X", "I-X"], ["B-X", "O"], ["B-X", "O", "O"], ["O"]], names))
    assert task.aims(answers[0], names) == [Aim("B-X", 1, 1), Aim("I-X", 2, 2)]
    assert task.aims(answers[3], names) == []
    np.testing.assert_allclose(task.errors(answers, truth), [-2, 1, 1, 0])
    assert extremes(task.errors(answers, truth), 3) == ([1, 2], [0, 3])
    assert value(task.compared[0], task.counts(answers, truth)) == pytest.approx(2 * 2 / (3 + 3))


def test_of_a_language_nothing_is_explained_and_its_words_are_compared():
    task = tasks.named("language")
    answers = [np.array([[0, 0, 5.0], [1.0, 2.0, 5.0], [3.0, 0, 5.0]]), np.array([[0, 0, 5.0]])]
    with pytest.raises(DataError, match="--explain"):
        task.aims(answers[0], ())
    assert extremes(task.errors(answers, rows(None, 2)), 2) == ([], [])
    assert value(task.compared[0], task.counts(answers, rows(None, 2))) == pytest.approx(np.exp(2.0))


def test_none_is_worst_and_surest_at_once():
    assert extremes(np.array([0.5, 0.2]), 2) == ([0, 1], [])
    assert extremes(np.array([-0.5, 0.2]), 0) == ([], [])
