"""Word vectors read back number for number from every form of file, and every fault told by its line."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt.data import TextConfig, Vectors, Vocabulary
from bptt.data.vectors import read as read_vectors
from bptt.errors import ConfigError, DataError

IDS = {"giảng": 2, "don't": 3, "obama": 4, "tea": 5, "rare": 6}
LINES = ["tea 0.5 -1 2e-3", "giảng 1 2 3", "zebra 9 9 9", ". . . 7 7 7", "don’t 4 5 6"]
VALUES = {5: [0.5, -1, 2e-3], 2: [1, 2, 3], 3: [4, 5, 6]}


def read(path: Path, ids: dict[str, int] = IDS, width: int = 3, lowercase: bool = True) -> Vectors:
    return read_vectors(TextConfig(vectors=str(path), lowercase=lowercase), ids, width)


def written(folder: Path, content: str | bytes, name: str = "words.vec") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("header", ["", "5 3\n"])
@pytest.mark.parametrize("end", ["\n", " \n", "\r\n", "\n\n", "\t\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_form(tmp_path: Path, header: str, end: str, packed: bool) -> None:
    content = (header + "".join(line + end for line in LINES)).encode()
    vectors = read(written(tmp_path, gzip.compress(content) if packed else content))
    assert {one: values.tolist() for one, values in vectors.found.items()} == {
        one: np.array(values, np.float32).tolist() for one, values in VALUES.items()
    }
    assert (vectors.twice, vectors.no_text) == ([], [])


@given(
    st.dictionaries(
        st.text(st.characters(categories=["L", "N", "P"]), min_size=1),
        st.lists(st.floats(-1000, 1000, width=32), min_size=4, max_size=4),
        min_size=1,
    )
)
@settings(max_examples=50, deadline=None)
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, words: dict[str, list[float]]) -> None:
    path = tmp_path_factory.mktemp("vectors") / "words.vec"
    path.write_text("".join(f"{word} {' '.join(map(repr, values))}\n" for word, values in words.items()), encoding="utf-8")
    ids = {word: number for number, word in enumerate(words, start=2)}
    found = read(path, ids, width=4, lowercase=False).found
    assert {word: found[one].tolist() for word, one in ids.items()} == words


def test_a_word_as_it_is_written_comes_before_its_other_spellings(tmp_path: Path) -> None:
    lines = "Tea 1 1 1\nTEA 2 2 2\ntea 3 3 3\nOBAMA 4 4 4\nObama 5 5 5\ngia\u0309ng 6 6 6\n"
    path = written(tmp_path, lines)
    assert {one: values[0] for one, values in read(path).found.items()} == {5: 3, 4: 4, 2: 6}
    assert {one: values[0] for one, values in read(path, lowercase=False).found.items()} == {5: 3, 2: 6}


def test_lines_that_do_no_harm_are_left_out_and_told(tmp_path: Path) -> None:
    path = written(tmp_path, b"tea 1 2 3\n\xff\xfe 1 2 3\ntea 4 5 6\n\xc3 1 2 3\ngi\xe1\xba\xa3ng 0 0 1\ntea 7 8 9\n")
    vectors = read(path)
    assert vectors.found[5].tolist() == [1, 2, 3]
    ids = np.array([5, 5, 2, 6, 1, 4, 4, 4], np.int32)
    told = vectors.notes(ids)
    assert vectors.facts(ids)["vectors"] == {"source": str(path), "found": 2, "share_vocabulary": 0.4, "share_words": 0.375}
    assert f"{path} has vectors of 2 words, 40.0% of the vocabulary and 37.5% of the words" in told[0]
    assert told[1].startswith(f"{path}:3: the word came before") and told[1].endswith("2.")
    assert told[2].startswith(f"{path}:2: the word is not UTF-8") and told[2].endswith("2.")


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"2 3\ntea 1 2 3\ngi\xe1\xba\xa3ng 1 2\n", "data.vectors-line", ":3: 2 numbers, expected 3"),
        (b"tea 1 2 3\nzebra 1 2 3 4\n", "data.vectors-line", ":2: 4 numbers, expected 3"),
        (b"tea 1 2 3\n1 2 3\n", "data.vectors-line", ":2: 2 numbers, expected 3"),
        (b"zebra 1 2 3\n\ntea 1 nan 3\n", "data.vectors-number", ":3: "),
        (b"zebra 1 2 3\ntea 1 inf 3\n", "data.vectors-number", ":2: "),
        (b"zebra 1 2 3\ntea 1 1e39 3\n", "data.vectors-number", ":2: "),
        (b"zebra 1 2 3\ntea 1 x 3\n", "data.vectors-number", ":2: "),
        (b"3 3\ntea 1 2 3\nzebra 1 2 3\n", "data.vectors-count", "promises 3 words, 2 came"),
        (b"1 3\ntea 1 2 3\nzebra 1 2 3\n", "data.vectors-count", "promises 1 words, 2 came"),
        (b"zebra 1 2 3\nlion 1 2 3\n", "data.vectors-none", "none of its 2 words"),
        (b"", "data.vectors-format", ":1: "),
        (b"\n \n", "data.vectors-format", ":1: "),
        (b"tea,1,2,3\n", "data.vectors-format", ":1: "),
        (b"\x00\x01\x02binary\xff", "data.vectors-format", ":1: "),
        (b"0 3\n", "data.vectors-none", "none of its 0 words"),
        (gzip.compress(b"tea 1 2 3\n" * 1000, mtime=0)[:-20], "data.gzip", "not a whole gzip file"),
        (b"\x1f\x8bnot gzip at all", "data.gzip", "not a whole gzip file"),
    ],
)
def test_a_faulty_file_is_refused_by_its_line(tmp_path: Path, content: bytes, code: str, told: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(DataError) as caught:
        read(path)
    assert caught.value.code == code
    assert str(path) in str(caught.value) and told in str(caught.value)


def test_another_width_is_told_with_both(tmp_path: Path) -> None:
    for content in ("1 4\ntea 1 2 3 4\n", "tea 1 2 3 4\n"):
        with pytest.raises(ConfigError, match=r"have 4 numbers, model\.embedding_width is 3") as caught:
            read(written(tmp_path, content))
        assert caught.value.code == "model.vectors-width"


def test_no_file_and_no_wish(tmp_path: Path) -> None:
    nothing = read_vectors(TextConfig(), IDS, 3)
    assert (nothing.found, nothing.facts(np.array([2])), nothing.notes(np.array([2]))) == ({}, {}, [])
    written(tmp_path, "tea 1 2 3\n", "words.vec")
    with pytest.raises(DataError, match=r'Did you mean "words\.vec"'):
        read(tmp_path / "word.vec")
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    assert caught.value.code == "data.unreadable"


def test_reserved_ids_are_no_words(tmp_path: Path) -> None:
    vocabulary = Vocabulary.fit(["tea tea"], TextConfig())
    vectors = read(written(tmp_path, "[PAD] 1 1 1\n[UNK] 2 2 2\ntea 3 3 3\n"), dict(vocabulary.ids))
    assert list(vectors.found) == [2]


def test_memory_holds_the_words_of_the_vocabulary_alone(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "many.vec"
    with path.open("w") as file:
        file.writelines(f"word{number} {'0.125 ' * 100}\n" for number in range(20_000))
        file.write(f"tea {'0.25 ' * 100}\n")
    assert path.stat().st_size > 12_000_000
    tracemalloc.start()
    found = read(path, width=100).found
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(found) == [5] and peak < 500_000
