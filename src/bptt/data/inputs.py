"""What a row may be that a network reads: a text, or tokens. Each kind says what two copies have in common, and its bytes."""

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


@singledispatch
def as_text(row: Any) -> str:
    """The row as one text, for those who look at texts."""
    raise TypeError(type(row))


@identity.register
def _(row: str) -> str:
    """Of a text all but case and white space, which the network does not see either."""
    return "".join(normalise(row).lower().split())


@content.register
def _(row: str) -> bytes:
    return row.encode()


@identity.register
def _(row: tuple) -> str | bytes:
    return identity(" ".join(row))


@content.register
def _(row: tuple) -> bytes:
    return "\0".join(row).encode()


@as_text.register
def _(row: str) -> str:
    return row


@as_text.register
def _(row: tuple) -> str:
    return " ".join(row)
