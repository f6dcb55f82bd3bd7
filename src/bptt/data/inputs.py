"""What a row may be that a network reads: a text, tokens, or numbers (T, D). Each kind says what two copies have in common, its
bytes, and how it is shown."""

from functools import singledispatch
from typing import Any

import numpy as np

from bptt.data.text import normalise
from bptt.messages import _

_SHOWN = 24  # numbers of a row


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
def _text_1(row: str) -> str:
    """Of a text all but case and white space, which the network does not see either."""
    return "".join(normalise(row).lower().split())


@content.register
def _text_2(row: str) -> bytes:
    return row.encode()


@identity.register
def _tokens_3(row: tuple) -> str | bytes:
    return identity(" ".join(row))


@content.register
def _tokens_4(row: tuple) -> bytes:
    return "\0".join(row).encode()


@as_text.register
def _text_5(row: str) -> str:
    return row


@as_text.register
def _tokens_6(row: tuple) -> str:
    return " ".join(row)


@identity.register
def _numbers_7(row: np.ndarray) -> bytes:
    return b"%d " % row.shape[1] + row.tobytes()


@content.register
def _numbers_8(row: np.ndarray) -> bytes:
    return b"%d " % row.shape[1] + row.tobytes()


@as_text.register
def _numbers_9(row: np.ndarray) -> str:
    """The first numbers."""
    shown = " ".join(f"{value:g}" for value in row.ravel()[:_SHOWN].tolist())
    return f"{row.shape}: {shown}" + (" …" if row.size > _SHOWN else "")


@singledispatch
def kind(row: Any) -> str:
    """What a row is, in a word: rows of one data set are of one kind."""
    return type(row).__name__


@kind.register
def _numbers_10(row: np.ndarray) -> str:
    return _("numbers, {width} a step").format(width=row.shape[1])


@singledispatch
def words(row: Any) -> list[str]:
    """A word for each step, to be shown."""
    return list(row)


@words.register
def _steps(row: np.ndarray) -> list[str]:
    """The number of each step, from 1."""
    return [str(number) for number in range(1, 1 + len(row))]
