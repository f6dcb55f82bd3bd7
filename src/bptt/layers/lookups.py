"""Which array is the output of which Embedding: so that a recurrence may read ids and the table instead of the array.

Ids name few distinct words, so `table[word] @ W` once a word replaces `x @ W` once a step, and XLA drops the gather that
nobody reads. JAX's tracers take no attributes, hence a side table by identity; an entry goes with its array.
"""

import weakref
from typing import Any

import jax

from bptt.kernels import Tokens

_tokens: dict[int, Tokens] = {}


def remember(output: Any, ids: Any, table: Any) -> None:
    """Notes that `output` (B, T, D) is `table[ids]`."""
    key = id(output)
    _tokens[key] = Tokens(ids, table)
    weakref.finalize(output, _tokens.pop, key, None)


def recall(output: Any) -> Tokens | None:
    """The ids and the table that `output` was looked up with; None for any other array, and where the table has been given
    away: a training step donates the old weights to the new ones."""
    tokens = _tokens.get(id(output))
    return None if tokens is None or _given_away(tokens.table) else tokens


def _given_away(table: Any) -> bool:
    return not isinstance(table, jax.core.Tracer) and table.is_deleted()
