"""What turns the rows of a Dataset into steps of a network, is fitted on the training rows, and is saved with the model."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from bptt.data import spelled
from bptt.data.ragged import Ragged
from bptt.data.text import Vocabulary
from bptt.errors import ModelFileError
from bptt.messages import _


class Encoder(Protocol):
    """Rows of one kind -> steps."""

    def encode(self, rows: Sequence[Any]) -> Ragged:
        """Every row whole: nothing is cut or padded here. Raises DataError for what cannot be read."""

    def tokens(self, row: Any) -> list[str]:
        """The steps of one row, for a person."""

    def facts(self) -> dict[str, int]:
        """Its sizes, for data.json."""

    def to_json(self) -> str:
        """All of it as JSON, from which `from_json` makes an equal one."""


_KINDS: dict[str, Callable[[str], Encoder]] = {"words": Vocabulary.from_json, spelled.KIND: spelled.Spelled.from_json}


def from_json(saved: str) -> Encoder:
    """Reads what the `to_json` of an encoder wrote. Raises ModelFileError for anything else."""
    kind = _kind(saved)
    if kind not in _KINDS:
        message = _("The saved vocabulary is of the kind {kind!r}, which this bptt does not know. Use the bptt that wrote it.")
        raise ModelFileError("model.vocabulary-version", message.format(kind=kind))
    return _KINDS[kind](saved)


def _kind(saved: str) -> str:
    """The kind that `saved` names; words where it names none, as the first files, or is damaged, which their reader tells."""
    try:
        return str(json.loads(saved).get("kind", "words"))
    except (ValueError, AttributeError, RecursionError):
        return "words"
