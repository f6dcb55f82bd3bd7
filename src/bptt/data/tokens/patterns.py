"""Tokens by a pattern, for which nothing is learned: words, syllables, characters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import regex
from numpy.typing import NDArray

from bptt.data.config import TextConfig

from .tokenizer import BREAK, START

_SIGN = r"\p{L}\p{M}\p{N}"  # what words are made of
_BLOCK = 10_000  # pieces read at once: a call for each takes four times as long


@dataclass(frozen=True)
class Pattern:
    """Every match of `pattern` is a token; `start` is set before each piece."""

    name: str
    pattern: "regex.Pattern[str]"
    start: str = ""
    words: tuple[str, ...] = ()

    def spaced(self, text: str) -> str:
        return text

    def learned(self, pieces: Sequence[str], counts: NDArray[np.int64], rows: int, config: TextConfig) -> "Pattern":
        return self

    def split(self, pieces: Sequence[str]) -> Iterator[str]:
        blocks = (pieces[start : start + _BLOCK] for start in range(0, len(pieces), _BLOCK))
        return chain.from_iterable(self.pattern.findall(self._joined(block)) for block in blocks)

    def saved(self) -> dict[str, str]:
        return {}

    def _joined(self, block: Sequence[str]) -> str:
        return self.start + (BREAK + self.start).join(block) + BREAK


def _words(letter: str, left_out: str = "") -> "regex.Pattern[str]":
    """Runs of `letter` with the apostrophes inside them, and every other character that is not white space or `left_out`."""
    return regex.compile(rf"[{letter}]+(?:'[{letter}]+)*|[^\s{letter}{left_out}]|{BREAK}")


WORD = Pattern("word", _words(_SIGN + "_"))
# An underscore joins syllables into a word (sinh_viên); here it parts them, as white space does.
SYLLABLE = Pattern("syllable", _words(_SIGN, left_out="_"))
# A character is what NFC leaves as one, with the marks it cannot compose: a reader's letter in every script, by a rule that,
# unlike Unicode's grapheme clusters, does not change from version to version. START before each word stands for its white space.
CHARACTER = Pattern("character", regex.compile(rf"{START}|[^\p{{M}}{BREAK}]\p{{M}}*|\p{{M}}+|{BREAK}"), START)
