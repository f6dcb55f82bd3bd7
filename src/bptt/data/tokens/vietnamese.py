"""Vietnamese words, whose syllables white space parts: underthesea finds them, and an underscore joins them (sinh_viên)."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from bptt.data.config import TextConfig
from bptt.errors import DataError
from bptt.messages import _

from .patterns import WORD

_BETWEEN_LETTERS = regex.compile(r"(?<=[\p{L}\p{M}]) (?=\p{L})")
_LONGEST = 30  # characters: a longer piece holds no syllable, and underthesea's patterns take the square of its length


@dataclass(frozen=True)
class Vietnamese:
    """version: of the underthesea that the training texts were read with; none before."""

    version: str = ""
    name: str = field(default="vi", init=False)
    words: tuple[str, ...] = field(default=(), init=False)

    @classmethod
    def restored(cls, saved: Mapping[str, Any]) -> "Vietnamese":
        """Reads what `saved` wrote. Raises KeyError or ValueError for anything else."""
        if not isinstance(saved["underthesea"], str):
            raise ValueError(saved["underthesea"])
        return cls(saved["underthesea"])

    def spaced(self, text: str) -> str:
        runs = groupby(text.split(), lambda piece: len(piece) <= _LONGEST)
        return " ".join(self._joined(" ".join(run)) if short else " ".join(run) for short, run in runs)

    def learned(self, pieces: Sequence[str], counts: NDArray[np.int64], rows: int, config: TextConfig) -> "Vietnamese":
        return Vietnamese(_underthesea().__version__)

    def split(self, pieces: Sequence[str]) -> Iterator[str]:
        return WORD.split(pieces)

    def saved(self) -> dict[str, str]:
        return {"underthesea": self.version}

    def _joined(self, text: str) -> str:
        return " ".join(_BETWEEN_LETTERS.sub("_", word) for word in self._segment(text))

    @cached_property
    def _segment(self) -> Callable[[str], list[str]]:
        found = _underthesea()
        if self.version and found.__version__ != self.version:
            message = _("The model read its texts with underthesea {was}; here is {found}, which may part words another way.")
            warnings.warn(message.format(was=self.version, found=found.__version__), stacklevel=2)
        return found.word_tokenize


def _underthesea() -> Any:
    try:
        import underthesea  # a second that no other tokenizer should pay
    except ImportError as error:
        message = _("text.tokens = \"vi\" needs a package that is not installed. Install it: pip install 'bptt[vi]'")
        raise DataError("data.missing-extra", message) from error
    return underthesea
