"""Words with their shape and characters as steps."""

import numpy as np
import pytest

from bptt.data import TextConfig, from_json
from bptt.data.spelled import LETTERS, Spelled
from bptt.errors import DataError, ModelFileError
from bptt.shapes import UNKNOWN

ROWS = [("Hà_Nội", "đẹp", "Hà_Nội", "2020"), ("đẹp", "COVID", ",", "HÀ_NỘI")]


@pytest.fixture
def encoder() -> Spelled:
    return Spelled.fit_encode(ROWS, TextConfig(min_count=2))[0]


def test_words_in_lower_case_characters_as_they_are(encoder: Spelled) -> None:
    assert encoder.words == ("hà_nội", "đẹp"), "the most frequent first, and none that stands once"
    steps = encoder.encode([("Hà_Nội", "HÀ_NỘI", "hà_nội")]).steps
    assert (steps[:, 0] == 2).all(), "one word"
    assert len({tuple(step[2:]) for step in steps}) == 3, "and three spellings"
    assert (steps[0, 2:8] > 0).all()
    assert (steps[0, 8:] == 0).all()


def test_an_unknown_word_keeps_its_shape_and_letters(encoder: Spelled) -> None:
    steps = encoder.encode([("Nội", "99", "USA", "!", "nội", "é")]).steps
    assert (steps[:, 0] == UNKNOWN).all()
    assert len(set(steps[:, 1].tolist())) == 5, "capital, digits, capitals, a mark, and plain twice"
    assert steps[4, 1] == steps[5, 1]
    assert steps[5, 2] == UNKNOWN, "a character never seen"
    composed, decomposed = encoder.encode([("é",), ("e\u0301",)]).steps
    np.testing.assert_array_equal(composed, decomposed)


def test_of_a_long_word_both_ends_are_read(encoder: Spelled) -> None:
    one, other, third = encoder.encode([("d" * 30 + "ẹ" * 30,), ("d" * 10 + "x" * 9 + "ẹ" * 10,), ("d" * 60,)]).steps
    np.testing.assert_array_equal(one, other)
    assert (one[2:] > 0).all()
    assert len(one) == 2 + LETTERS
    assert not np.array_equal(one, third)


def test_it_comes_back_from_its_file(encoder: Spelled) -> None:
    again = from_json(encoder.to_json())
    assert again == encoder
    rows = [*ROWS, (), ("x",)]
    for before, after in zip(encoder.encode(rows).steps, again.encode(rows).steps, strict=True):
        np.testing.assert_array_equal(before, after)
    assert encoder.encode(rows).lengths.tolist() == [4, 4, 0, 1]
    assert encoder.encode([]).steps.shape == (0, 2 + LETTERS)
    assert encoder.facts() == {"vocabulary_size": 4, "characters": 2 + len(encoder.characters)}


@pytest.mark.parametrize("saved", ["{}", '{"kind": "spelled"}', '{"kind": "runes"}', '{"kind": "spelled", "words": 1}'])
def test_a_file_that_is_none_is_refused(saved: str) -> None:
    with pytest.raises(ModelFileError):
        from_json(saved)


def test_no_word_often_enough() -> None:
    with pytest.raises(DataError, match="No word occurs 3 times"):
        Spelled.fit_encode([("a", "b"), ("a",)], TextConfig(min_count=3))
