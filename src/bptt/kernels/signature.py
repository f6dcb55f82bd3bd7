"""How the compiled recurrence is called, whoever calls it: its operands and results in the order of
native/binding/recurrence.h, and their shapes. None stands for an absent array; arrays may be of any library."""

from typing import Any, NamedTuple

import numpy as np

from bptt.kernels import compiled
from bptt.kernels.options import ACTIVATIONS, Norm, Options, Tokens, Weights

Shape = tuple[int, ...]
OTHER_DTYPES = {"ids": "int32", "mask": "bool", "seed": "uint32", "ticket": "uint32"}  # others share one of floats


class Operands(NamedTuple):
    inputs: Any  # (B, T, D); D = G H without kernel
    ids: Any  # (B, T) int32
    table: Any  # (V, D)
    mask: Any  # (B, T) bool
    kernel: Any  # (D, G H)
    recurrent_kernel: Any  # (H, G H)
    bias: Any  # (1, G H), or (2, G H)
    initial_state: Any  # (B, H)
    initial_cell: Any  # (B, H), LSTM
    input_drops: Any  # (M, B, D)
    recurrent_drops: Any  # (M, B, H)
    recurrent_gain: Any  # (G H,)
    state_gain: Any  # (H,)
    state_bias: Any  # (H,)
    seed: Any  # (2,) uint32

    @property
    def steps(self) -> tuple[int, int]:
        """B, T."""
        batch, time = (self.inputs if self.ids is None else self.ids).shape[:2]
        return batch, time


class Made(NamedTuple):
    """What forward makes; `kept` is for the backward pass alone."""

    state: Any  # (B, H)
    cell_state: Any  # (B, H), LSTM
    sequence: Any  # (B, T, H)
    kept: Any  # (B T, K)
    ticket: Any  # (1, 2) uint32: stands for `kept`, and for outputs that nobody asked for, in the module's own memory

    @property
    def states(self) -> tuple[Any, ...]:
        return (self.state,) if self.cell_state is None else (self.state, self.cell_state)


class Gradients(NamedTuple):
    """dL/d the operands, in their shapes."""

    inputs: Any
    table: Any
    kernel: Any
    recurrent_kernel: Any
    bias: Any
    initial_state: Any
    initial_cell: Any
    recurrent_gain: Any
    state_gain: Any
    state_bias: Any


def operands(options: Options, arrays: tuple[Any, ...]) -> Operands:
    """From the arguments of `scan.recurrence`, inputs to seed."""
    inputs, weights, states, mask, drops, seed = arrays
    tokens = inputs if isinstance(inputs, Tokens) else Tokens(None, None)
    norm = weights.norm or Norm(None)
    return Operands(
        None if isinstance(inputs, Tokens) else inputs,
        tokens.ids,
        tokens.table,
        mask,
        weights.kernel,
        weights.recurrent_kernel,
        weights.bias.reshape((-1, weights.bias.shape[-1])),
        states[0],
        states[1] if options.cell == "lstm" else None,
        drops.inputs,
        drops.recurrent,
        norm.recurrent_gain,
        norm.state_gain,
        norm.state_bias,
        seed if options.training else None,
    )


def settings(options: Options, fill: bool, backward: bool = False) -> dict[str, Any]:
    """`fill`: write the masked positions of the sequence too."""
    return {
        "cell": np.int32(_cell(options)),
        "activation": np.int32(ACTIVATIONS.index(options.activation)),
        "recurrent_activation": np.int32(ACTIVATIONS.index(options.recurrent_activation)),
        "go_backwards": options.go_backwards,
        "zero_for_mask": options.zero_output_for_mask,
        "fill": fill,
        "zoneout": np.float64(options.zoneout),
        "zoneout_cell": np.float64(options.zoneout_cell),
        "epsilon": np.float64(options.epsilon),
        "narrow": options.narrow,
        "tap": np.int64(options.tap if backward else 0),
    }


def _cell(options: Options) -> int:
    return {"simple_rnn": 0, "lstm": 1, "gru": 2 if options.reset_after else 3}[options.cell]


def kept_width(options: Options, units: int, norm: bool, dtype: Any) -> int:
    """How many elements of `dtype` a step of a row keeps for the backward pass beside its output; 0: none."""
    return int(compiled.module.kept_width(_cell(options), norm, options.zoneout > 0, units, wide=dtype.itemsize == 8))


def made_shapes(options: Options, given: Operands, differentiated: bool, in_store: bool = False) -> Made:
    """`in_store`: the compiled module holds what the backward pass alone reads, and gives a ticket for it."""
    (batch, time), units, dtype = given.steps, given.recurrent_kernel.shape[0], given.recurrent_kernel.dtype
    here = differentiated and not in_store
    width = kept_width(options, units, given.recurrent_gain is not None, dtype) if here else 0
    return Made(
        (batch, units),
        (batch, units) if options.cell == "lstm" else None,
        (batch, time, units) if options.return_sequences or here else None,
        (batch * time, width) if width else None,
        (1, 2) if differentiated and in_store else None,
    )


def gradient_shapes(given: Operands, of_inputs: bool = True) -> Gradients:
    """`of_inputs`: those of inputs or table too."""

    def like(array: Any) -> Shape | None:
        return None if array is None else tuple(array.shape)

    read = (given.inputs, given.table) if of_inputs else (None, None)
    return Gradients(*map(like, read), *map(like, given[4:9]), *map(like, given[11:14]))


def formed(arrays: tuple[Any, ...], found: Gradients) -> tuple[Any, ...]:
    """Gradients in the form of the arrays, inputs to seed."""
    inputs, weights, states, *_ = arrays
    norm = None if weights.norm is None else Norm(found.recurrent_gain, found.state_gain, found.state_bias)
    d_weights = Weights(found.kernel, found.recurrent_kernel, found.bias.reshape(weights.bias.shape), norm)
    d_states = (found.initial_state, found.initial_cell)[: len(states)]
    return Tokens(None, found.table) if isinstance(inputs, Tokens) else found.inputs, d_weights, d_states, None, None, None
