"""A vocabulary and its ids stay the same to the bit, however they are computed: a saved model reads texts as it learned them.

The sums are those of the first version, which split words with another library.
"""

import hashlib
import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt import data
from bptt.data import TextConfig, Vocabulary
from bptt.data.tokens.patterns import _BLOCK

REVIEWS = Path(os.environ.get("BPTT_DATA", ""), "aclImdb_train.tar.gz")
SIGNS = (
    "etaoin shrdlu ETAOIN '’ʼ_09.,-!?()&<>;#[]\\ "
    "éßØŁ ăâđêôơưằẵệ ÀẪ \u0300\u0301\u0323\u0309 ﬁ½²Ⅷ ж Ω ש ع हि க ไ 漢字かな 한 😀👍🏽 "
    "\u200b\u200d\ufeff\ufe0f\u00ad\u180e\u2060 \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u2003\u2028\u3000 "
    "&amp; &lt;br&gt; <br /> \x00\x7f\ue000\ufffd"
)


def odd_texts() -> list[str]:
    """Letters, marks, digits, signs and white space of many scripts in any order: twice the pieces that are read at once."""
    draw = random.Random(0)
    return ["".join(draw.choices(SIGNS, k=200)) for _text in range(1000)]


def digest(learned: Sequence[str], others: Sequence[str], config: TextConfig) -> str:
    """SHA-256 of the vocabulary of the texts `learned`, and of the ids of all texts in it."""
    vocabulary, encoded = Vocabulary.fit_encode(learned, config)
    told = hashlib.sha256(vocabulary.to_json().encode())
    for rows in (encoded, vocabulary.encode(others)):
        told.update(rows.ids.astype("<i4").tobytes() + rows.starts.astype("<i8").tobytes())
    return told.hexdigest()


@pytest.mark.parametrize(
    ("lowercase", "expected"),
    [
        (True, "a93dccc3e6a0c1e7599c3726b1add5dce9b4b6a860ebfa3c675f42588db82524"),
        (False, "7d2328967c68dce9e64eff9a3a6521e355160414bd88a604c6d71e55c1dc869d"),
    ],
)
def test_odd_texts(lowercase: bool, expected: str) -> None:
    texts = odd_texts()
    assert len({piece for text in texts for piece in text.split()}) > 2 * _BLOCK
    assert digest(texts[:700], texts[700:], TextConfig(lowercase=lowercase)) == expected


@pytest.mark.slow
@pytest.mark.skipif(not REVIEWS.is_file(), reason="BPTT_DATA has no aclImdb_train.tar.gz")
def test_film_reviews() -> None:
    parts = data.load(data.DataConfig(source=str(REVIEWS)))
    expected = "04f9d71ba8dd39260d6fc3aa045e78fbb11a92d079576cbc80d52832c78a0594"
    assert digest(parts.train.inputs, parts.validation.inputs, TextConfig()) == expected


@given(st.lists(st.text(), min_size=1), st.integers(1, 3))
def test_what_the_vocabulary_is_made_of_is_encoded_alike(texts: list[str], min_count: int) -> None:
    vocabulary, encoded = Vocabulary.fit_encode([*texts, "a a a"], TextConfig(min_count=min_count))
    again = vocabulary.encode([*texts, "a a a"])
    assert [row.tolist() for row in encoded] == [row.tolist() for row in again]
    assert len(encoded) == len(texts) + 1
