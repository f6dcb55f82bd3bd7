"""Texts without labels: from lines, tables, folders and archives, one source or several."""

import json

import numpy as np
import pytest

from bptt import data
from bptt.batches import make
from bptt.data import DataConfig, Ragged, TextConfig
from bptt.data.unlabelled import UNLABELLED
from bptt.errors import ConfigError, DataError


def load(source, **keys):
    return data.load(DataConfig(source=str(source), **{"validation": 0.2, **keys}), UNLABELLED)


def texts(splits):
    return sorted(splits.train.inputs + splits.validation.inputs)


def test_each_line_is_a_text_and_empty_ones_are_none(tmp_path):
    (tmp_path / "a.txt").write_text("one two\n\n  \nthree\nfour five\n")
    splits = load(tmp_path / "a.txt")
    assert texts(splits) == ["four five", "one two", "three"]
    assert sorted(splits.train.origins + splits.validation.origins) == ["a.txt:1", "a.txt:4", "a.txt:5"]


def test_every_folder_is_read_but_test(tmp_path):
    for number, folder in enumerate(["unsup", "train/pos", "train/neg", "test/pos", "."]):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "0.txt").write_text(f"text {number}\nof two lines")
    splits = load(tmp_path)
    assert texts(splits) == [f"text {number}\nof two lines" for number in (0, 1, 2, 4)]
    assert any('left out 1 texts in a folder "test"' in note for note in splits.notes)


def test_several_sources_are_read_one_behind_the_other(tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "b.jsonl").write_text("".join(json.dumps({"text": word, "stars": 3}) + "\n" for word in ("three", "four")))
    splits = load(tmp_path / "a.txt", more=(str(tmp_path / "b.jsonl"),), text="text")
    assert texts(splits) == ["four", "one", "three", "two"]


def test_the_longest_column_is_the_text(tmp_path):
    (tmp_path / "a.csv").write_text("id,review\n1,a long review\n2,another one\n")
    text, label, notes = data.columns(str(tmp_path / "a.csv"), DataConfig(), UNLABELLED)
    assert (text, label) == ("review", None)
    assert 'read "review" as the text' in notes[0]


def test_what_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "a.conll").write_text("one O\n")
    with pytest.raises(DataError, match="without labels"):
        load(tmp_path / "a.txt", label="stars")
    with pytest.raises(DataError, match=r"no known form.*\.txt"):
        load(tmp_path / "a.conll")
    with pytest.raises(DataError, match="no file"):
        load(tmp_path / "a.txt", more=("nowhere.txt",))
    with pytest.raises(ConfigError, match="have none"):
        load(tmp_path / "a.txt", classes=("a", "b"))
    (tmp_path / "empty.txt").write_text(" \n")
    with pytest.raises(DataError, match="is empty"):
        load(tmp_path / "empty.txt")


def test_long_texts_become_pieces_and_no_word_is_lost(tmp_path):
    (tmp_path / "a.txt").write_text("\n".join("abcdefghij"[:n] for n in range(1, 11)))
    train = load(tmp_path / "a.txt").train
    encoded = Ragged.of([list(range(2, 2 + len(row))) for row in train.inputs])
    batches = make(train, encoded, TextConfig(max_length=4, bucket_edges=()), 3, 0, shuffle=True)
    seen = [batch.inputs[row][batch.real[row]] for batch in batches.epoch(0) for row in range(len(batch.rows))]
    assert max(map(len, seen)) == 4
    assert sorted(np.concatenate(seen)) == sorted(encoded.steps)
    batch = batches.batch(0, 0)
    np.testing.assert_array_equal(batch.targets[batch.real], batch.inputs[batch.real])


def test_pieces_keep_the_order_and_empty_rows():
    whole = Ragged.of([[1, 2, 3, 4, 5], [], [6], [7, 8, 9, 10]])
    cut = whole.pieces(2)
    assert [cut[row].tolist() for row in range(len(cut))] == [[1, 2], [3, 4], [5], [], [6], [7, 8], [9, 10]]


def test_a_line_ends_where_it_ends_for_every_other_command(tmp_path):
    (tmp_path / "a.txt").write_bytes("one\u2028two\x0c\x85three\r\nfour\rfive\n".encode())
    assert texts(load(tmp_path / "a.txt")) == ["five", "four", "one\u2028two\x0c\x85three"]


def test_the_column_is_that_of_the_first_table_wherever_it_stands(tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "b.csv").write_text("id,review\n1,three\n2,four\n")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "0.txt").write_text("five")
    names = [str(tmp_path / name) for name in ("a.txt", "b.csv", "c")]
    for first, *more in (names, names[::-1], [names[1], names[0], names[2]]):
        config = DataConfig(source=first, more=tuple(more))
        text, label, notes = data.columns(first, config, UNLABELLED)
        assert (text, label) == ("review", None) and "b.csv: read" in notes[0]
        assert texts(load(first, more=tuple(more), text=text)) == ["five", "four", "one", "three", "two"]


def test_no_option_is_ignored(tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "b.csv").write_text("id,review\n1,three\n2,four\n")
    with pytest.raises(DataError, match="no columns to name"):
        load(tmp_path / "a.txt", text="review")
    config = DataConfig(source=str(tmp_path / "b.csv"), label="id")
    with pytest.raises(DataError, match="Leave out --label"):
        data.read(config.source, config, (), UNLABELLED)


def test_what_is_no_text_in_a_folder_is_told(tmp_path):
    for name in ("a/0.txt", "a/1.txt", "a/readme.md", ".git/2.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"text {name}")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    notes = " ".join(load(tmp_path).notes)
    assert "1 files that are not .txt" in notes
    assert "1 files in hidden folders: .git" in notes
    assert "lead nowhere: gone.txt" in notes
