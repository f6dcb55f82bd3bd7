"""The steps in their order, and back through them (Werbos 1990).

A masked step is no step: it holds the whole of every state, so the states pass through it, and so do their gradients.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from jax import tree
from numpy.typing import NDArray

from bptt.kernels.draws import keeps
from bptt.kernels.options import STATES, Drops, Options, Weights
from bptt.kernels.reference import gru, lstm, simple_rnn
from bptt.kernels.reference.parts import Array, Cell, States, Step, product

_CELLS: dict[str, ModuleType] = {"simple_rnn": simple_rnn, "lstm": lstm, "gru": gru}
Mask = NDArray[np.bool_]
Seed = NDArray[np.uint32]


@dataclass(frozen=True)
class Gradients:
    """dL/d each array, in the array's shape; None for an array that was None."""

    inputs: Array  # (B, T, D)
    weights: Weights
    states: States  # (B, H) each


def recurrence(
    options: Options,
    inputs: Array,
    weights: Weights,
    states: States,
    mask: Mask | None = None,
    drops: Drops = Drops(),  # noqa: B008 - immutable
    seed: Seed | None = None,
) -> tuple[States, Array | None]:
    """The states after the last real step, (B, H) each; every output (B, T, H) in processing order, or None.

    Args:
        options: what to compute.
        inputs: (B, T, D).
        weights: in the shapes that Weights names.
        states: at the start, (B, H) each: (h,), or (h, c) of the LSTM.
        mask: (B, T) bool, True where the step is real.
        drops: in the shapes that Drops names.
        seed: (2,) uint32, where zoneout draws.
    """
    take, _ = _steps(options, inputs, weights, mask, drops, seed)
    trace = _trace(options, take, states, inputs.shape[1])
    if not options.return_sequences:
        return trace[-1], None
    outputs = np.stack([after[0] for after in trace[1:]], axis=1)
    return trace[-1], _zeroed(options, mask, outputs)


def backward(
    options: Options,
    inputs: Array,
    weights: Weights,
    states: States,
    mask: Mask | None,
    drops: Drops,
    seed: Seed | None,
    d_states: States,
    d_sequence: Array | None,
) -> Gradients:
    """Gradients of a loss of which dL/dstates, (B, H) each, and dL/dsequence (B, T, H), or None, are given."""
    time = inputs.shape[1]
    take, through_inputs = _steps(options, inputs, weights, mask, drops, seed)
    trace, order = _trace(options, take, states, time), _order(options, time)
    shown = np.zeros((len(inputs), time, states[0].shape[1])) if d_sequence is None else _zeroed(options, mask, d_sequence)
    d_x = np.zeros((*inputs.shape[:2], weights.recurrent_kernel.shape[1]))
    d_weights = tree.map(np.zeros_like, weights._replace(kernel=None))
    for p in reversed(range(time)):
        d_states = (d_states[0] + shown[:, p], *d_states[1:])
        _, back = take(order[p], trace[p])
        d_x[:, order[p]], d_states, d_step = back(d_states)
        d_weights = tree.map(np.add, d_weights, d_step)
    d_inputs, d_kernel = through_inputs(d_x)
    return Gradients(d_inputs, d_weights._replace(kernel=d_kernel), d_states)


def _order(options: Options, time: int) -> range:
    return range(time - 1, -1, -1) if options.go_backwards else range(time)


def _steps(
    options: Options, inputs: Array, weights: Weights, mask: Mask | None, drops: Drops, seed: Seed | None
) -> tuple[Callable[[int, States], Step], Callable[[Array], tuple[Array, Array | None]]]:
    """The step at time t from the states before it, and the way back from dL/d(x W) to x and to W."""
    real = np.ones(inputs.shape[:2], bool) if mask is None else mask
    x, through_inputs = _projected(np.where(real[..., None], inputs, 0.0), weights.kernel, drops.inputs, options.narrow)
    cell = Cell(options, weights, drops.recurrent)

    def take(t: int, before: States) -> Step:
        shares = tuple(np.where(real[:, t, None], share, 1.0) for share in _zoneout(options, seed, inputs.shape[1], t, before[0]))
        return _CELLS[options.cell].step(cell, x[:, t], before, shares)

    return take, through_inputs


def _projected(inputs: Array, kernel: Array | None, masks: Array | None, narrow: bool) -> tuple[Array, Callable[[Array], Any]]:
    if kernel is None:
        return inputs, lambda d: (d, None)
    return product(inputs, kernel, None if masks is None else masks[:, :, None], narrow)


def _zoneout(options: Options, seed: Seed | None, time: int, t: int, h: Array) -> list[Array]:
    """The share of its old value that each element of each state keeps (Krueger et al. 2017): 0 or 1 where drawn."""
    rates = (options.zoneout, options.zoneout_cell)[: STATES[options.cell]]
    if not options.training:
        return [np.full_like(h, rate) for rate in rates]
    sizes = len(h), time, h.shape[1]
    drawn = [keeps(seed, rate, sizes, np.uint32(t), s, len(rates)) if rate else np.zeros_like(h) for s, rate in enumerate(rates)]
    return [share.astype(np.float64) for share in drawn]


def _trace(options: Options, take: Callable[[int, States], Step], states: States, time: int) -> list[States]:
    """The states at the start and after each step, in processing order."""
    trace = [states]
    for t in _order(options, time):
        trace.append(take(t, trace[-1])[0])
    return trace


def _zeroed(options: Options, mask: Mask | None, outputs: Array) -> Array:
    """`outputs` (B, T, H), in processing order, with zeros for masked steps where the options ask for them."""
    if mask is None or not options.zero_output_for_mask:
        return outputs
    return np.where(mask[:, _order(options, mask.shape[1]), None], outputs, 0.0)
