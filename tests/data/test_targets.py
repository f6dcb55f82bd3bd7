"""Answers of every kind: how a split keeps their shares."""

import numpy as np

from bptt.data import Dataset
from bptt.data.splits import split
from bptt.data.targets import Labels, Numbers


def test_every_range_of_numbers_is_on_both_sides_of_a_split() -> None:
    values = np.random.default_rng(0).lognormal(size=300)
    stratum, names = Numbers.of(values.tolist()).strata()
    assert len(names) == 10
    assert np.bincount(stratum).tolist() == [30] * 10
    assert all(values[stratum == place].max() <= values[stratum == place + 1].min() for place in range(9))
    parts = split("a", Dataset([f"t{n}" for n in range(300)], Numbers.of(values.tolist()), ["a"] * 300), None, 0.2, 0)
    edges = np.quantile(values, np.arange(0.1, 1, 0.1))
    assert np.bincount(np.searchsorted(edges, parts.validation.targets.values)).tolist() == [6] * 10


def test_few_numbers_copies_and_ties_are_no_hindrance() -> None:
    numbers = Numbers.of([1, 1, 1, 2, 2, 2, 2, 2] * 4)
    texts = [f"t{n // 3}" for n in range(32)]  # three rows each: many a range would hold no first one
    parts = split("a", Dataset(texts, numbers, ["a"] * 32), None, 0.2, 0)
    assert 3 <= len(parts.validation) <= 9
    assert not set(parts.train.inputs) & set(parts.validation.inputs)


def test_numbers_read_as_people_write_them() -> None:
    assert [Numbers.of([8, 0.1, -3.5e20]).word(row) for row in range(3)] == ["8", "0.1", "-3.5e+20"]


def test_every_label_that_two_texts_have_is_on_both_sides_of_a_split() -> None:
    draw = np.random.default_rng(0)
    names = tuple("abcdef")
    rows = [[name for place, name in enumerate(names) if draw.random() < 0.5**place] for _ in range(200)]
    rows[0], rows[1], rows[2] = ["f"], ["f", "a"], []
    labels = Labels.of(rows, names)
    stratum, groups = labels.strata()
    assert len(stratum) == 200
    assert np.bincount(stratum, minlength=len(groups)).min() > 1
    parts = split("a", Dataset([f"t{n}" for n in range(200)], labels, ["a"] * 200), None, 0.2, 0)
    for part in (parts.train, parts.validation):
        assert min(part.targets.counts().values()) > 0


def test_a_row_alone_with_its_labels_goes_with_another() -> None:
    stratum, groups = Labels.of([["a"], ["a"], ["a", "b"], []], ("a", "b")).strata()
    assert stratum.tolist() == [0, 0, 0, 0]
    assert groups == ("a",)
