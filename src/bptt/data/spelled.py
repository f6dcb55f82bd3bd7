"""Tokens -> steps that know how a word is spelled: its id, its shape, and its characters.

A word that was never seen still has an ending, capitals and digits (Lample et al. 2016; Ma and Hovy 2016).
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bptt.data.config import TextConfig
from bptt.data.ragged import Ragged
from bptt.errors import DataError, ModelFileError
from bptt.messages import _
from bptt.shapes import PADDING, UNKNOWN

KIND = "spelled"
LETTERS = 20  # characters of a word that are read; of a longer one the first and the last half as many
SHAPES = 17  # 0 for padding; behind it every sum of capital first, digit inside, all capitals, no letter nor digit
_FIRST = 2  # id of the most frequent word, and of the most frequent character
_RARE = 2  # a character that occurs less often is unknown


@dataclass(frozen=True)
class Spelled:
    """words and characters: those known, the most frequent first; id `_FIRST` is the first of each. A word is looked up in lower
    case where `lowercase`, its characters always as they are."""

    words: tuple[str, ...]
    characters: tuple[str, ...]
    lowercase: bool

    @classmethod
    def fit_encode(cls, rows: Sequence[Sequence[str]], config: TextConfig) -> tuple["Spelled", Ragged]:
        """Of the training rows: the words that occur at least `min_count` times, the characters that do twice; and these rows as
        steps. Raises DataError where no word occurs often enough."""
        tokens = [_clean(token) for row in rows for token in row]
        counts = Counter(token.lower() if config.lowercase else token for token in tokens)
        words = _frequent(counts, config.min_count)[: config.vocabulary_size - _FIRST]
        if not words:
            message = _("No word occurs {count} times in the {rows} training texts. Lower text.min_count, or bring more rows.")
            raise DataError("data.no-words", message.format(count=config.min_count, rows=len(rows)))
        characters = _frequent(Counter(character for token in tokens for character in token), _RARE)
        encoder = cls(tuple(words), tuple(characters), config.lowercase)
        return encoder, encoder.encode(rows)

    def encode(self, rows: Sequence[Sequence[str]]) -> Ragged:
        """steps: (S, 2 + LETTERS) int32: id of the word, its shape, ids of its characters, 0 behind the last."""
        seen: dict[str, NDArray[np.int32]] = {}
        steps = [seen[token] if token in seen else seen.setdefault(token, self._step(token)) for row in rows for token in row]
        starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return Ragged(np.array(steps, np.int32).reshape(-1, 2 + LETTERS), starts)

    def tokens(self, row: Sequence[str]) -> list[str]:
        """The tokens as they are."""
        return list(row)

    def facts(self) -> dict[str, int]:
        """V, padding and the unknown word included, and the number of characters likewise."""
        return {"vocabulary_size": len(self.words) + _FIRST, "characters": len(self.characters) + _FIRST}

    def to_json(self) -> str:
        """All of it as JSON; `from_json` gives back an equal one."""
        fields = {"kind": KIND, "words": self.words, "characters": self.characters, "lowercase": self.lowercase}
        return json.dumps(fields, ensure_ascii=False)

    @classmethod
    def from_json(cls, saved: str) -> "Spelled":
        """Reads what `to_json` wrote. Raises ModelFileError for anything else."""
        try:
            fields = json.loads(saved)
            words, characters, lowercase = tuple(fields["words"]), tuple(fields["characters"]), fields["lowercase"]
            "".join([*words, *characters]).encode()
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            message = _("The saved vocabulary is damaged. Use another copy, or train again.")
            raise ModelFileError("model.vocabulary", message) from error
        return cls(words, characters, bool(lowercase))

    def _step(self, token: str) -> NDArray[np.int32]:
        word = _clean(token)
        letters = word if len(word) <= LETTERS else word[: LETTERS // 2] + word[-LETTERS // 2 :]
        step = np.full(2 + LETTERS, PADDING, np.int32)
        step[0] = self._word_ids.get(word.lower() if self.lowercase else word, UNKNOWN)
        step[1] = _shape(word)
        step[2 : 2 + len(letters)] = [self._character_ids.get(character, UNKNOWN) for character in letters]
        return step

    @cached_property
    def _word_ids(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words, start=_FIRST)}

    @cached_property
    def _character_ids(self) -> dict[str, int]:
        return {character: number for number, character in enumerate(self.characters, start=_FIRST)}


def _frequent(counts: Counter[str], least: int) -> list[str]:
    """What occurs at least so often, the most frequent first, equals by letter."""
    return [name for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if count >= least]


def _clean(token: str) -> str:
    return unicodedata.normalize("NFC", token)


def _shape(word: str) -> int:
    """From 1: what a word looks like, whatever its letters."""
    marks = (
        word[:1].isupper(),
        any(map(str.isdigit, word)),
        word.isupper() and word.isalpha(),
        not any(map(str.isalnum, word)),
    )
    return 1 + sum(mark << place for place, mark in enumerate(marks))
