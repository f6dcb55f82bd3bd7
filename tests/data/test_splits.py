"""No text on two sides, every class in its share, the same seed the same rows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt.data.dataset import Dataset
from bptt.data.inputs import identity
from bptt.data.splits import split
from bptt.data.targets import Classes


def dataset(rows: list[tuple[str, int]], classes: tuple[str, ...] = ("no", "yes")) -> Dataset:
    labels = np.array([label for _text, label in rows], np.int32)
    return Dataset([text for text, _label in rows], Classes(labels, classes), [f"f.csv:{i + 2}" for i in range(len(rows))])


NUMBERED = dataset([(f"text {i}", int(i % 4 == 0)) for i in range(200)])

# Few words in many copies, in two spellings of case and space, so that most texts stand more than once.
copied = st.lists(
    st.tuples(st.sampled_from(["a b", "A  b", "ab.", "ab .", "c", "d e", "f", "G", "ế", "e\u0302\u0301"]), st.integers(0, 1))
)


@given(copied, st.floats(0.01, 0.99), st.integers(0, 5))
def test_no_text_stands_on_two_sides_and_no_row_is_lost(rows: list[tuple[str, int]], share: float, seed: int) -> None:
    rows = [("one", 0), ("two", 0), ("three", 1), ("four", 1), *rows]  # two texts a class can always be split
    whole = dataset(rows)
    parts = split("f.csv", whole, None, share, seed)
    sides = [{identity(text) for text in part.inputs} for part in (parts.train, parts.validation)]
    assert sides[0].isdisjoint(sides[1])
    assert sorted(parts.train.origins + parts.validation.origins) == sorted(whole.origins)
    assert len(parts.train) > 0 < len(parts.validation)
    assert parts.copies == len(rows) - len({identity(text) for text, _label in rows})


def test_identity_sees_what_the_network_sees() -> None:
    assert identity("Tốt  lắm .<br/>") == identity("To\u0302\u0301t lắm.") != identity("tốt lắm!")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.1])
def test_each_class_is_held_out_in_its_share(share: float) -> None:
    parts = split("f.csv", NUMBERED, None, share, seed=0)
    assert parts.validation.targets.counts() == {"no": round(150 * share), "yes": round(50 * share)}
    assert parts.validation.origins == sorted(parts.validation.origins, key=lambda origin: int(origin.split(":")[1]))


def test_class_of_two_texts_has_one_on_each_side() -> None:
    parts = split("f.csv", dataset([("a", 0), ("b", 0), ("c", 1), ("d", 1)]), None, 0.9, seed=3)
    assert parts.train.targets.counts() == parts.validation.targets.counts() == {"no": 1, "yes": 1}


def test_a_text_too_common_for_the_share_is_trained_on() -> None:
    rows = [("ok", 1)] * 50 + [(f"rare {i}", 1) for i in range(10)] + [("x", 0), ("y", 0)]
    parts = split("f.csv", dataset(rows), None, 0.2, seed=0)
    assert "ok" not in parts.validation.inputs
    assert parts.validation.targets.counts()["yes"] == 10


def test_where_no_text_fits_the_share_the_rarest_is_held_out() -> None:
    rows = [("often", 1)] * 6 + [("seldom", 1)] * 2 + [("x", 0), ("y", 0)]
    for seed in range(8):
        assert split("f.csv", dataset(rows), None, 0.1, seed).validation.targets.counts()["yes"] == 2


def test_texts_of_the_test_part_are_left_out_and_counted() -> None:
    test = dataset([("TEXT 3", 0), ("text 8", 1), ("new", 0)])
    parts = split("where/f.csv", NUMBERED, test, 0.2, seed=0)
    assert {"text 3", "text 8"}.isdisjoint(parts.train.inputs + parts.validation.inputs)
    assert (parts.leaks, len(parts.train) + len(parts.validation)) == (2, 198)
    assert parts.notes == ("f.csv: left out 2 rows whose text also stands in the test part.",)


def test_seed_chooses_the_rows() -> None:
    origins = [split("f.csv", NUMBERED, None, 0.2, seed).validation.origins for seed in (0, 0, 1)]
    assert origins[0] == origins[1] != origins[2]


def test_split_does_not_hang_on_hash_seeds(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("text,label\n" + "".join(f"text {i % 90},{'abc'[i % 3]}\n" for i in range(200)))
    code = (
        "import json, sys; from bptt import data; "
        "s = data.load(data.DataConfig(source=sys.argv[1], text='text', label='label')); "
        "v = data.Vocabulary.fit(s.train.inputs, data.TextConfig(min_count=1)); print(json.dumps(s.summary()), v.to_json())"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code, str(source)], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        for seed in ("1", "2")
    ]
    assert outputs[0].stdout == outputs[1].stdout != b""


def test_summary_is_json_and_says_the_sizes() -> None:
    summary = json.loads(json.dumps(split("f.csv", NUMBERED, dataset([("new", 1)]), 0.2, seed=0).summary()))
    assert summary["rows"] == {"train": 160, "validation": 40, "test": 1}
    assert summary["rows_per_class"]["train"] == {"no": 120, "yes": 40}
    assert (summary["copies"], summary["leaks"], summary["classes"]) == (0, 0, ["no", "yes"])


def test_fingerprint_changes_with_any_text_label_or_order() -> None:
    rows = [("ab", 0), ("c", 1)]
    changed = [[("a", 0), ("bc", 1)], [("ab", 1), ("c", 1)], [("ab", 0), ("d", 1)], [("c", 1), ("ab", 0)], rows[:1]]
    assert len({dataset(each).fingerprint() for each in [rows, *changed]}) == 6
    assert dataset(rows).fingerprint() == dataset(list(rows)).fingerprint()
