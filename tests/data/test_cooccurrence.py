"""Vectors learned from which words stand together, beside the same by loops and a full decomposition."""

import math
from collections import Counter

import numpy as np
import pytest

from bptt.data import Ragged, TextConfig, cooccurrence
from bptt.data.vectors import first_vectors
from bptt.errors import ConfigError

WORDS, WIDTH = 30, 6


def texts(count: int = 400) -> list[list[int]]:
    """Ids 1 to 27 (28 and 29 never), the low ones often: ten topics whose words are drawn together."""
    draw = np.random.default_rng(0)
    rows = []
    for length in draw.integers(0, 12, count):
        topic = int(draw.integers(10))
        rows.append([int(one) for one in np.where(draw.random(length) < 0.7, 1 + topic, draw.integers(1, 28, length))])
    return rows


def by_hand(rows: list[list[int]]) -> np.ndarray:
    """The positive pointwise mutual information (V, V) from its definition, a pair at a time."""
    counts: Counter[tuple[int, int]] = Counter()
    for row in rows:
        for i in range(len(row)):
            for j in range(max(0, i - 2), min(len(row), i + 3)):
                if i != j:
                    counts[row[i], row[j]] += 1 / abs(i - j)
    total = sum(counts.values())
    seen = [sum(counts[i, j] for j in range(WORDS)) for i in range(WORDS)]
    smoothed = [one**0.75 / sum(other**0.75 for other in seen) for one in seen]
    found = np.zeros((WORDS, WORDS))
    for (i, j), count in counts.items():
        found[i, j] = max(0, math.log((count / total) / (seen[i] / total * smoothed[j])))
    return found


def test_information_is_that_of_the_definition() -> None:
    rows = texts()
    found = cooccurrence._information(Ragged.of(rows), WORDS).toarray()
    np.testing.assert_allclose(found, by_hand(rows), rtol=1e-4, atol=1e-5)


def test_vectors_are_the_decomposition_and_the_same_each_time() -> None:
    rows = texts()
    found = cooccurrence.vectors(Ragged.of(rows), WORDS, WIDTH)
    left, values, _right = np.linalg.svd(by_hand(rows))
    expected = left[:, :WIDTH] * np.sqrt(values[:WIDTH])
    expected *= 0.2 / np.sqrt(np.mean(expected[by_hand(rows).any(axis=1)] ** 2))
    signs = np.sign(np.sum(found * expected, axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=2e-3)
    np.testing.assert_array_equal(found, cooccurrence.vectors(Ragged.of(rows), WORDS, WIDTH))


def test_more_columns_than_words_and_words_without_neighbours() -> None:
    found = cooccurrence.vectors(Ragged.of([[2, 3, 2], [4], [3, 2, 5]]), 7, 10)
    assert found.shape == (7, 10) and np.isfinite(found).all()
    assert found[[2, 3, 5]].any(axis=1).all() and not found[[0, 1, 4, 6]].any()
    assert not found[:, 7:].any()
    assert np.sqrt(np.mean(found[[2, 3, 5], :7] ** 2)) == pytest.approx(0.2, rel=1e-5)


def test_only_words_with_neighbours_start_from_a_vector() -> None:
    config, ids = TextConfig(vectors="cooccurrence"), {"tea": 2, "good": 3, "alone": 4}
    found = first_vectors(config, ids, Ragged.of([[2, 3, 1], [4]]), 5)
    assert sorted(found.found) == [1, 2, 3] and not found.notes(np.array([2, 3, 1, 4]))
    assert found.facts(np.array([2, 3, 1, 4]))["vectors"]["share_vocabulary"] == 0.75  # the unknown word counts
    nothing = first_vectors(config, ids, Ragged.of([[2], [3], [4]]), 5)
    assert not nothing.found and "start at random" in nothing.notes(np.array([2, 3, 4]))[0]


def test_numbers_have_no_words_to_start_from() -> None:
    with pytest.raises(ConfigError, match="hold numbers"):
        first_vectors(TextConfig(vectors="cooccurrence"), {}, Ragged(np.zeros((3, 2), np.float32), np.array([0, 3])), 5)
