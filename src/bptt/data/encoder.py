"""What turns the rows of a Dataset into steps of a network, is fitted on the training rows, and is saved with the model."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import singledispatch
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bptt.data import scaled, spelled
from bptt.data.config import TextConfig
from bptt.data.ragged import Ragged
from bptt.data.text import Vocabulary
from bptt.errors import DataError, ModelFileError
from bptt.messages import _


class Encoder(Protocol):
    """Rows of one kind, of type `reads`, -> steps."""

    @property
    def reads(self) -> type: ...

    def encode(self, rows: Sequence[Any]) -> Ragged:
        """Every row whole: nothing is cut or padded here. Raises DataError for what cannot be read."""

    @property
    def ids(self) -> Mapping[str, int]:
        """The id of each word that is known."""

    def tokens(self, row: Any) -> list[str]:
        """The steps of one row, for a person."""

    def facts(self) -> dict[str, Any]:
        """What it is and its sizes, for data.json."""

    def to_json(self) -> str:
        """All of it as JSON, from which `from_json` makes an equal one."""


def fit_encode(rows: Sequence[Any], text: TextConfig) -> tuple[Encoder, Ragged]:
    """What turns the training rows, all of one kind, into steps, and these as steps. Raises DataError."""
    return _fit_encode(rows[0], rows, text)


@singledispatch
def _fit_encode(first: Any, rows: Sequence[Any], text: TextConfig) -> tuple[Encoder, Ragged]:
    raise TypeError(type(first))


@_fit_encode.register
def _of_texts(first: str, rows: Sequence[str], text: TextConfig) -> tuple[Encoder, Ragged]:
    return Vocabulary.fit_encode(rows, text)


@_fit_encode.register
def _of_tokens(first: tuple, rows: Sequence[tuple[str, ...]], text: TextConfig) -> tuple[Encoder, Ragged]:
    return spelled.Spelled.fit_encode(rows, text)


@_fit_encode.register
def _of_numbers(first: np.ndarray, rows: Sequence[NDArray[np.float32]], text: TextConfig) -> tuple[Encoder, Ragged]:
    return scaled.Scaled.fit_encode(rows)


_KINDS: dict[str, Callable[[str], Encoder]] = {
    "words": Vocabulary.from_json,
    spelled.KIND: spelled.Spelled.from_json,
    scaled.KIND: scaled.Scaled.from_json,
}


def from_json(saved: str) -> Encoder:
    """Reads what the `to_json` of an encoder wrote. Raises ModelFileError for anything else."""
    kind = _kind(saved)
    if kind not in _KINDS:
        message = _("The saved vocabulary is of the kind {kind!r}, which this bptt does not know. Use the bptt that wrote it.")
        raise ModelFileError("model.vocabulary-version", message.format(kind=kind))
    return _KINDS[kind](saved)


def check_kind(encoder: Encoder, rows: Sequence[Any]) -> None:
    """Raises DataError for a row that is not of the kind that `encoder` reads."""
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, encoder.reads):
            words = {str: _("a text"), tuple: _("tokens"), np.ndarray: _("numbers")}
            message = _("row {number} is {came}; this model reads {expected}.")
            came = words.get(type(row), type(row).__name__)
            raise DataError("data.kind", message.format(number=number, came=came, expected=words[encoder.reads]))


def _kind(saved: str) -> str:
    """The kind that `saved` names; words where it names none, as the first files, or is damaged, which their reader tells."""
    try:
        return str(json.loads(saved).get("kind", "words"))
    except (ValueError, AttributeError, RecursionError):
        return "words"
