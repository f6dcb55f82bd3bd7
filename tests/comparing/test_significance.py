"""The tests of significance against others' and by hand, and that they find what is there and nothing else."""

import numpy as np
import pytest
from scipy.stats import binomtest

from bptt.comparing.significance import difference, holm, mcnemar, value
from bptt.evaluation import entities, intervals, measures


def rows(right):
    return {"correct": np.array(right, np.float64)}


@pytest.mark.parametrize(("us", "them"), [(0, 0), (1, 0), (3, 9), (9, 3), (7, 7), (40, 12), (0, 25)])
def test_mcnemar_is_the_binomial_test_of_the_rows_that_differ(us, them):
    ours = np.array([1] * us + [0] * them + [1] * 5 + [0] * 3, float)
    theirs = np.array([0] * us + [1] * them + [1] * 5 + [0] * 3, float)
    expected = binomtest(us, us + them).pvalue if us + them else 1.0
    assert mcnemar(ours, theirs) == (us, them, pytest.approx(expected, rel=1e-9))


def test_the_difference_is_that_of_the_intervals_of_scores():
    draw = np.random.default_rng(0)
    truth, ours, theirs = (draw.integers(0, 3, 80) for _one in range(3))
    expected = intervals.difference(lambda a, b: float((a == b).mean()), truth, ours, theirs)
    found, _p = difference(measures.ACCURACY, rows(ours == truth), rows(theirs == truth))
    assert found == pytest.approx(expected)


def test_p_is_small_where_one_is_better_and_evenly_spread_where_none_is():
    draw = np.random.default_rng(1)
    told = []
    for _again in range(60):
        error = draw.normal(0, 1, 120)
        told.append(difference(measures.MAE, _off(error, draw.normal(0, 0.5, 120)), _off(error, draw.normal(0, 0.5, 120)))[1])
    assert np.mean(np.array(told) < 0.1) < 0.25
    assert np.mean(np.array(told) > 0.5) > 0.3
    gain, p = difference(measures.MAE, {"absolute": abs(error) * 0.8}, {"absolute": abs(error)})
    assert (gain["value"] < 0, gain["high"] < 0, p) == (True, True, 1 / intervals.RESAMPLES)
    assert difference(measures.MAE, {"absolute": abs(error)}, {"absolute": abs(error)})[1] == 1.0


def _off(error, noise):
    return {"absolute": abs(error + noise)}


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_the_figures_are_those_of_the_scores():
    """Each measure of the sums is the figure that its task's scores have."""
    true = [["B-X", "I-X", "O"], ["O", "B-Y"], ["B-X"]]
    said = [["B-X", "O", "O"], ["O", "B-Y"], ["B-Y"]]
    counts = measures.of_tags(said, true)
    scored = entities.score_entities(true, said)
    assert value(measures.F1, counts) == pytest.approx(scored.micro["f1"])
    assert value(measures.TAGS, counts) == pytest.approx(scored.token_accuracy)
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3]])
    counts = measures.of_classes(probabilities, np.array([0, 0, 1]))
    assert (value(measures.ACCURACY, counts), value(measures.RANK_ERROR, counts)) == pytest.approx((2 / 3, 2 / 3))
    counts = measures.of_numbers(np.array([1.0, 4.0]), np.array([2.0, 1.0]))
    assert (value(measures.MAE, counts), value(measures.RMSE, counts)) == pytest.approx((2.0, np.sqrt(5)))
    answered, labels = np.array([[1, 0, 1], [0, 1, 0]], bool), np.array([[1, 0, 0], [0, 1, 0]], bool)
    counts = measures.of_labels(answered, labels)
    assert (value(measures.SUBSET, counts), value(measures.F1, counts)) == pytest.approx((0.5, 4 / 5))
    assert value(measures.PERPLEXITY, {"nats": np.array([2.0, 4.0]), "words": np.array([1.0, 2.0])}) == pytest.approx(np.e**2)
