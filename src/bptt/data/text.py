"""Texts -> words -> ids. One definition of a word, for training and for every later answer.

A word is a run of letters, marks, digits and underscores, with the apostrophes inside it: `don't`, `giảng`, `sinh_viên`.
Every other character that is not white space is a word of its own.
"""

import html
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import regex

from bptt.data.config import TextConfig
from bptt.data.ragged import Ragged
from bptt.errors import DataError, ModelFileError
from bptt.messages import _
from bptt.shapes import UNKNOWN

_VERSION = 1  # of the rules below: a saved vocabulary is read only with the rules it was made with
_LETTER = r"\p{L}\p{M}\p{N}_"
_BREAK = "\n"  # set between pieces of text, where no word can be
_WORD = regex.compile(rf"[{_LETTER}]+(?:'[{_LETTER}]+)*|[^\s{_LETTER}]|{_BREAK}")
_BLOCK = 10_000  # pieces of text read at once: a call for each takes four times as long
_RESERVED = ("[PAD]", "[UNK]")  # no text can spell them: brackets are words of their own
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_BREAK = re.compile(r"</?br\b[^<>]*>", re.IGNORECASE)


def normalise(text: str) -> str:
    """HTML entities as characters, HTML line breaks as spaces, Unicode NFC, one form of apostrophe."""
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "<" in text:
        text = _LINE_BREAK.sub(" ", text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).replace("\u2019", "'").replace("\u02bc", "'")


@dataclass(frozen=True)
class Vocabulary:
    """Word <-> id: `words[id]`. Id 0 is padding, id 1 the unknown word; the rest run from the most frequent to the rarest."""

    words: tuple[str, ...]
    lowercase: bool

    @classmethod
    def fit(cls, texts: Sequence[str], config: TextConfig) -> "Vocabulary":
        """The vocabulary of `fit_encode`, alone."""
        return cls.fit_encode(texts, config)[0]

    @classmethod
    def fit_encode(cls, texts: Sequence[str], config: TextConfig) -> tuple["Vocabulary", Ragged]:
        """The words of the training texts that occur at least `min_count` times, equal counts in the order of the alphabet; and
        the texts as its `encode` gives them, read but once.

        Raises DataError where no word occurs often enough, and for text that is not Unicode.
        """
        found, names = all_words(texts, config.lowercase)
        counts = np.bincount(found.ids, minlength=len(names)).tolist()
        frequent = sorted((-count, word) for word, count in zip(names, counts, strict=True) if count >= config.min_count)
        if not frequent:
            message = _("No word occurs {count} times in the {rows} training texts. Lower text.min_count, or bring more rows.")
            raise DataError("data.no-words", message.format(count=config.min_count, rows=len(texts)))
        kept = frequent[: config.vocabulary_size - len(_RESERVED)]
        vocabulary = cls((*_RESERVED, *(word for _count, word in kept)), config.lowercase)
        return vocabulary, vocabulary._numbered(found, names)

    def __len__(self) -> int:
        """V, padding and the unknown word included."""
        return len(self.words)

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Every text as ids, whole: nothing is cut or padded here. Raises DataError for text that is not Unicode."""
        return self._numbered(*all_words(texts, self.lowercase))

    def tokens(self, text: str) -> list[str]:
        """The words of one text as the network reads them, one for each id; unknown ones are spelled out."""
        return [word for word in _words(_clean(text, self.lowercase).split()) if word != _BREAK]

    def facts(self) -> dict[str, int]:
        """V, for data.json."""
        return {"vocabulary_size": len(self)}

    def to_json(self) -> str:
        """The vocabulary as JSON; `from_json` gives back an equal one."""
        return json.dumps({"version": _VERSION, "lowercase": self.lowercase, "words": self.words}, ensure_ascii=False)

    @classmethod
    def from_json(cls, saved: str) -> "Vocabulary":
        """Reads what `to_json` wrote. Raises ModelFileError for anything else."""
        try:
            fields = json.loads(saved)
            version, lowercase, words = fields["version"], fields["lowercase"], tuple(fields["words"])
            "".join(words).encode()
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise _damaged() from error
        if version != _VERSION:
            message = _("The saved vocabulary has version {found}; this bptt reads version {known}. Use the bptt that wrote it.")
            raise ModelFileError("model.vocabulary-version", message.format(found=version, known=_VERSION))
        if not isinstance(lowercase, bool) or words[:2] != _RESERVED or len(set(words)) != len(words):
            raise _damaged()
        return cls(words, lowercase)

    def _numbered(self, found: Ragged, names: Sequence[str]) -> Ragged:
        """Texts given as ids into `names`, as ids of this vocabulary."""
        ids = np.array([self._ids.get(name, UNKNOWN) for name in names], np.int32)
        return Ragged(ids[found.ids], found.starts)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}


def words_of(text: str) -> list[str]:
    """The words of one text in their order, as they are written."""
    return [word for word in _words(_clean(text, lowercase=False).split()) if word != _BREAK]


def all_words(texts: Sequence[str], lowercase: bool = True) -> tuple[Ragged, list[str]]:
    """Every text whole, as ids of its words, and the words by id: none is rare or unknown here.

    No word crosses white space and few pieces between it differ, so each is split into words but once: of the Large Movie
    Review Dataset 0.2 million in place of 5.8 million. Raises DataError for text that is not Unicode.
    """
    rows, pieces = _pieces(texts, lowercase)
    ids = _numbers()
    end = ids[_BREAK]  # 0
    flat = np.fromiter(map(ids.__getitem__, _words(pieces)), np.int32)
    ends = np.flatnonzero(flat == end)
    words = Ragged(flat[flat != end] - 1, np.concatenate([[0], ends - np.arange(len(ends))])).take(rows.ids)
    return Ragged(words.ids, words.starts[rows.starts]), list(ids)[1:]


def _damaged() -> ModelFileError:
    return ModelFileError("model.vocabulary", _("The saved vocabulary is damaged. Use another copy, or train again."))


def _numbers() -> defaultdict[str, int]:
    """A number for each string asked for, in the order they are first asked for."""
    ids: defaultdict[str, int] = defaultdict()
    ids.default_factory = ids.__len__
    return ids


def _pieces(texts: Sequence[str], lowercase: bool) -> tuple[Ragged, list[str]]:
    """Texts split at white space: each text as ids of its pieces, and the pieces, every one once."""
    ids, lengths = _numbers(), [0]

    def split(text: str) -> list[str]:
        pieces = _clean(text, lowercase).split()
        lengths.append(len(pieces))
        return pieces

    flat = np.fromiter(map(ids.__getitem__, chain.from_iterable(map(split, texts))), np.int32)
    return Ragged(flat, np.cumsum(lengths, dtype=np.int64)), list(ids)


def _words(pieces: Sequence[str]) -> Iterator[str]:
    """The words of all pieces of text, a piece being what stands between white space; a break behind those of each piece."""
    blocks = (pieces[start : start + _BLOCK] for start in range(0, len(pieces), _BLOCK))
    return chain.from_iterable(_WORD.findall(_BREAK.join([*block, ""])) for block in blocks)


def _clean(text: str, lowercase: bool) -> str:
    try:
        cleaned = normalise(text)
        cleaned.encode()
    except UnicodeEncodeError as error:
        message = _("The text has half of a surrogate pair at character {position}. Give the text as whole Unicode characters.")
        raise DataError("data.not-unicode", message.format(position=error.start)) from error
    return cleaned.lower() if lowercase else cleaned
