"""Copies, texts with two labels and leaks: planted, and counted to the row."""

import itertools

import numpy as np
import pytest

from bptt import checks
from bptt.data import Dataset, TextConfig
from bptt.data.splits import Splits
from bptt.data.targets import Classes
from bptt.tasks.classify import CHECKS
from tests.checks.planted import by_name, clean, dataset, halves, words


def look(splits: Splits) -> dict[str, checks.Finding]:
    return by_name(checks.examine(splits, TextConfig(), CHECKS))


def test_clean_rows_are_fine() -> None:
    found = look(halves(clean(), clean(50, seed=1)))
    assert {name: finding.verdict for name, finding in found.items()} == dict.fromkeys(found, "ok")
    assert all(not finding.advice for finding in found.values())
    assert found["rows"].figures == {"rows": 250, "train": 160, "validation": 40, "test": 50, "rejected": 0}


def test_copies_are_counted_but_for_case_and_white_space() -> None:
    text = words(20, 7)
    rows = [*clean(), (text, "bad"), (text.upper(), "bad"), (text.replace(" ", "<br/>\n"), "bad"), (text + " x", "bad")]
    test = [*clean(10, seed=1), ("once", "bad"), ("Once", "bad")]
    found = look(halves(rows, test))["copies"]
    assert found.figures["rows"] == 3, "two in training and validation, one in the test part"
    assert found.figures["examples"] == ["a.csv:203", "a.csv:204", "test.csv:13"]
    assert found.verdict == "look", "3 of 216 rows are more than 1 %"
    assert "a.csv:203" in found.finding


def test_most_rows_being_copies_says_stop() -> None:
    rows = clean(20) * 3
    found = look(halves(rows))["copies"]
    assert (found.figures["rows"], found.verdict) == (40, "stop")


def test_texts_under_two_labels() -> None:
    one, other = words(20, 7), words(20, 8)
    rows = [*clean(), (one, "bad"), (one, "good"), (one, "good"), (other, "good"), (other.upper(), "bad")]
    first = ["a.csv:202", "a.csv:203", "a.csv:204"]  # rows of one text stand together
    found = look(halves(rows))["labels"]
    assert (found.figures["texts"], found.figures["rows"], found.verdict) == (2, 5, "look")
    assert set(found.figures["examples"]) == {f"a.csv:{line}" for line in range(202, 207)}
    assert set(found.figures["examples"][:2]) in ({"a.csv:205", "a.csv:206"}, *map(set, itertools.combinations(first, 2)))
    many = look(halves([*clean(), *((text, "good") for text, label in clean(20) if label == "bad")]))["labels"]
    assert (many.figures["texts"], many.figures["rows"], many.verdict) == (10, 20, "stop")


def test_rows_left_out_for_the_test_part_are_told() -> None:
    rows = clean()
    found = look(halves(rows, [*clean(50, seed=1), *rows[:3], (rows[3][0].title(), rows[3][1])]))
    assert found["leaks"].figures == {"rows": 0, "left_out": 4, "examples": []}
    assert found["leaks"].verdict == "look"
    assert found["rows"].figures == {"rows": 250, "train": 156, "validation": 40, "test": 54, "rejected": 0}
    assert found["labels"].verdict == "ok"


def test_a_text_on_both_sides_of_given_parts_says_stop() -> None:
    """Parts that somebody else has split."""
    rows = dataset(clean())
    train, validation = rows.take(np.arange(150)), rows.take([*range(150, 200), 0, 1])
    found = look(Splits("a.csv", train, validation, rows.take([2, *range(100, 103)]), copies=0, leaks=0, notes=()))
    assert (found["leaks"].figures["rows"], found["leaks"].verdict) == (6, "stop")
    assert found["leaks"].figures["examples"] == [f"a.csv:{line}" for line in (2, 3, 4, 102, 103, 104)]
    assert found["copies"].figures["rows"] == 2, "the test part is a side of its own"


@pytest.mark.parametrize(("smallest", "verdict"), [(9, "stop"), (10, "look"), (49, "look"), (50, "ok")])
def test_a_small_class(smallest: int, verdict: str) -> None:
    rows = [(words(8, number), "bad") for number in range(smallest)] + [(words(8, 1000 + n), "good") for n in range(3 * smallest)]
    found = look(halves(rows))["balance"]
    assert found.figures == {"rows_per_class": {"good": 3 * smallest, "bad": smallest}}
    assert found.verdict == verdict
    assert ('"bad"' in found.advice) == (verdict != "ok")


@pytest.mark.parametrize(("times", "verdict"), [(3, "ok"), (4, "look"), (99, "stop")])
def test_a_large_class(times: int, verdict: str) -> None:
    rows = [(words(3, number), "bad") for number in range(50)] + [(words(3, 1000 + n), "good") for n in range(50 * times)]
    found = look(halves(rows))["balance"]
    assert found.verdict == verdict
    if verdict == "stop":
        assert "99.0 %" in found.advice


def test_rows_of_numbers_are_copies_only_where_every_number_is_the_same() -> None:
    begun_alike = [np.concatenate([np.zeros((30, 1)), np.full((3, 1), row)]).astype(np.float32) for row in range(12)]
    rows = [*begun_alike, begun_alike[0].copy()]
    others = [np.ones((3, 1), np.float32), np.full((3, 1), 2, np.float32)]
    train, held_out = (
        Dataset(part, Classes((np.arange(len(part)) % 2).astype(np.int32), ("a", "b")), [""] * len(part))
        for part in (rows, others)
    )
    found = by_name(checks.examine(Splits("a.npz", train, held_out, None, 0, 0, ()), TextConfig(), CHECKS))
    assert found["copies"].figures["rows"] == 1
    assert found["leaks"].figures["rows"] == 0
    assert "scripts" not in found, "numbers have no letters to look at"
