"""Text -> tokens: one file a way to part it, and the only place that knows them; `named` and `restored` give one by its name."""

from collections.abc import Mapping
from typing import Any

from .patterns import CHARACTER, SYLLABLE, WORD
from .subwords import Subwords
from .tokenizer import BREAK, Tokenizer, too_rare
from .vietnamese import Vietnamese

__all__ = ["BREAK", "WORD", "Tokenizer", "named", "restored", "too_rare"]

_TOKENIZERS: dict[str, Tokenizer] = {
    one.name: one for one in (WORD, SYLLABLE, CHARACTER, Subwords("bpe"), Subwords("unigram"), Vietnamese())
}


def named(name: str) -> Tokenizer:
    """The tokenizer of that name, one of `TextConfig.tokens`, which has learned nothing yet."""
    return _TOKENIZERS[name]


def restored(name: str, saved: Mapping[str, Any]) -> Tokenizer:
    """The tokenizer of that name with what it had `saved`. Raises KeyError, TypeError, ValueError or RuntimeError where this is
    damaged."""
    tokenizer = _TOKENIZERS[name]
    if isinstance(tokenizer, Subwords):
        return Subwords.restored(name, saved)
    return Vietnamese.restored(saved) if isinstance(tokenizer, Vietnamese) else tokenizer
