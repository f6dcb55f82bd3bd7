"""Rows of numbers -> steps: what is measured at each step, on one scale."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bptt.data.ragged import Ragged
from bptt.errors import DataError, ModelFileError
from bptt.messages import _
from bptt.shapes import KNOWN

KIND = "numbers"
_SMALLEST = 1e-6  # a deviation below it is none: the number is the same at every step


@dataclass(frozen=True)
class Scaled:
    """mean, deviation: (D,) of each number over all steps of the training rows; a step is (number - mean) / deviation."""

    reads: ClassVar[type] = np.ndarray
    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def fit_encode(cls, rows: Sequence[NDArray[np.float32]]) -> tuple["Scaled", Ragged]:
        """Of the training rows, each (T, D), and these as steps."""
        steps = np.concatenate(rows).astype(np.float64)
        deviation = steps.std(axis=0)
        deviation[deviation < _SMALLEST] = 1.0
        encoder = cls(tuple(steps.mean(axis=0).tolist()), tuple(deviation.tolist()))
        return encoder, encoder.encode(rows)

    def encode(self, rows: Sequence[NDArray[np.float32]]) -> Ragged:
        """steps: (S, 1 + D) float32, KNOWN and the D numbers. Raises DataError for a row of another width."""
        for number, row in enumerate(rows):
            if row.shape[1] != len(self.mean):
                message = _("row {number} has {came} numbers a step; expected {expected}, as in training.")
                raise DataError("data.width", message.format(number=number + 1, came=row.shape[1], expected=len(self.mean)))
        flat = np.concatenate([*rows, np.empty((0, len(self.mean)))])
        steps = np.full((len(flat), 1 + len(self.mean)), KNOWN, np.float32)
        steps[:, 1:] = (flat - np.array(self.mean)) / np.array(self.deviation)
        return Ragged(steps, np.cumsum([0, *map(len, rows)], dtype=np.int64))

    @property
    def ids(self) -> dict[str, int]:
        """None: no step is a word."""
        return {}

    def tokens(self, row: NDArray[np.float32]) -> list[str]:
        """Each step's numbers."""
        return [" ".join(f"{value:g}" for value in step) for step in row]

    def facts(self) -> dict[str, int]:
        """D."""
        return {"numbers": len(self.mean)}

    def to_json(self) -> str:
        """All of it as JSON; `from_json` gives back an equal one."""
        return json.dumps({"kind": KIND, "mean": self.mean, "deviation": self.deviation})

    @classmethod
    def from_json(cls, saved: str) -> "Scaled":
        """Reads what `to_json` wrote. Raises ModelFileError for anything else."""
        try:
            fields = json.loads(saved)
            mean, deviation = (tuple(map(float, fields[key])) for key in ("mean", "deviation"))
            if len(mean) != len(deviation) or not mean:
                raise ValueError
        except (ValueError, TypeError, KeyError) as error:
            message = _("The saved scale of the numbers is damaged. Use another copy, or train again.")
            raise ModelFileError("model.vocabulary", message) from error
        return cls(mean, deviation)
