"""Texts -> tokens -> ids, the same in training and for every later answer.

A token is a word unless the configuration says otherwise (`tokens`): a run of letters, marks, digits and underscores, with the
apostrophes inside it (`don't`, `giảng`, `sinh_viên`); every other character that is not white space is a word of its own.
"""

import html
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar

import numpy as np

from bptt.data import tokens
from bptt.data.config import TextConfig
from bptt.data.ragged import Ragged
from bptt.errors import DataError, ModelFileError
from bptt.messages import _
from bptt.shapes import UNKNOWN

_VERSION = 1  # of the rules below: a saved vocabulary is read only with the rules it was made with
RESERVED = ("[PAD]", "[UNK]")  # no token is spelled so: brackets are tokens of their own
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
    """Token <-> id: `words[id]`. Id 0 is padding, id 1 the unknown token; the rest run from the most frequent to the rarest, or
    as the tokenizer lists them."""

    reads: ClassVar[type] = str
    words: tuple[str, ...]
    lowercase: bool
    tokenizer: tokens.Tokenizer = tokens.WORD

    @classmethod
    def fit(cls, texts: Sequence[str], config: TextConfig) -> "Vocabulary":
        """The vocabulary of `fit_encode`, alone."""
        return cls.fit_encode(texts, config)[0]

    @classmethod
    def fit_encode(cls, texts: Sequence[str], config: TextConfig) -> tuple["Vocabulary", Ragged]:
        """The tokens of the training texts that occur at least `min_count` times, equal counts in the order of the alphabet, or
        those that the tokenizer learned from them; and the texts as its `encode` gives them, read but once.

        Raises DataError where no word occurs often enough, and for text that is not Unicode.
        """
        rows, pieces = _pieces(texts, config.lowercase, tokens.named(config.tokens))
        counts = np.bincount(rows.ids, minlength=len(pieces))
        tokenizer = tokens.named(config.tokens).learned(pieces, counts, len(texts), config)
        found, names = _tokens(rows, pieces, tokenizer)
        kept = tokenizer.words or _frequent(found, names, config)
        vocabulary = cls((*RESERVED, *kept), config.lowercase, tokenizer)
        return vocabulary, vocabulary._numbered(found, names)

    def __len__(self) -> int:
        """V, padding and the unknown word included."""
        return len(self.words)

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Every text as ids, whole: nothing is cut or padded here. Raises DataError for text that is not Unicode."""
        return self._numbered(*_tokens(*_pieces(texts, self.lowercase, self.tokenizer), self.tokenizer))

    def tokens(self, text: str) -> list[str]:
        """The tokens of one text as the network reads them, one for each id; unknown ones are spelled out."""
        pieces = _clean(text, self.lowercase, self.tokenizer).split()
        return [token for token in self.tokenizer.split(pieces) if token != tokens.BREAK]

    def facts(self) -> dict[str, Any]:
        """V and the name of the tokenizer, for data.json."""
        return {"vocabulary_size": len(self), "tokens": self.tokenizer.name}

    def to_json(self) -> str:
        """The vocabulary as JSON; `from_json` gives back an equal one."""
        fields = {"version": _VERSION, "lowercase": self.lowercase, "words": self.words}
        name = self.tokenizer.name
        learned = {} if name == tokens.WORD.name else {"tokens": name, **self.tokenizer.saved()}  # words as the first version had
        return json.dumps({**fields, **learned}, ensure_ascii=False)

    @classmethod
    def from_json(cls, saved: str) -> "Vocabulary":
        """Reads what `to_json` wrote. Raises ModelFileError for anything else."""
        try:
            fields = json.loads(saved)
            version, lowercase, words = fields["version"], fields["lowercase"], tuple(fields["words"])
            "".join(words).encode()
            tokenizer = tokens.restored(fields.get("tokens", tokens.WORD.name), fields)
        except (ValueError, TypeError, KeyError, RecursionError, RuntimeError) as error:
            raise _damaged() from error
        if version != _VERSION:
            message = _("The saved vocabulary has version {found}; this bptt reads version {known}. Use the bptt that wrote it.")
            raise ModelFileError("model.vocabulary-version", message.format(found=version, known=_VERSION))
        if not isinstance(lowercase, bool) or words[:2] != RESERVED or len(set(words)) != len(words):
            raise _damaged()
        if tokenizer.words and words[2:] != tokenizer.words:
            raise _damaged()
        return cls(words, lowercase, tokenizer)

    def _numbered(self, found: Ragged, names: Sequence[str]) -> Ragged:
        """Texts given as ids into `names`, as ids of this vocabulary."""
        ids = np.array([self.ids.get(name, UNKNOWN) for name in names], np.int32)
        return Ragged(ids[found.ids], found.starts)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each token but the reserved."""
        return {word: i for i, word in enumerate(self.words) if i > UNKNOWN}


