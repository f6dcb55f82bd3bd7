"""Parts of words, learned from the training texts by SentencePiece: byte-pair encoding and the unigram model.

Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016): the most frequent pair of
neighbours becomes one token, again and again. Kudo, "Subword Regularization" (2018): of all frequent substrings those are kept
whose unigram model gives the texts the highest likelihood; a word is split the most likely way.
"""

import base64
import io
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bptt.data.config import TextConfig
from bptt.errors import DataError
from bptt.messages import _
from bptt.shapes import PADDING, UNKNOWN

from .tokenizer import BREAK, START, too_rare

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

_KEPT_BACK = "\0\u2585"  # SentencePiece's own marks: a piece with one of them teaches nothing
_LONGEST = 100  # characters: a longer piece is no word and teaches nothing
_PART = 16  # characters of a token, at most
_SEEDS = 10  # substrings that the unigram model chooses each token from
_BLOCK = 10_000  # pieces read at once
_PATH = 200  # characters of a path that SentencePiece notes in its model: as long every time, and then blotted out
_OPTIONS: dict[str, Any] = {
    "normalization_rule_name": "identity",  # the texts come as they are to be read
    "character_coverage": 1.0,
    "max_sentencepiece_length": _PART,
    "max_sentence_length": 2**30,
    "hard_vocab_limit": False,
    "pad_id": PADDING,
    "unk_id": UNKNOWN,
    "bos_id": -1,
    "eos_id": -1,
    "num_threads": 1,  # the sums of another number of threads are others
    "minloglevel": 2,
}


@dataclass(frozen=True)
class Subwords:
    """name: "bpe" or "unigram"; model: SentencePiece's, as it writes it; empty before anything is learned."""

    name: str
    model: bytes = b""

    @classmethod
    def restored(cls, name: str, saved: Mapping[str, Any]) -> "Subwords":
        """Reads what `saved` wrote. Raises KeyError, TypeError, ValueError or RuntimeError for anything else."""
        tokenizer = cls(name, base64.b64decode(saved["model"], validate=True))
        if not tokenizer.words:
            raise ValueError(saved["model"])
        return tokenizer

    def spaced(self, text: str) -> str:
        return text

    def learned(self, pieces: Sequence[str], counts: NDArray[np.int64], rows: int, config: TextConfig) -> "Subwords":
        frequent = {
            piece: count
            for piece, count in zip(pieces, counts.tolist(), strict=True)
            if count >= config.min_count and len(piece) <= _LONGEST and not set(_KEPT_BACK) & set(piece) and piece != START
        }
        if not frequent:
            raise too_rare(config, rows)
        alphabet = len({START}.union(*frequent)) + 2
        if alphabet > config.vocabulary_size:
            message = _(
                "text.vocabulary_size: {came} came, and the characters of the training texts alone are {least} with padding and "
                "unknown. Give at least {least}, or raise text.min_count."
            )
            raise DataError("data.alphabet", message.format(came=config.vocabulary_size, least=alphabet))
        return Subwords(self.name, _train(self.name, frequent, config.vocabulary_size))

    def split(self, pieces: Sequence[str]) -> Iterator[str]:
        for start in range(0, len(pieces), _BLOCK):
            for tokens in self._processor.encode(list(pieces[start : start + _BLOCK]), out_type=str):
                yield from tokens
                yield BREAK

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(map(self._processor.id_to_piece, range(2, len(self._processor)))) if self.model else ()

    def saved(self) -> dict[str, str]:
        return {"model": base64.b64encode(self.model).decode()}

    @cached_property
    def _processor(self) -> "SentencePieceProcessor":
        from sentencepiece import SentencePieceProcessor  # a tenth of a second that no other tokenizer should pay

        return SentencePieceProcessor(model_proto=self.model)


def _train(name: str, pieces: Mapping[str, int], size: int) -> bytes:
    """SentencePiece's model of at most `size` tokens for `pieces` with their counts; the same to the bit every time."""
    from sentencepiece import SentencePieceTrainer

    model = io.BytesIO()
    lines = (f"{piece}\t{count}" for piece, count in pieces.items())
    options = _OPTIONS | {"model_type": name, "vocab_size": size}
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder, "seeds".ljust(_PATH - len(folder), "_"))
        if name == "unigram":
            seeds.write_text(
                "".join(f"{part}\t{count}\n" for part, count in _substrings(pieces, _SEEDS * size)), encoding="utf-8"
            )
            options["seed_sentencepieces_file"] = str(seeds)
        SentencePieceTrainer.train(sentence_iterator=lines, input_format="tsv", model_writer=model, **options)
    path = str(seeds).encode()
    return model.getvalue().replace(path, b"_" * len(path))


def _substrings(pieces: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    """Every character and the `most` substrings that cover most text, with their counts.

    SentencePiece's own search passes over what is always followed by the same character: every syllable that white space ends.
    """
    counts: Counter[str] = Counter()
    for piece, count in pieces.items():
        whole = START + piece
        for start in range(len(whole)):
            for end in range(start + 1, min(start + _PART, len(whole)) + 1):
                counts[whole[start:end]] += count
    ranked = sorted(counts.items(), key=lambda part: (-len(part[0]) * part[1], part[0]))
    return [part for rank, part in enumerate(ranked) if rank < most or len(part[0]) == 1]
