"""The lines of microscope.jsonl, one object a probe."""

import math
from collections.abc import Sequence
from typing import Any, NotRequired

import numpy as np
from pydantic import FiniteFloat
from typing_extensions import TypedDict

from bptt.shapes import Floats

EVERY = 50  # batches; benchmarks/microscope.py measures what it costs
STEPS = 128  # of a layer are told, evenly spaced where there are more
DIGITS = 6
Figure = FiniteFloat | None  # None where it is not a finite number


class LayerProbe(TypedDict):
    """A recurrent layer, or one direction of it; lists by time."""

    layer: str
    cell: str  # simple_rnn, lstm, gru
    units: int  # H
    steps: int  # T of the batch
    at: NotRequired[list[int]]  # the steps told, from 0, where these are not all
    backwards: NotRequired[bool]  # true where the last step is read first
    gradient: list[Figure]  # norm of dL/dh_t over the batch and the units
    state: list[Figure]  # root mean square of h_t
    real: list[int]  # rows for which the step is no padding
    saturated: dict[str, list[FiniteFloat]]  # share of the units whose state, and of each gate that, hardly moves any more
    spectral_radius: Figure  # of the recurrent kernel; of LSTM and GRU, of the candidate's part


class WeightProbe(TypedDict):
    weight: str  # path of its variable
    norm: Figure  # after the step
    gradient: Figure  # norm, before any clipping; None where it was not read, too
    update: Figure  # norm of what the step changed


class Unmeasured(TypedDict):
    layer: str
    reason: str


class Probe(TypedDict):
    """A training step, looked at."""

    epoch: int
    batch: int  # of the epoch, both from 1
    step: int  # batches since the start
    loss: Figure  # mean over the epoch so far; None where a `train_step` of the user's own logs none
    learning_rate: Figure
    gradient_norm: Figure  # of all weights together, before any clipping
    clipped: Figure  # share of the batches since the last probe whose gradients were clipped; None where nothing clips
    layers: list[LayerProbe]
    weights: list[WeightProbe]
    unmeasured: list[Unmeasured]  # the recurrent layers without a part in this probe


def figure(value: Any) -> float | None:
    """With the digits that are kept; None for what is not finite."""
    number = float(value)
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None


def figures(values: Any) -> list[Any]:
    """`figure` of each of (N,)."""
    exact = np.asarray(values, np.float64)
    with np.errstate(all="ignore"):
        scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.abs(exact))))
        rounded = np.round(exact * scale) / scale
    kept = np.where(np.isfinite(rounded), rounded, exact)  # 0 has no digits
    return [value if finite else None for value, finite in zip(kept.tolist(), np.isfinite(exact).tolist(), strict=True)]


def over_time(shares: Sequence[float], real: Sequence[int]) -> float:
    """Mean of `shares`, a step each, over the `real` rows of all steps."""
    return sum(share * rows for share, rows in zip(shares, real, strict=True)) / max(sum(real), 1)


def layer_probe(layer: str, cell: str, backwards: bool, recurrent_kernel: Floats, fields: dict[str, Floats]) -> LayerProbe:
    """fields: (T,) each, as `kernels.tap.FIELDS` has them; recurrent_kernel: (H, G H)."""
    units, steps = len(recurrent_kernel), len(fields["real"])
    at = np.unique(np.linspace(0, steps - 1, min(steps, STEPS)).round().astype(int))
    picked = {name: values[at] for name, values in fields.items()}
    gradient, state, real = (picked.pop(name) for name in ("gradient", "state", "real"))
    all_units = np.maximum(real, 1) * units
    shares = {"state" if name == "saturated" else name: figures(values / all_units) for name, values in picked.items()}
    probe: LayerProbe = {
        "layer": layer,
        "cell": cell,
        "units": units,
        "steps": steps,
        "gradient": figures(np.sqrt(gradient)),
        "state": figures(np.sqrt(state / all_units)),
        "real": real.astype(int).tolist(),
        "saturated": shares,
        "spectral_radius": figure(spectral_radius(recurrent_kernel[:, candidate(cell, units)])),
    }
    if backwards:
        probe["backwards"] = True
    if len(at) < steps:
        probe["at"] = at.tolist()
    return probe


def candidate(cell: str, units: int) -> slice:
    """Where the candidate's part stands in a recurrent kernel (H, G H): of LSTM i f c o and GRU z r h the third."""
    return slice(0, units) if cell == "simple_rnn" else slice(2 * units, 3 * units)


def spectral_radius(matrix: Floats, squarings: int = 16) -> float:
    """The largest absolute eigenvalue of a square matrix, as the limit of |A^n|^(1/n), at n = 2^squarings (Gelfand 1941): for 64
    units in a tenth of the time that all eigenvalues take."""
    power, logarithm = np.asarray(matrix, np.float64), 0.0
    for squaring in range(squarings):
        size = float(np.linalg.norm(power))
        if size == 0 or not math.isfinite(size):
            return size
        logarithm += math.log(size) / 2**squaring
        power = (power / size) @ (power / size)
    return math.exp(logarithm + math.log(max(float(np.linalg.norm(power)), 1e-300)) / 2**squarings)
