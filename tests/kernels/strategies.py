"""Random recurrences: shapes, options and arrays on which a wrong kernel cannot pass for a right one.

Weights are never equal and states never zero. Shapes are 1, primes and every other number, not multiples of a vector; more
than 32 rows make several slices, more than 256 rows x steps several chunks, more than 64 units several panels.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from bptt.kernels import Options
from bptt.shapes import Floats, Ids, Mask

MASKS = ("left", "right", "holes", "mixed")


@dataclass(frozen=True)
class Case:
    """What a kernel is compiled for: everything but the arrays' contents."""

    batch: int
    time: int
    features: int
    units: int
    vocabulary: int = 0  # 0: dense inputs; else Tokens that name rows of a (V, D) table
    masked: bool = False
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class Problem:
    """The arrays of a recurrence, and dL/d its two results."""

    options: Options
    inputs: Floats  # (B, T, D); with ids, the (V, D) table
    ids: Ids | None  # (B, T)
    kernel: Floats  # (D, H)
    recurrent_kernel: Floats  # (H, H)
    bias: Floats  # (H,)
    initial_state: Floats  # (B, H)
    mask: Mask | None  # (B, T)
    d_state: Floats  # (B, H)
    d_sequence: Floats  # (B, T, H)

    def cast(self, dtype: str) -> "Problem":
        arrays = {name: value for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        floats = {name: value.astype(dtype) for name, value in arrays.items() if value.dtype.kind == "f"}
        return replace(self, **floats)

    @property
    def dense(self) -> Floats:
        """x (B, T, D), masked steps at 0: the id of such a step may be anything."""
        if self.ids is None:
            return self.inputs
        real = np.ones(self.ids.shape, bool) if self.mask is None else self.mask
        return np.where(real[..., None], self.inputs[np.where(real, self.ids, 0)], 0.0)


def draw_mask(kind: str, batch: int, time: int, rng: np.random.Generator) -> Mask:
    """True where real. "mixed": rows of every kind, among them full rows and rows without a real step."""
    step, padding = np.arange(time), rng.integers(0, time, (batch, 1))
    kinds = {"left": step >= padding, "right": step < time - padding, "holes": rng.random((batch, time)) < 0.6}
    if kind != "mixed":
        return kinds[kind]
    parts = np.stack([*kinds.values(), np.ones((batch, time), bool), np.zeros((batch, time), bool)])
    return parts[(np.arange(batch) + rng.integers(5)) % 5, np.arange(batch)]


def draw_problem(case: Case, mask: str = "mixed", seed: int = 0) -> Problem:
    """Arrays for `case`. The recurrence neither dies nor explodes, so that step 300 still feels step 1."""
    rng = np.random.default_rng(seed)
    batch, time, features, units = case.batch, case.time, case.features, case.units
    ids = rng.integers(0, case.vocabulary, (batch, time), dtype=np.int32) if case.vocabulary else None
    inputs = (case.vocabulary, features) if case.vocabulary else (batch, time, features)
    return Problem(
        case.options,
        rng.normal(size=inputs),
        ids,
        rng.normal(size=(features, units)) / np.sqrt(features),
        rng.normal(size=(units, units)) / np.sqrt(units),
        rng.normal(size=units) / 2,
        rng.normal(size=(batch, units)),
        draw_mask(mask, batch, time, rng) if case.masked else None,
        rng.normal(size=(batch, units)),
        rng.normal(size=(batch, time, units)),
    )


def cases() -> st.SearchStrategy[Case]:
    few, many = st.integers(1, 20), st.sampled_from([31, 33, 64, 65, 101])
    long = st.sampled_from([1, 2, 257, 300])
    options: Any = st.builds(
        Options,
        activation=st.sampled_from(["tanh", "relu"]),
        go_backwards=st.booleans(),
        zero_output_for_mask=st.booleans(),
        return_sequences=st.booleans(),
    )
    sizes = dict.fromkeys(("batch", "features", "units"), few | many)
    return st.builds(
        Case, **sizes, time=few | long, vocabulary=st.sampled_from([0, 0, 1, 7, 500]), masked=st.booleans(), options=options
    )
