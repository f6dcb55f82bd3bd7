"""Near copies: every pair that comparing all pairs gives, and no other."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt import checks
from bptt.checks import near
from bptt.data import TextConfig
from bptt.data.text import Ragged, all_words
from bptt.tasks.classify import CHECKS
from tests.checks.planted import by_name, clean, halves, words


def runs(row: list[int]) -> set[tuple[int, ...]]:
    return {tuple(row[at : at + 3]) for at in range(max(len(row) - 2, 1))} if row else set()


def naive(rows: list[list[int]]) -> list[tuple[int, int]]:
    """All pairs compared."""
    sets = [runs(row) for row in rows]
    return [
        (one, other)
        for one, other in itertools.combinations(range(len(rows)), 2)
        if sets[one] and sets[other] and 5 * len(sets[one] & sets[other]) >= 4 * len(sets[one] | sets[other])
    ]


def fast(rows: list[list[int]], **options: int) -> list[tuple[int, int]]:
    pairs = near.near_pairs(Ragged.of(rows), **options)
    assert pairs.complete
    return [(one, other) for one, other in pairs.rows.tolist()]


ROW = st.lists(st.integers(0, 3), max_size=14)


@settings(max_examples=400, deadline=None)
@given(st.lists(ROW, max_size=12), st.data())
def test_the_same_pairs_as_comparing_all(rows: list[list[int]], more: st.DataObject) -> None:
    """Few words and short rows: many like pairs. Some rows are others with a word changed."""
    for row in list(rows):
        if row and more.draw(st.booleans()):
            at = more.draw(st.integers(0, len(row) - 1))
            rows.append([*row[:at], more.draw(st.integers(0, 9)), *row[at + 1 :]])
    assert fast(rows) == naive(rows)


def test_the_same_pairs_as_comparing_all_on_long_rows() -> None:
    """Real sizes: thousands of words, rows of 100, of which some have one to ten words changed."""
    draw = np.random.default_rng(0)
    rows = [draw.zipf(1.3, size=int(draw.integers(50, 150))).clip(max=5000).tolist() for _row in range(150)]
    for source in range(100):
        copy = list(rows[source])
        for at in draw.integers(len(copy), size=source % 10 + 1):
            copy[at] = int(draw.integers(5000))
        rows.append(copy)
    pairs = naive(rows)
    assert 20 < len(pairs) < 100, "some of the changed ones are near enough, some are not"
    assert fast(rows) == pairs


def test_exactly_four_fifths_count() -> None:
    """Nine runs each, of which eight are shared, of ten in all."""
    row = list(range(11))
    assert fast([row, [*row[:10], 99]]) == [(0, 1)]
    assert fast([row[:10], [*row[:9], 99]]) == [], "seven shared of nine in all"


def test_a_budget_that_runs_out_is_told() -> None:
    """A hundred texts from one template: 4,950 pairs of 20 runs each, and a budget for 500 of them."""
    rows = [[*range(20), 100 + number, 101 + number] for number in range(100)]
    assert len(fast(rows)) == 4950
    cut = near.near_pairs(Ragged.of(rows), budget=500 * 20)
    assert not cut.complete
    assert 400 <= len(cut.rows) <= 500
    assert set(map(tuple, cut.rows.tolist())) <= set(naive(rows))


def test_a_count_that_is_a_lower_bound_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows from one template, none near enough to another; without a budget nobody can know."""
    rows = [(f"we went to the sea and liked it {words(1, number)}", ("bad", "good")[number % 2]) for number in range(200)]
    assert by_name(checks.examine(halves(rows), TextConfig(), CHECKS))["near_copies"].verdict == "ok"
    monkeypatch.setattr(near, "BUDGET", 100)
    found = by_name(checks.examine(halves(rows), TextConfig(), CHECKS))["near_copies"]
    assert (found.verdict, found.figures["complete"]) == ("look", False)
    assert "At least" in found.finding


def changed(text: str, times: int) -> str:
    """The text with its last `times` words changed."""
    kept = text.split(" ")[:-times]
    return " ".join([*kept, *(f"other{number}" for number in range(times))])


def test_planted_near_copies_across_and_inside_the_parts() -> None:
    one, two, three = (words(60, seed) for seed in (1, 2, 3))
    rows = [*clean(), (one, "bad"), (changed(one, 1), "good"), (two, "bad"), (changed(two, 6) + "!", "bad"), (three, "bad")]
    test = [
        *clean(50, seed=1),
        (three.replace(" ", ", ").upper() + "...", "bad"),
        (three + " end", "bad"),
        (changed(three, 20), "bad"),
    ]
    splits = halves(rows, test)
    found = by_name(checks.examine(splits, TextConfig(), CHECKS))
    copies, leaks = found["near_copies"].figures, found["near_leaks"].figures
    # one ~ its change; two ~ its change; three ~ the shouted, ~ the longer, which are alike too; 38 shared runs of 78 are too few
    assert (copies["pairs"], copies["rows"], copies["labels_differ"], copies["complete"]) == (5, 7, 1, True)
    assert "a.csv:202 ~ a.csv:203" in copies["examples"] or "a.csv:203 ~ a.csv:202" in copies["examples"]
    side = {origin: part for part in ("train", "validation", "test") for origin in getattr(splits, part).origins}
    alike = [("a.csv:202", "a.csv:203"), ("a.csv:204", "a.csv:205"), ("a.csv:206", "test.csv:52"), ("a.csv:206", "test.csv:53")]
    expected = {
        place for pair in alike for place, other in (pair, pair[::-1]) if side[place] != "train" and side[other] == "train"
    }
    assert set(leaks["examples"]) == expected
    assert leaks["rows"] == len(expected)
    assert "test.csv:52" in expected, "the seed of the split leaves row 206 in training"
    assert leaks["held_out"] == 41 + 53


def test_a_row_that_has_a_near_copy_is_counted_with_its_exact_copies() -> None:
    text = words(60, 1)
    found = by_name(
        checks.examine(halves([*clean(), (text, "bad"), (text, "bad"), (text + " end", "bad")]), TextConfig(), CHECKS)
    )
    assert (found["near_copies"].figures["rows"], found["near_copies"].figures["pairs"]) == (3, 1)
    assert found["copies"].figures["rows"] == 1


def test_all_words_numbers_every_word_once() -> None:
    texts = ["Good tea, good!", "", "TEA don't"]
    ids, names = all_words(texts)
    told = [[names[at] for at in ids[row].tolist()] for row in range(3)]
    assert told == [["good", "tea", ",", "good", "!"], [], ["tea", "don't"]]
    assert sorted(names) == sorted(set(re.findall(r"[\w']+|[,!]", " ".join(texts).lower())))
