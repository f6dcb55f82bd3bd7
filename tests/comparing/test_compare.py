"""Runs beside each other: on the rows that all were judged by, in one order, and nothing said of the rest."""

import json

import numpy as np
import pytest

from bptt.comparing import compare
from bptt.comparing.answers import judged, load, save
from bptt.data import Dataset
from bptt.data.targets import Classes
from bptt.errors import DataError, ModelFileError
from bptt.evaluation.measures import ACCURACY
from bptt.record import ANSWERS
from bptt.report import ClassesView, write_comparison
from tests.report.conftest import make, parse

__all__ = ["make"]
TEXTS = [f"text {number}" for number in range(60)]


def rows_of(texts):
    return Dataset(list(texts), Classes(np.zeros(len(texts), np.int32), ("a", "b")), [""] * len(texts))


def kept(run, texts, right, part="test"):
    save(run, {part: judged(rows_of(texts), {"correct": np.array(right, np.float64)})})
    return run


@pytest.fixture
def pair(make):
    """The second has 45 of 60 rows right, the first 20 of them and no other; their rows stand in another order."""
    order = np.random.default_rng(0).permutation(60)
    first = kept(make("first"), TEXTS, [number < 20 for number in range(60)])
    second = make("second", config=[("training.learning_rate", 0.25)])
    return first, kept(second, [TEXTS[row] for row in order], order < 45)


def test_the_same_rows_stand_side_by_side_whatever_their_order(pair):
    found = compare(pair, [ACCURACY])
    assert (found["part"], found["rows"], found["notes"]) == ("test", 60, [])
    assert [one["figures"]["accuracy"] for one in found["runs"]] == pytest.approx([20 / 60, 45 / 60])
    [one] = found["differences"]
    assert (one["only_this"], one["only_first"], one["better"], one["test"]) == (25, 0, True, "McNemar")
    assert one["p"] == pytest.approx(2 * 0.5**25)
    assert one["difference"]["value"] == pytest.approx(25 / 60)
    assert one["difference"]["low"] < 25 / 60 < one["difference"]["high"]
    assert found["config"] == {"training.learning_rate": [0.0005, 0.25]}
    json.dumps(found, allow_nan=False)


def test_rows_that_one_was_not_judged_by_are_left_out_and_told(make):
    first = kept(make("first"), TEXTS[:40], [1] * 40)
    second = kept(make("second"), TEXTS[30:], [0] * 30)
    found = compare([first, second], [ACCURACY])
    assert found["rows"] == 10
    assert any("30 rows" in note for note in found["notes"])
    assert any("20 rows" in note for note in found["notes"])
    assert found["differences"][0]["only_first"] == 10


def test_the_test_part_comes_before_that_of_validation(make):
    runs = [kept(make(name), TEXTS, [1] * 60, "validation") for name in ("a", "b")]
    found = compare(runs, [ACCURACY])
    assert (found["part"], found["differences"][0]["p"]) == ("validation", 1.0)
    assert any("chose the best epoch" in note for note in found["notes"])


def test_without_answers_there_are_still_curves_and_settings(make, tmp_path):
    first, second = kept(make("first"), TEXTS, [1] * 60), make("second")
    found = compare([first, second], [ACCURACY])
    assert (found["rows"], found["differences"], found["part"]) == (0, [], None)
    assert "second" in found["notes"][0]
    page = parse(write_comparison(tmp_path / "page.html", [first, second], found, ClassesView()).read_text())
    assert len(page.all("figure")) == 4


def test_copies_of_a_row_are_told_apart_and_paired():
    one = judged(rows_of(["a", "b", "a"]), {})
    other = judged(rows_of(["b", "a", "a"]), {})
    assert len(set(one.keys.tolist())) == 3
    assert set(one.keys.tolist()) == set(other.keys.tolist())
    labelled = judged(Dataset(["a"], Classes(np.ones(1, np.int32), ("a", "b")), [""]), {})
    assert labelled.keys[0] not in one.keys, "a row with another label is another row"


def test_runs_of_several_tasks_do_not_compare(make):
    with pytest.raises(DataError, match="classify, regress"):
        compare([make("a", config=[("data.task", "classify")]), make("b", config=[("data.task", "regress")])], [ACCURACY])


def test_damage_is_told(pair):
    (pair[0].path / ANSWERS).write_bytes(b"{}")
    with pytest.raises(ModelFileError, match="damaged"):
        load(pair[0])


def test_a_planted_shuffle_is_noticed(pair, monkeypatch):
    """Were the rows not brought into one order, the counts of rows that differ would be others."""
    monkeypatch.setattr(np, "searchsorted", lambda _sorted, keys: np.arange(len(keys)))
    order = np.argsort
    monkeypatch.setattr(np, "argsort", lambda keys, **kwargs: order(keys, **kwargs) if kwargs else np.arange(len(keys)))
    [one] = compare(pair, [ACCURACY])["differences"]
    assert (one["only_this"], one["only_first"]) != (25, 0)


def test_the_page_says_which_is_better(pair, tmp_path):
    page = parse(write_comparison(tmp_path / "page.html", pair, compare(pair, [ACCURACY]), ClassesView()).read_text())
    assert "second is better than the first by 0.4167 in Accuracy" in page.text
    assert page.id("config").text == "The settings that differ"
    assert "0.25" in page.text
