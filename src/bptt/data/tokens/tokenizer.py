"""What a tokenizer must say; `Vocabulary` asks it and never its name."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bptt.data.config import TextConfig
from bptt.errors import DataError
from bptt.messages import _

BREAK = "\n"  # stands behind the tokens of each piece; no piece has one inside
START = "▁"  # a token, or the beginning of one, that opens a piece (U+2581, as SentencePiece has it)


class Tokenizer(Protocol):
    """Text -> tokens. A piece is what stands between white space: no token crosses it, so each piece is read but once.

    name: as in the configuration; words: all tokens there are, by id from 2, where they are not those that the texts show.
    """

    @property
    def name(self) -> str: ...

    @property
    def words(self) -> Sequence[str]: ...

    def spaced(self, text: str) -> str:
        """`text`, NFC and in its own case, with white space wherever tokens may part and nowhere else. Raises DataError."""

    def learned(self, pieces: Sequence[str], counts: NDArray[np.int64], rows: int, config: TextConfig) -> "Tokenizer":
        """What `rows` training texts teach; counts: (P,), how often each of the P pieces stands in them. Raises DataError."""

    def split(self, pieces: Sequence[str]) -> Iterator[str]:
        """The tokens of all pieces, BREAK behind those of each."""

    def saved(self) -> dict[str, str]:
        """What was learned, from which `tokens.restored` makes an equal one."""


def too_rare(config: TextConfig, rows: int) -> DataError:
    """No word of `rows` texts is frequent enough."""
    message = _("No word occurs {count} times in the {rows} training texts. Lower text.min_count, or bring more rows.")
    return DataError("data.no-words", message.format(count=config.min_count, rows=rows))
