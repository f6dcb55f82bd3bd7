"""Heat maps hold the numbers they were given, cell for cell, however their cells are joined."""

import re

import numpy as np

from bptt.report.heat import SHADES, Tagged, grid
from bptt.report.steps import Course
from tests.report.conftest import explanation


def cells(markup, shape):
    """The shade of each cell, below 0 where it is "against", read back from the paths."""
    found = np.zeros(shape, int)
    for kind, shade, way in re.findall(r'class="heat (for|against)" data-share="(\d)" d="([^"]*)"', markup):
        for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)", way):
            place = (int(row), slice(int(column), int(column) + int(length)))
            assert not found[place].any(), "no cell is drawn twice"
            found[place] = int(shade) * (1 if kind == "for" else -1)
    return found


def test_each_cell_has_its_shade():
    values = np.random.default_rng(0).uniform(-2, 2, (5, 30))
    values[2, 4:19] = 0.9  # a run of equals
    values[3] = 0
    expected = np.round(np.clip(values / 1.5, -1, 1) * SHADES).astype(int)
    np.testing.assert_array_equal(cells(grid(values.tolist(), 1.5), values.shape), expected)
    assert len(np.unique(expected)) > 12


def test_equal_neighbours_are_one_stroke():
    assert grid([[1.0] * 64], 1.0).count("M") == 1
    assert len(grid(np.random.default_rng(0).normal(size=(32, 64)).tolist(), 3.0)) < 20_000


def test_tags_are_drawn_by_their_probability_in_their_order():
    one = explanation(["x", "y", "z"], tagged=True)
    drawn = Tagged("key", one)
    assert [name for name, _told in drawn.rows()] == ["x", "y", "z"]
    expected = [[round(8 / (step + place)) for step in (1, 2, 3)] for place in range(3)]
    np.testing.assert_array_equal(cells(drawn.svg(), (3, 3)), expected)


def test_the_course_shows_what_is_explained_first_and_tells_it_in_words():
    one = explanation(["x", "y", "z"])
    one["course"] = {"p": [0.1, 0.2, 0.9], "x": [0.3, 0.4, 0.05], "q": [0.6, 0.4, 0.05], "r": [0.0, 0.0, 0.0]}
    one["effects"] = one["effects"][:1]
    drawn = Course("key", one)
    assert [name for _style, name, _told in drawn.lines()] == ["x", "p", "q"]
    assert "x: 0.3 after step 1, 0.05 after step 3; lowest 0.05, highest 0.4." in drawn.svg()
    one["course"] = {"": [2.0, -7.5, 3.0]}
    assert "−" not in drawn.svg()
    assert "-10" in drawn.svg(), "numbers have an axis of their own"


def test_a_single_step_is_a_dot():
    one = explanation(["x", "y"])
    one["at"], one["course"] = [1], {"x": [0.5]}
    assert "h0" in Course("key", one).svg()
    assert Course("key", one).legend() == [("line train", "x")]
