"""Sub-words against the definition of byte-pair encoding, and against what each option promises."""

import os
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt.data import TextConfig, Vocabulary
from bptt.data.tokens import BREAK
from bptt.data.tokens.subwords import _substrings
from bptt.errors import DataError

SENTENCES = Path(os.environ.get("BPTT_DATA", ""), "uit_vsfc/train/sents.txt")
KINDS = ("bpe", "unigram")
needs_sentences = pytest.mark.skipif(not SENTENCES.is_file(), reason="BPTT_DATA has no uit_vsfc")


def sentences() -> list[str]:
    return SENTENCES.read_text(encoding="utf-8").splitlines()


def test_every_merge_is_of_a_most_frequent_pair() -> None:
    """The definition of byte-pair encoding, replayed; counts are those of running words, not of kinds of words."""
    draw = random.Random(0)
    words = {"".join(draw.sample("abcdefghij", draw.randint(2, 7))): draw.randint(2, 99) for _word in range(150)}
    vocabulary = Vocabulary.fit([" ".join([word] * count) for word, count in words.items()], TextConfig(tokens="bpe"))
    split = {word: ["▁", *word] for word in words}
    turns = [word for word in vocabulary.words[2:] if len(word) > 1][:300]
    assert len(turns) == 300
    for turn, made in enumerate(turns):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in split.items():
            for pair in pairwise(parts):
                pairs[pair] += words[word] * ("".join(pair) not in turns[:turn])
        best = [pair for pair, count in pairs.items() if "".join(pair) == made and count == max(pairs.values())]
        assert best, (turn, made)
        for word, parts in split.items():
            joined = f"\n{BREAK.join(parts)}\n".replace(f"\n{BREAK.join(best[0])}\n", f"\n{made}\n")
            split[word] = joined.strip().split("\n")


@pytest.mark.parametrize("kind", KINDS)
@needs_sentences
def test_real_sentences(kind: str) -> None:
    texts = sentences()
    config = TextConfig(tokens=kind, vocabulary_size=1500)
    vocabulary, encoded = Vocabulary.fit_encode(texts[:9000], config)
    again, same = Vocabulary.fit_encode(texts[:9000][::-1], config)
    assert again == vocabulary, "the order of the rows teaches nothing"
    assert same[0].tolist() == encoded[8999].tolist()
    assert len(vocabulary) <= 1500
    unseen = vocabulary.encode(texts[9000:])
    assert (unseen.ids == 1).mean() < 0.001
    assert vocabulary.tokens("giảng viên nhiệt tình") == ["▁giảng", "▁viên", "▁nhiệt", "▁tình"]
    assert "".join(vocabulary.tokens("trường đh bách khoa")) == "▁trường▁đh▁bách▁khoa"


@pytest.mark.parametrize("kind", KINDS)
def test_words_below_min_count_teach_nothing_and_are_read_by_their_parts(kind: str) -> None:
    texts = ["low low lower newest newest widest", "low newer newer wide widest newest once"]
    vocabulary = Vocabulary.fit(texts, TextConfig(tokens=kind, min_count=2))
    assert not any("onc" in word for word in vocabulary.words)
    assert "".join(vocabulary.tokens("once")) == "▁once"
    assert 1 in vocabulary.encode(["once"])[0]  # c is in no other word
    assert 1 not in vocabulary.encode(["lowest west"])[0]


@pytest.mark.parametrize("kind", KINDS)
def test_an_alphabet_larger_than_the_vocabulary_is_refused_with_the_least_that_does(kind: str) -> None:
    texts = ["abc def abc def"]
    with pytest.raises(DataError, match=r"vocabulary_size: 8 came.* 9 with padding") as caught:
        Vocabulary.fit(texts, TextConfig(tokens=kind, vocabulary_size=8))
    assert caught.value.code == "data.alphabet"
    assert len(Vocabulary.fit(texts, TextConfig(tokens=kind, vocabulary_size=9))) == 9


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["each word once", "▁ ▁ ▁", "\0 \0 \0", "\u2585x \u2585x", "  ", ("a" * 101 + " ") * 2])
def test_nothing_to_learn_from(kind: str, text: str) -> None:
    with pytest.raises(DataError, match=r"text\.min_count") as caught:
        Vocabulary.fit([text], TextConfig(tokens=kind))
    assert caught.value.code == "data.no-words"


@given(st.dictionaries(st.text("abcd", min_size=1, max_size=20), st.integers(1, 5), min_size=1))
@settings(max_examples=50, deadline=None)
def test_substrings_are_counted_as_often_as_they_stand_in_the_text(pieces: dict[str, int]) -> None:
    found = dict(_substrings(pieces, 10**6))
    whole = ["▁" + piece for piece, count in pieces.items() for _copy in range(count)]
    assert found
    for part, count in found.items():
        assert count == sum(text.startswith(part, at) for text in whole for at in range(len(text)))
        assert len(part) <= 16
    few = dict(_substrings(pieces, 3))
    assert set("".join(whole)) <= set(few)
    assert max(len(part) * count for part, count in found.items()) == max(len(part) * count for part, count in few.items())


def test_a_word_that_is_no_word_costs_no_time() -> None:
    texts = ["x" * 200_000 + " tea tea", "x" * 200_000]
    vocabulary = Vocabulary.fit(texts, TextConfig(tokens="bpe"))
    assert not any("xx" in word for word in vocabulary.words)
    assert vocabulary.tokens("tea") == ["▁tea"]
