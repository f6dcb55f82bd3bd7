"""The noun of this stage: texts, their classes, and where each row came from."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
    """N labelled texts.

    texts: N texts as they came; labels: (N,) int32, an index into `classes`; origins: N places, as `reviews.csv:12`;
    notes: sentences on what was left out while reading, for the user; rejected: the rows left out as unusable.
    """

    texts: list[str]
    labels: NDArray[np.int32]
    classes: tuple[str, ...]
    origins: list[str]
    notes: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> "Dataset":
        """The rows named, in the order named; notes and rejected rows stay with the whole."""
        indices = np.asarray(rows, np.int64)
        texts, origins = [self.texts[i] for i in indices], [self.origins[i] for i in indices]
        return Dataset(texts, self.labels[indices], self.classes, origins)

    def rows_per_class(self) -> dict[str, int]:
        """How many rows each class has."""
        counts = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, counts.tolist(), strict=True))

    def fingerprint(self) -> str:
        """SHA-256 of texts and labels in their order: two data sets with the same fingerprint train the same."""
        digest = hashlib.sha256()
        for text, label in zip(self.texts, self.labels.tolist(), strict=True):
            encoded = text.encode()
            digest.update(b"%d %d %s" % (len(encoded), len(self.classes[label]), self.classes[label].encode()))
            digest.update(encoded)
        return digest.hexdigest()
