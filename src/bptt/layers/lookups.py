"""Which array is the output of which Embedding: so that a recurrence may read ids and the table instead of the array.

Ids name few distinct words, so `table[word] @ W` once a word replaces `x @ W` once a step, and XLA drops the gather that
nobody reads. JAX's tracers take no attributes, hence a side table by identity; an entry goes with its array.
"""

import weakref
from typing import Any

from bptt.kernels import Tokens
from bptt.layers.backend import native

_tokens: dict[int, tuple[Tokens, Any]] = {}


def remember(output: Any, ids: Any, table: Any) -> None:
    """Notes that `output` (B, T, D) is `table[ids]`, or that rounded to the dtype of `output`."""
    key, tokens = id(output), Tokens(ids, table)
    _tokens[key] = tokens, native.standing(output, tokens)
    weakref.finalize(output, _tokens.pop, key, None)


def recall(output: Any) -> Tokens | None:
    """The ids and the table that `output` was looked up with; None for any other array, and where one of them is no longer
    what it was."""
    tokens, standing = _tokens.get(id(output), (None, None))
    return tokens if tokens is not None and standing is not None and native.standing(output, tokens) == standing else None
