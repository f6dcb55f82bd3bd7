"""What is measured: the rows, their data and their weights, the same bits for every peer. NumPy alone.

Axes: B batch, T time, D input features, H units, V vocabulary, G gates of a cell (1, 4, 3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

V, D = 10_000, 128
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
RATE = 0.5  # of SGD: the one optimizer whose step is the same in every library, so that the step timed is the step checked
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Row:
    """A model or a layer. `kind`: "ids" (Embedding, cell, Dense(1)), "features" (every step of the cell, Dense(1)), "layer"."""

    cell: str
    units: int = 64
    kind: str = "ids"
    short: bool = False  # right padding, masked: lengths 5 to 100 of 200
    both_ways: bool = False
    batch: int = 128
    time: int = 200
    tasks: tuple[str, ...] = ("train", "predict")

    @property
    def batches(self) -> int:
        """How many there are data for."""
        return 16 if self.kind == "ids" else 8 if self.kind == "features" else 1

    def most(self, task: str) -> int:
        """How many steps a turn may have: `fit` and `predict` go through the data once, the others again and again."""
        return self.batches if task in ("train", "predict") and self.batch > 1 else 1000

    @property
    def name(self) -> str:
        words = [self.cell, str(self.units), self.kind, *["short"] * self.short, *["both-ways"] * self.both_ways]
        return "-".join([*words, *[f"batch{self.batch}"] * (self.batch != 128)])


@dataclass(frozen=True)
class Run:
    """What a peer makes of a row and a task: `check` does it once and returns the arrays, `turn(count)` does it count times.

    The arrays: of "train" the weights after one step on the first batch, of "predict" and "forward" the "answer" to it, of
    "gradients" the answer and the gradients of x and of each weight, of "stream" the answer after the first row's last step.
    """

    check: Callable[[], dict[str, Any]]
    turn: Callable[[int], Any]


def rows() -> list[Row]:
    """Every row, section by section."""
    cells = tuple(GATES)
    return [
        *(Row(cell) for cell in cells),
        *(Row(cell, kind="features") for cell in cells),
        Row("lstm", both_ways=True),
        *(Row(cell, short=True) for cell in cells),
        *(Row(cell, units=256) for cell in cells),
        *(Row(cell, kind="layer", tasks=("gradients", "forward")) for cell in cells),
        *(Row(cell, units=256, kind="layer", tasks=("gradients", "forward")) for cell in cells),
        *(Row(cell, batch=1, tasks=("predict", "stream")) for cell in cells),
    ]


def data(row: Row) -> Arrays:
    """`x`: ids (N, T) or features (N, T, D), N = B batches; `y`: the truth (N, 1) or (N, T, 1); `dy` of a layer (B, T, H)."""
    rng = np.random.default_rng(0)
    count = row.batch * row.batches
    if row.kind != "ids":
        x: Any = rng.normal(size=(count, row.time, D)).astype("float32")
    else:  # Zipf-like: text repeats its words, uniform noise does not
        x = (np.minimum(rng.zipf(1.2, (count, row.time)), 10**6) % (V - 1) + 1).astype("int32")
    if row.short:
        lengths = rng.integers(5, row.time // 2, count, endpoint=True)
        x = np.where(np.arange(row.time) < lengths[:, None], x, 0).astype("int32")
    truth = (count, 1) if row.kind == "ids" else (count, row.time, 1)
    arrays = {"x": x, "y": rng.integers(0, 2, truth).astype("float32")}
    if row.kind == "layer":
        arrays["dy"] = rng.normal(size=(row.batch, row.time, row.units)).astype("float32")
    return arrays


def weights(row: Row) -> Arrays:
    """In Keras's layouts: kernel (D, G H), recurrent (H, G H), bias (G H,), of a GRU (2, 3 H); gates i f c o and z r h."""
    rng = np.random.default_rng(1)

    def uniform(bound: float, *shape: int) -> np.ndarray:
        return rng.uniform(-bound, bound, shape).astype("float32")

    arrays = {"table": uniform(0.1, V, D)} if row.kind == "ids" else {}
    width = GATES[row.cell] * row.units
    for way in ("", "_back") if row.both_ways else ("",):
        arrays["kernel" + way] = uniform((6 / (D + width)) ** 0.5, D, width)
        arrays["recurrent" + way] = uniform((1 / row.units) ** 0.5, row.units, width)
        arrays["bias" + way] = uniform(0.1, *((2, width) if row.cell == "gru" else (width,)))
    if row.kind != "layer":
        arrays["dense"] = uniform(0.2, row.units * (2 if row.both_ways else 1), 1)
        arrays["dense_bias"] = uniform(0.1, 1)
    return arrays
