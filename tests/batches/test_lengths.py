import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt.batches import lengths


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=60), st.integers(1, 500))
def test_every_text_stands_in_its_bin(given_lengths, max_length):
    found = lengths.histogram(np.array(given_lengths), max_length)
    width, rows = found["width"], found["rows"]
    assert sum(rows) == len(given_lengths)
    assert len(rows) <= 42
    for place, count in enumerate(rows[:-1]):
        assert count == sum(place * width <= one < (place + 1) * width for one in given_lengths)
    assert str(width).strip("0") in ("1", "2", "5")
    if max(given_lengths) > max_length:
        assert len(rows) * width > max_length, "the place where texts are cut is on the drawing"


def test_the_few_longest_share_the_last_bin():
    found = lengths.histogram(np.array([10] * 999 + [5_000]), 40)
    assert found == {"width": 2, "rows": [0] * 5 + [999] + [0] * 15 + [1]}


@pytest.mark.parametrize("given_lengths", [[], [0]])
def test_nothing_to_count(given_lengths):
    assert sum(lengths.histogram(np.array(given_lengths, np.int64), 40)["rows"]) == len(given_lengths)
