"""The noun of this stage: what a network reads, what it is to answer, and where each row came from."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.data.inputs import content
from bptt.data.targets import Targets


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be used: its place as `reviews.csv:12`, its line (none for a text that is a file of its own), and why."""

    origin: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.origin} {self.reason}"


@dataclass(frozen=True)
class Dataset:
    """N rows with their answers.

    inputs: N rows as they came, of one kind that `inputs.identity` knows; targets: N answers; origins: N places, as
    `reviews.csv:12`; notes: sentences on what was left out while reading, for the user; rejected: the rows left out as unusable.
    """

    inputs: list[Any]
    targets: Targets
    origins: list[str]
    notes: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def classes(self) -> tuple[str, ...]:
        """The K names that an answer chooses from; none where it is a number."""
        return self.targets.names

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> "Dataset":
        """The rows named, in the order named; notes and rejected rows stay with the whole."""
        indices = np.asarray(rows, np.int64)
        inputs, origins = [self.inputs[i] for i in indices], [self.origins[i] for i in indices]
        return Dataset(inputs, self.targets.take(indices), origins)

    def fingerprint(self) -> str:
        """SHA-256 of inputs and answers in their order: two data sets with the same fingerprint train the same."""
        digest = hashlib.sha256()
        for number, row in enumerate(self.inputs):
            encoded, word = content(row), self.targets.word(number)
            digest.update(b"%d %d %s" % (len(encoded), len(word), word.encode()))
            digest.update(encoded)
        return digest.hexdigest()
