"""How rows are read that have no label: each text is its own answer, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bptt.data.reading import OfText, text_of
from bptt.data.suggest import listed
from bptt.errors import ConfigError
from bptt.messages import _


@dataclass(frozen=True)
class Itself:
    """N rows, each its own answer. values: none but the rows themselves, which the batches have as steps."""

    rows: int
    values: None = None
    names: tuple[str, ...] = ()

    def take(self, rows: NDArray[np.int64]) -> "Itself":
        return Itself(len(rows))

    def strata(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """One group."""
        return np.zeros(self.rows, np.int64), (_("rows"),)

    def counts(self) -> dict[str, int]:
        return {}

    def word(self, row: int) -> str:
        return ""


class Unlabelled(OfText):
    """A text."""

    labelled = False

    def row(self, text: object, label: object) -> tuple[str, None]:
        return text_of(text), None

    def fits(self, values: Sequence[object]) -> bool:
        return False

    def wanted(self) -> str:
        return _("nothing")

    def names(self, source: str, labels: Sequence[None], given: tuple[str, ...] = ()) -> tuple[str, ...]:
        if given:
            message = _("data.classes: {classes} came, but texts without labels have none. Leave it empty.")
            raise ConfigError("config.classes", message.format(classes=listed(given)))
        return ()

    def targets(self, labels: Sequence[None], origins: Sequence[str], names: tuple[str, ...]) -> Itself:
        return Itself(len(labels))


UNLABELLED = Unlabelled()
