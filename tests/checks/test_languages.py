"""Scripts by their letters, languages by a sample."""

import os
import random
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from bptt import checks
from bptt.checks.languages import languages, letters_of, script
from bptt.checks.rows import Rows
from bptt.data import TextConfig
from bptt.data.splits import Splits
from bptt.tasks.classify import CHECKS
from tests.checks.planted import by_name, clean, dataset, halves

PAIRS = Path(os.environ.get("BPTT_DATA", ""), "tatoeba_en_vi")
ENGLISH = "I have never seen a better film about the sea, number {}."
VIETNAMESE = "Tôi chưa bao giờ xem một bộ phim nào hay hơn về biển, số {}."


def look(texts: list[str]) -> dict[str, checks.Finding]:
    rows = [(text, ("bad", "good")[number % 2]) for number, text in enumerate(texts)]
    return by_name(checks.examine(halves(rows), TextConfig(), CHECKS))


@pytest.mark.parametrize(
    ("letters", "name"),
    [
        ("aéđợªµ"[:5], "Latin"),
        ("Ａ𝐀ﬁ", "Latin"),
        ("жЯ", "Cyrillic"),
        ("αµ", "Greek"),
        ("漢字〇"[:2], "Han"),
        ("ひ", "Hiragana"),
        ("カｶ", "Katakana"),
        ("ไท", "Thai"),
        ("한", "Hangul"),
        ("عש"[:1], "Arabic"),
    ],
)
def test_the_script_of_a_letter(letters: str, name: str) -> None:
    assert {script(letter) for letter in letters} == {name}


def test_letters_are_counted_by_script() -> None:
    texts = ["abc 12!", "đẹp", "мир, abc", "漢字かな", "", "🙂"] * 700  # more than are put together at once
    expected = Counter({"Latin": 9 * 700, "Cyrillic": 3 * 700, "Han": 2 * 700, "Hiragana": 2 * 700})
    assert letters_of(texts) == expected


def test_a_script_without_spaces_between_words() -> None:
    thai = [f"หนังเรื่องนี้ดีมาก {number}" for number in range(200)]
    found = look(thai)["scripts"]
    assert (found.verdict, set(found.figures["letters"])) == ("stop", {"Thai"})
    some = look([text for text, _label in clean(300, 4)] + thai[:60])["scripts"]
    assert some.verdict == "look"
    assert "segmenter" in some.advice


def test_no_letter_at_all() -> None:
    assert look([f"{number} !" for number in range(200)])["scripts"].verdict == "stop"


def test_two_scripts_are_worth_a_look() -> None:
    texts = [text for text, _label in clean(190)]
    assert look([*texts, *(f"хороший фильм {number}" for number in range(10))])["scripts"].verdict == "ok"
    assert (
        look([*texts, *(f"очень хороший фильм, самый лучший из всех, номер {number}" for number in range(100))])[
            "scripts"
        ].verdict
        == "look"
    )


def test_the_two_languages_of_this_package_are_told_apart() -> None:
    texts = [ENGLISH.format(number) for number in range(150)] + [VIETNAMESE.format(number) for number in range(50)]
    found = look([*texts, "hi", "ok 1"])["languages"]
    assert found.figures == {"sample": 202, "long_enough": 200, "languages": {"en": 150, "vi": 50}}
    assert found.verdict == "look"
    assert look(texts[:150])["languages"].verdict == "ok"
    assert look([f"ok {number}" for number in range(200)])["languages"].figures["long_enough"] == 0


def test_of_many_rows_a_fair_sample_is_read() -> None:
    rows = dataset(
        [((ENGLISH, VIETNAMESE)[number % 10 == 0].format(number), ("bad", "good")[number % 2]) for number in range(5000)]
    )
    splits = Splits("a.csv", rows.take(range(4000)), rows.take(range(4000, 5000)), None, 0, 0, ())
    figures = languages(Rows.of(splits)).figures
    assert figures["sample"] == 1000
    assert figures["languages"]["vi"] == pytest.approx(100, abs=30)


@pytest.mark.skipif(not PAIRS.is_dir(), reason="BPTT_DATA is not set to a folder with tatoeba_en_vi")
def test_real_sentences_are_told_rightly() -> None:
    """What the sample's least length rests on."""
    for name, code in (("train.eng", "en"), ("train.vie", "vi")):
        sentences = [
            line for line in (PAIRS / name).read_text(encoding="utf-8").splitlines() if sum(map(str.isalpha, line)) >= 20
        ]
        sentences = list(dict.fromkeys(unicodedata.normalize("NFC", line) for line in sentences))
        random.Random(0).shuffle(sentences)
        figures = look(sentences[:1000])["languages"].figures
        assert figures["long_enough"] >= 990
        assert figures["languages"][code] >= 0.995 * figures["long_enough"]
