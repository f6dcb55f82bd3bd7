"""What a word is, what an id is, and that both stay the same for ever."""

import json
import unicodedata

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bptt.data import TextConfig, Vocabulary
from bptt.data.text import normalise
from bptt.errors import DataError, ModelFileError

EVERY_WORD = TextConfig(min_count=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop, it's good!", ["don't", "stop", ",", "it's", "good", "!"]),
        ("don\u2019t \u2018stop\u2019", ["don't", "\u2018", "stop", "'"]),
        ("'rock'n'roll' students' o'clock", ["'", "rock'n'roll", "'", "students", "'", "o'clock"]),
        ("Giảng viên nhiệt tình, dễ hiểu.", ["giảng", "viên", "nhiệt", "tình", ",", "dễ", "hiểu", "."]),
        ("sinh_viên H'Mông", ["sinh_viên", "h'mông"]),
        ("one<br />two<BR>three<br/>four&lt;br /&gt;five", ["one", "two", "three", "four", "five"]),
        (
            "Tom &amp; Jerry&nbsp;&#39;s a&#10;b AT&T &copy me",
            ["tom", "&", "jerry", "'", "s", "a", "b", "at", "&", "t", "&", "copy", "me"],
        ),
        ("10/10 ... well-made :)", ["10", "/", "10", ".", ".", ".", "well", "-", "made", ":", ")"]),
        ("a <b c> d", ["a", "<", "b", "c", ">", "d"]),
        ("\t \n", []),
        ("a\x1cb\x85c\u2028 d", ["a", "b", "c", "d"]),
        ("x\u0302y हिन्दी", ["x\u0302y", "हिन्दी"]),  # marks with no composed form
        ("[PAD] [UNK]", ["[", "pad", "]", "[", "unk", "]"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert Vocabulary(("[PAD]", "[UNK]"), lowercase=True).tokens(text) == words


def test_case_is_kept_where_asked() -> None:
    vocabulary = Vocabulary.fit(["Good good"], TextConfig(min_count=1, lowercase=False))
    assert vocabulary.tokens("Good good") == ["Good", "good"]
    assert vocabulary.encode(["Good good GOOD"])[0].tolist() == [2, 3, 1]


@pytest.mark.parametrize("text", ["Thầy giảng rất nhiệt tình, đúng giờ!", "Ứng dụng trưởng thành"])
def test_both_ways_to_write_vietnamese_get_the_same_ids(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert composed != decomposed
    vocabulary = Vocabulary.fit([decomposed], EVERY_WORD)
    ids = vocabulary.encode([composed, decomposed])
    assert ids[0].tolist() == ids[1].tolist()
    assert 1 not in ids[0]


@given(st.text())
def test_composition_never_changes_the_words(text: str) -> None:
    vocabulary = Vocabulary(("[PAD]", "[UNK]"), lowercase=True)
    assert vocabulary.tokens(unicodedata.normalize("NFD", text)) == vocabulary.tokens(unicodedata.normalize("NFC", text))


def test_ids_run_from_frequent_to_rare_and_ties_by_alphabet() -> None:
    vocabulary = Vocabulary.fit(["b b b d c a c a", "d x"], TextConfig(min_count=2))
    assert vocabulary.words == ("[PAD]", "[UNK]", "b", "a", "c", "d")
    assert len(Vocabulary.fit(["b b b d c a c a"], TextConfig(vocabulary_size=4, min_count=1))) == 4


@given(st.lists(st.text(), min_size=1))
def test_encoding_is_looking_up_each_token(texts: list[str]) -> None:
    assume(any(normalise(text).strip() for text in texts[::2]))
    vocabulary = Vocabulary.fit(texts[::2], EVERY_WORD)
    index = {word: i for i, word in enumerate(vocabulary.words)}
    encoded = vocabulary.encode(texts)
    assert [row.tolist() for row in encoded] == [[index.get(word, 1) for word in vocabulary.tokens(text)] for text in texts]
    assert not (encoded.ids == 0).any()
    assert encoded.lengths.tolist() == [len(vocabulary.tokens(text)) for text in texts]


def test_saved_vocabulary_is_the_same_to_the_letter() -> None:
    vocabulary = Vocabulary.fit(['giảng \u2028 "viên" \\ don\'t 😀', "giảng"], EVERY_WORD)
    again = Vocabulary.from_json(vocabulary.to_json())
    assert again == vocabulary
    assert again.to_json() == vocabulary.to_json()
    assert again.encode(["Don’t giảng lạ"])[0].tolist() == vocabulary.encode(["Don’t giảng lạ"])[0].tolist()


SAVED = {"version": 1, "lowercase": True, "words": ["[PAD]", "[UNK]", "a"]}


@pytest.mark.parametrize(
    "saved",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps(SAVED | {"lowercase": 1}),
        json.dumps(SAVED | {"words": ["a"]}),
        json.dumps(SAVED | {"words": ["[PAD]", "[UNK]", "a", "a"]}),
        json.dumps(SAVED | {"words": ["[PAD]", "[UNK]", 3]}),
        json.dumps(SAVED | {"words": ["[PAD]", "[UNK]", "\ud800"]}),
        json.dumps(SAVED | {"version": 2}),
    ],
)
def test_damaged_vocabulary_is_refused(saved: str) -> None:
    with pytest.raises(ModelFileError):
        Vocabulary.from_json(saved)


def test_no_word_often_enough() -> None:
    with pytest.raises(DataError, match=r"2 times in the 1 training texts.*text\.min_count"):
        Vocabulary.fit(["each word once"], TextConfig())


def test_half_a_surrogate_pair_is_refused_by_place() -> None:
    with pytest.raises(DataError, match="character 3") as caught:
        Vocabulary(("[PAD]", "[UNK]"), lowercase=True).encode(["abc\ud800"])
    assert caught.value.code == "data.not-unicode"


@pytest.mark.parametrize("hostile", ["<br" + " " * 200_000, "&" + "a" * 200_000, "<br" * 50_000, "&#" + "9" * 5000 + ";"])
@pytest.mark.timeout(60)
def test_normalising_takes_no_longer_than_the_text(hostile: str) -> None:
    assert normalise(hostile).startswith(hostile[:2])


def test_no_texts_are_no_rows() -> None:
    encoded = Vocabulary(("[PAD]", "[UNK]"), lowercase=True).encode([])
    assert (len(encoded), encoded.ids.dtype) == (0, np.int32)
    assert list(encoded) == []
