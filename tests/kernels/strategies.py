"""Random recurrences: cells, shapes, options and arrays on which a wrong kernel cannot pass for a right one.

Weights are never equal and states never zero. Shapes are 1, primes and every other number, not multiples of a vector; more
than 32 rows make several slices, more than 256 rows x steps several chunks, more than 64 units several panels.
"""

import functools
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import numpy as np
from hypothesis import strategies as st

from bptt.kernels import Options
from bptt.kernels.options import ACTIVATIONS, CELLS, GATES, STATES, Drops, Norm, Weights
from bptt.shapes import Floats, Ids, Mask

MASKS = ("left", "right", "holes", "mixed")
DROPPED = 0.4


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
    projected: bool = False  # no kernel: the inputs are x W
    norm: bool = False
    drops: tuple[int, int] = (0, 0)  # M of the masks on x, and on h; 0 for none

    @property
    def gates(self) -> int:
        return GATES[self.options.cell]


@dataclass(frozen=True, eq=False)
class Problem:
    """The arrays of a recurrence, and dL/d its results. Equal is only the same one."""

    options: Options
    inputs: Floats  # (B, T, D); with ids, the (V, D) table
    ids: Ids | None  # (B, T)
    weights: Weights
    states: tuple[Floats, ...]  # (B, H) each
    mask: Mask | None  # (B, T)
    drops: Drops
    seed: Any  # (2,) uint32
    d_states: tuple[Floats, ...]  # (B, H) each
    d_sequence: Floats  # (B, T, H)

    @functools.lru_cache(maxsize=4)  # noqa: B019 - and what is computed of them once is kept beside them
    def cast(self, dtype: str) -> "Problem":
        if self.inputs.dtype == dtype:
            return self
        arrays = {name: value for name, value in vars(self).items() if name != "options"}
        return replace(self, **jax.tree.map(lambda a: a.astype(dtype) if a.dtype.kind == "f" else a, arrays))

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


def size(options: Options) -> float:
    """Of the weights, and of inputs that are x W already.

    Gates outside [0, 1] let h grow at each step; where they have no bound, one of h times h is a square, and overflows. An LSTM
    adds to its state what a GRU averages with it: without a bound on what is added it grows, and roundings with it.
    """
    if loose(options):
        return 0.1
    if options.cell == "lstm" and options.activation in ("linear", "relu"):
        return 0.4
    return 0.7 if options.activation == "linear" else 1.0


def loose(options: Options) -> bool:
    """Whether a gate may lie outside [0, 1]."""
    return options.cell != "simple_rnn" and options.recurrent_activation not in ("sigmoid", "hard_sigmoid")


def draw_weights(case: Case, rng: np.random.Generator) -> Weights:
    """A recurrence that neither dies nor explodes, so that step 300 still feels step 1."""
    units, columns, options, scale = case.units, case.gates * case.units, case.options, size(case.options)
    norm = Norm(rng.uniform(0.4, 0.8, columns))
    if options.cell == "lstm":
        norm = norm._replace(state_gain=rng.uniform(0.4, 0.8, units), state_bias=rng.normal(size=units) / 2)
    return Weights(
        None if case.projected else scale * rng.normal(size=(case.features, columns)) / np.sqrt(case.features),
        scale * rng.normal(size=(units, columns)) / np.sqrt(units),
        scale * rng.normal(size=(2, columns) if options.cell == "gru" and options.reset_after else columns) / 2,
        norm if case.norm else None,
    )


def draw_problem(case: Case, mask: str = "mixed", seed: int = 0) -> Problem:
    """Arrays for `case`."""
    rng = np.random.default_rng(seed)
    batch, time, units = case.batch, case.time, case.units
    features = case.gates * units if case.projected else case.features
    ids = rng.integers(0, case.vocabulary, (batch, time), dtype=np.int32) if case.vocabulary else None

    def masks(count: int, width: int) -> Floats | None:
        return (rng.random((count, batch, width)) > DROPPED) / (1 - DROPPED) if count else None

    def states() -> tuple[Floats, ...]:
        return tuple(rng.normal(size=(batch, units)) for _ in range(STATES[case.options.cell]))

    return Problem(
        case.options,
        (size(case.options) if case.projected else 1.0)
        * rng.normal(size=(case.vocabulary, features) if case.vocabulary else (batch, time, features)),
        ids,
        draw_weights(case, rng),
        states(),
        draw_mask(mask, batch, time, rng) if case.masked else None,
        Drops(masks(case.drops[0], features), masks(case.drops[1], units)),
        rng.integers(2**32, size=2, dtype=np.uint32),
        states(),
        rng.normal(size=(batch, time, units)),
    )


FEW = st.integers(1, 20)
MANY = FEW | st.sampled_from([31, 33, 64, 65, 101])
LONG = FEW | st.sampled_from([1, 2, 257, 300])
VOCABULARIES = st.sampled_from([0, 0, 1, 7, 500])


@st.composite
def options(draw: Any, cells: tuple[str, ...] = CELLS) -> Options:
    """Those of a cell that change nothing in it stay as they are."""
    cell, rates, flag = draw(st.sampled_from(cells)), st.sampled_from([0.0, 0.0, 0.2, 0.5]), st.booleans()
    return Options(
        cell,
        draw(st.sampled_from(ACTIVATIONS)),
        "sigmoid" if cell == "simple_rnn" else draw(st.sampled_from(["sigmoid", *ACTIVATIONS])),
        reset_after=draw(flag) if cell == "gru" else True,
        go_backwards=draw(flag),
        zero_output_for_mask=draw(flag),
        return_sequences=draw(flag),
        zoneout=draw(rates),
        zoneout_cell=draw(rates) if cell == "lstm" else 0.0,
        training=draw(flag),
        epsilon=draw(st.sampled_from([1e-3, 0.1])),
    )


@st.composite
def cases(draw: Any, cells: Any = CELLS, sizes: Any = MANY, times: Any = LONG, vocabularies: Any = VOCABULARIES) -> Case:
    """`sizes` of batch, features and units. LSTM and GRU have a norm without a kernel; dropped inputs have one, and no ids.

    Loose gates have 20 steps at most: in 300, some make one rounding of float64 a millionth of the result.
    """
    chosen = draw(options(cells))
    norm, masks = draw(st.sampled_from([False, False, True])), st.sampled_from([0, 0, 1, GATES[chosen.cell]])
    projected = (norm and chosen.cell != "simple_rnn") or draw(st.sampled_from([False, False, True]))
    vocabulary = draw(vocabularies)
    return Case(
        **{name: draw(sizes) for name in ("batch", "features", "units")},
        time=min(draw(times), 20 if loose(chosen) else 300),
        vocabulary=vocabulary,
        masked=draw(st.booleans()),
        options=chosen,
        projected=projected,
        norm=norm,
        drops=(0 if projected or vocabulary else draw(masks), draw(masks)),
    )
