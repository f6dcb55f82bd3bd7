"""The compiled recurrence without XLA: on NumPy arrays, or on any library's that lie in the processor's memory.

It runs on threads of its own, lets the interpreter run others meanwhile, and goes on working in a forked child.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from bptt.errors import KernelError
from bptt.kernels import compiled, signature
from bptt.kernels.options import Drops, Options, Tokens, Weights
from bptt.kernels.signature import Gradients, Made, Operands
from bptt.messages import _

MOST_THREADS = 256
Empty = Callable[..., Any]  # numpy.empty, or another library's


def threads() -> int:
    """How many threads a call uses: BPTT_THREADS, or as many as this process has cores.

    Raises KernelError where BPTT_THREADS is not a number from 1 to 256.
    """
    asked = os.environ.get("BPTT_THREADS")
    if asked is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return min(cores, MOST_THREADS)
    if asked.isdecimal() and 1 <= int(asked) <= MOST_THREADS:
        return int(asked)
    message = _("BPTT_THREADS is {asked!r}; expected a number of threads from 1 to {most}.")
    raise KernelError("kernel.threads", message.format(asked=asked, most=MOST_THREADS))


def forward(
    options: Options,
    inputs: Any,
    weights: Weights,
    states: tuple[Any, ...],
    mask: Any = None,
    drops: Drops = Drops(),  # noqa: B008 - immutable
    seed: Any = None,
    differentiated: bool = False,
) -> tuple[tuple[Any, ...], Any, Any]:
    """The states after the last real step; every output; and what `backward` needs beside them, or None.

    Args: those of `scan.recurrence`, as contiguous NumPy arrays, floats all float32 or all float64, `mask` bool, ids int32,
    `seed` uint32; `differentiated`: whether `backward` follows, which wants the outputs whatever `options` say.

    Raises ValueError for an array of another kind, shape or dtype, and IndexError for an id outside the table.
    """
    made = run_forward(options, signature.operands(options, (inputs, weights, states, mask, drops, seed)), differentiated)
    return made.states, made.sequence, made.kept


def backward(
    options: Options, arrays: tuple[Any, ...], sequence: Any, kept: Any, d_states: tuple[Any, ...], d_sequence: Any = None
) -> tuple[Any | Tokens, Weights, tuple[Any, ...]]:
    """dL/d inputs (Tokens(None, d_table) for Tokens), weights and states.

    Args:
        options: those of `forward`.
        arrays: the arguments of `forward` from inputs to seed.
        sequence: what it gave.
        kept: what it gave.
        d_states: dL/d the states, (B, H) each.
        d_sequence: dL/d the outputs, (B, T, H), or None for zeros.
    """
    given = signature.operands(options, arrays)
    made = Made(None, None, sequence, kept, None)
    found = run_backward(options, given, made, (*d_states, None)[:2], d_sequence)
    inputs, weights, states, *_ = signature.formed(arrays, found)
    return inputs, weights, states


def run_forward(
    options: Options, given: Operands, differentiated: bool, empty: Empty = np.empty, count: int | None = None
) -> Made:
    """As `forward`; `empty` makes the results' arrays, `count` is the number of threads."""
    shapes = signature.made_shapes(options, given, differentiated)
    made = Made(*_empty(shapes, given, empty))
    if 0 in given.steps:
        made.state[:] = given.initial_state
        if made.cell_state is not None:
            made.cell_state[:] = given.initial_cell
        return made
    settings = signature.settings(options, fill=options.return_sequences)
    compiled.module.recurrence_forward(given, made, threads=count or threads(), **settings)
    return made


def run_backward(
    options: Options,
    given: Operands,
    made: Made,
    d_states: tuple[Any, Any],
    d_sequence: Any,
    empty: Empty = np.empty,
    count: int | None = None,
    of_inputs: bool = True,
) -> Gradients:
    """As `backward`; `d_states` are those of h and c, the latter None without c; `of_inputs`: with that of inputs or table."""
    found = Gradients(*_empty(signature.gradient_shapes(given, of_inputs), given, empty))
    if 0 in given.steps:
        for gradient in found:
            if gradient is not None:
                gradient[:] = 0
        return found._replace(initial_state=d_states[0], initial_cell=d_states[1])
    settings = signature.settings(options, fill=False, backward=True)
    operands = (*given, made.sequence, made.kept, None, *d_states, d_sequence)
    compiled.module.recurrence_backward(operands, found, threads=count or threads(), **settings)
    return found


def _empty(shapes: tuple[Any, ...], given: Operands, empty: Empty) -> list[Any]:
    dtype = given.recurrent_kernel.dtype
    return [None if shape is None else empty(shape, dtype=dtype) for shape in shapes]
