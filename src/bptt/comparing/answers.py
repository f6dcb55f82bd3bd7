"""What each judged row of a run counts, kept in answers.safetensors: rows are known by a digest, so that no text is in it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bptt.bundle import load_weights, save_weights
from bptt.data import Dataset
from bptt.data.inputs import identity
from bptt.data.splits import Part
from bptt.evaluation.measures import Counts
from bptt.record import ANSWERS, Run

DIGEST = 8  # bytes


@dataclass(frozen=True)
class Judged:
    """N rows: `keys` (N,) uint64 that tell them apart by text and label, and what each counts."""

    keys: NDArray[np.uint64]
    counts: Counts

    def take(self, rows: NDArray[np.int64]) -> "Judged":
        """The rows named, in the order named."""
        return Judged(self.keys[rows], {name: values[rows] for name, values in self.counts.items()})


def judged(rows: Dataset, counts: Counts) -> Judged:
    """`rows` and what each counts. Two copies of a row have keys of their own: the second is the second again in any run."""
    seen: dict[bytes, int] = {}
    keys = []
    for number, row in enumerate(rows.inputs):
        told = identity(row)
        whole = (told.encode() if isinstance(told, str) else told) + b"\0" + rows.targets.word(number).encode()
        seen[whole] = seen.get(whole, 0) + 1
        keys.append(hashlib.sha256(whole + b"\0%d" % seen[whole]).digest()[:DIGEST])
    return Judged(np.frombuffer(b"".join(keys), "<u8").astype(np.uint64), counts)


def save(run: Run, parts: Mapping[Part, Judged]) -> None:
    """Keeps `parts` with the run."""
    arrays = {f"{part}/{name}": values for part, one in parts.items() for name, values in one.counts.items()}
    keys = {f"{part}/keys": one.keys.view(np.int64) for part, one in parts.items()}
    save_weights(run.path / ANSWERS, arrays | keys, {})


def load(run: Run) -> dict[Part, Judged]:
    """What `save` kept; nothing where the run has none. Raises ModelFileError where it is damaged."""
    if not (run.path / ANSWERS).exists():
        return {}
    arrays, _texts = load_weights(run.path / ANSWERS)
    names: list[Part] = ["test", "validation"]
    found: dict[Part, Judged] = {}
    for part in names:
        own = {name.removeprefix(f"{part}/"): values for name, values in arrays.items() if name.startswith(f"{part}/")}
        if own:
            found[part] = Judged(own.pop("keys").view(np.uint64), own)
    return found
