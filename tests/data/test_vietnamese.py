"""Vietnamese words by underthesea: what is joined, what is left alone, and what happens where it is not or not the same."""

import json
import sys
import warnings

import pytest

from bptt.data import TextConfig, Vocabulary
from bptt.errors import DataError

underthesea = pytest.importorskip("underthesea")
VI = TextConfig(tokens="vi", min_count=1)
TEXTS = ["Giảng viên nhiệt tình, sinh viên rất thích môn học này.", "sinh viên học"]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.fit(TEXTS, VI)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Giảng viên nhiệt tình!", ["giảng_viên", "nhiệt_tình", "!"]),
        ("sinh_viên đại học", ["sinh_viên", "đại_học"]),
        ("ngày 10/10, H'Mông :)", ["ngày", "10", "/", "10", ",", "h'mông", ":", ")"]),
        ("  ", []),
        ("sinh\nviên", ["sinh_viên"]),
        ("x" * 31 + " sinh viên", ["x" * 31, "sinh_viên"]),
    ],
)
def test_tokens(vocabulary: Vocabulary, text: str, tokens: list[str]) -> None:
    assert vocabulary.tokens(text) == tokens


def test_numbers_and_signs_are_joined_to_nothing(vocabulary: Vocabulary) -> None:
    text = "TP. HCM , U.S.A 10/10/2020 3,5% abc@x.vn 12h30 :)))"
    assert "U.S.A 10/10/2020" in underthesea.word_tokenize(text)
    assert not any("_" in token for token in vocabulary.tokens(text))


def test_capitals_help_before_they_are_lowered(vocabulary: Vocabulary) -> None:
    words = underthesea.word_tokenize("Trường Đại học Bách Khoa Hà Nội")
    assert vocabulary.tokens("Trường Đại học Bách Khoa Hà Nội") == [word.replace(" ", "_").lower() for word in words]
    assert any(" " in word for word in words)


def test_a_long_text_loses_nothing(vocabulary: Vocabulary) -> None:
    text = "sinh viên thích giảng viên . " * 400
    tokens = vocabulary.tokens(text)
    assert " ".join(tokens).replace("_", " ").split() == text.split()
    assert tokens.count("sinh_viên") > 380


@pytest.mark.timeout(60)
def test_time_grows_with_the_text(vocabulary: Vocabulary) -> None:
    assert len(vocabulary.tokens("1." * 20_000)) == 40_000


def test_without_the_package_the_command_that_brings_it_is_named(monkeypatch: pytest.MonkeyPatch, vocabulary: Vocabulary) -> None:
    monkeypatch.setitem(sys.modules, "underthesea", None)
    again = Vocabulary.from_json(vocabulary.to_json())
    for refused in (lambda: Vocabulary.fit(TEXTS, VI), lambda: again.encode(TEXTS)):
        with pytest.raises(DataError, match=r"pip install 'bptt\[vi\]'") as caught:
            refused()
        assert caught.value.code == "data.missing-extra"


def test_another_version_is_told_once(vocabulary: Vocabulary) -> None:
    fields = json.loads(vocabulary.to_json())
    assert fields["underthesea"] == underthesea.__version__
    other = Vocabulary.from_json(json.dumps(fields | {"underthesea": "1.0"}))
    with pytest.warns(UserWarning, match=rf"underthesea 1\.0; here is {underthesea.__version__}"):
        other.encode(TEXTS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other.encode(TEXTS)
        Vocabulary.from_json(vocabulary.to_json()).encode(TEXTS)
