"""The training rows that look most alike to the network: their features before the head are near."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.data import Dataset, Ragged
from bptt.data.inputs import as_text
from bptt.evaluation import Predictor
from bptt.explaining.explanation import Neighbour

REMEMBERED, FOUND = 1000, 5  # training rows that are compared, and told
TEXT = 400  # characters of a row that are told
TINY = 1e-12


@dataclass(frozen=True)
class Memory:
    """M training rows, and the direction (M, H) of each one's features."""

    rows: Dataset
    directions: NDArray[np.float32]
    of: int  # rows of the training part that they were drawn from

    @classmethod
    def of_rows(cls, predictor: Predictor, reader: keras.Model, train: Dataset) -> "Memory":
        """That of REMEMBERED of the rows `train` at most, in even distances; reader: `before_head` of the predictor's model."""
        drawn = np.linspace(0, len(train) - 1, min(len(train), REMEMBERED)).round().astype(int)
        rows = train.take(np.unique(drawn))
        found = run(predictor, reader, predictor.encoder.encode(rows.inputs))
        return cls(rows, _directions(np.stack(found)), len(train))

    def nearest(self, features: NDArray[Any]) -> list[Neighbour]:
        """The FOUND rows whose features have the smallest angle to `features` (H,), the nearest first."""
        similar = self.directions @ _directions(features[None])[0]
        order = np.argsort(-similar, kind="stable")[:FOUND].tolist()
        return [
            Neighbour(
                text=as_text(self.rows.inputs[row])[:TEXT],
                label=self.rows.targets.word(row),
                origin=self.rows.origins[row],
                similarity=round(float(similar[row]), 4),
            )
            for row in order
        ]


def run(predictor: Predictor, part: keras.Model, encoded: Ragged) -> list[NDArray[Any]]:
    """What a `part` of the predictor's model gives for N rows as steps, in their order: (...) each; of real steps alone where it
    gives something at every step."""
    per_step = len(part.output_shape) == 3
    found: list[Any] = [None] * len(encoded)
    for batch in predictor.padded(encoded).epoch(0):
        for row, one, real in zip(batch.rows, np.asarray(part.predict_on_batch(batch.inputs)), batch.real, strict=True):
            found[row] = one[real] if per_step else one
    return found


def _directions(features: NDArray[Any]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return (features / np.maximum(lengths, TINY)).astype(np.float32)