def words_of(text: str) -> list[str]:
    """The words of one text in their order, as they are written."""
    return Vocabulary(RESERVED, lowercase=False).tokens(text)


def all_words(texts: Sequence[str], lowercase: bool = True) -> tuple[Ragged, list[str]]:
    """Every text whole, as ids of its words, and the words by id: none is rare or unknown here.

    No word crosses white space and few pieces between it differ, so each is split into words but once: of the Large Movie
    Review Dataset 0.2 million in place of 5.8 million. Raises DataError for text that is not Unicode.
    """
    return _tokens(*_pieces(texts, lowercase, tokens.WORD), tokens.WORD)


def _tokens(rows: Ragged, pieces: Sequence[str], tokenizer: tokens.Tokenizer) -> tuple[Ragged, list[str]]:
    """Texts given as ids of their pieces, as ids of their tokens, and the tokens by id."""
    ids = _numbers()
    end = ids[tokens.BREAK]  # 0
    flat = np.fromiter(map(ids.__getitem__, tokenizer.split(pieces)), np.int32)
    ends = np.flatnonzero(flat == end)
    found = Ragged(flat[flat != end] - 1, np.concatenate([[0], ends - np.arange(len(ends))])).take(rows.ids)
    return Ragged(found.steps, found.starts[rows.starts]), list(ids)[1:]


def _frequent(found: Ragged, names: Sequence[str], config: TextConfig) -> list[str]:
    """The tokens that are kept, the most frequent first."""
    counts = np.bincount(found.ids, minlength=len(names)).tolist()
    frequent = sorted((-count, token) for token, count in zip(names, counts, strict=True) if count >= config.min_count)
    if not frequent:
        raise tokens.too_rare(config, len(found))
    return [token for _count, token in frequent[: config.vocabulary_size - len(RESERVED)]]


def _damaged() -> ModelFileError:
    return ModelFileError("model.vocabulary", _("The saved vocabulary is damaged. Use another copy, or train again."))


def _numbers() -> defaultdict[str, int]:
    """A number for each string asked for, in the order they are first asked for."""
    ids: defaultdict[str, int] = defaultdict()
    ids.default_factory = ids.__len__
    return ids


def _pieces(texts: Sequence[str], lowercase: bool, tokenizer: tokens.Tokenizer) -> tuple[Ragged, list[str]]:
    """Texts split at white space: each text as ids of its pieces, and the pieces, every one once."""
    ids, lengths = _numbers(), [0]

    def split(text: str) -> list[str]:
        pieces = _clean(text, lowercase, tokenizer).split()
        lengths.append(len(pieces))
        return pieces

    flat = np.fromiter(map(ids.__getitem__, chain.from_iterable(map(split, texts))), np.int32)
    return Ragged(flat, np.cumsum(lengths, dtype=np.int64)), list(ids)


def _clean(text: str, lowercase: bool, tokenizer: tokens.Tokenizer) -> str:
    try:
        cleaned = normalise(text)
        cleaned.encode()
    except UnicodeEncodeError as error:
        message = _("The text has half of a surrogate pair at character {position}. Give the text as whole Unicode characters.")
        raise DataError("data.not-unicode", message.format(position=error.start)) from error
    spaced = tokenizer.spaced(cleaned)
    return spaced.lower() if lowercase else spaced
