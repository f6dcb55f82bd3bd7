"""What a row may be that a network reads: here a text. Each kind says what two copies have in common, and its bytes."""

from functools import singledispatch
from typing import Any

from bptt.data.text import normalise


@singledispatch
def identity(row: Any) -> str | bytes:
    """What two copies of a row have in common."""
    raise TypeError(type(row))


@singledispatch
def content(row: Any) -> bytes:
    """The row as it came, for a fingerprint."""
    raise TypeError(type(row))


@identity.register
def _(row: str) -> str:
    """Of a text all but case and white space, which the network does not see either."""
    return "".join(normalise(row).lower().split())


@content.register
def _(row: str) -> bytes:
    return row.encode()
