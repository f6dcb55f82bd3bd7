"""What a recurrent layer is given, in one form or refused: each misfit is a ValueError that names the argument."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

from keras import ops

from bptt.messages import _


def count(name: str, value: Any) -> int:
    """`value`, if it is a positive integer."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(_("{name} is {value!r}; expected a positive integer.").format(name=name, value=value))
    return int(value)


def share(name: str, value: Any) -> float:
    """`value`, if it is a number in [0, 1)."""
    if not isinstance(value, Real) or not 0 <= float(value) < 1:
        raise ValueError(_("{name} is {value!r}; expected a share in [0, 1).").format(name=name, value=value))
    return float(value)


def check_sequences(sequences: Any, features: int) -> None:
    """They are (B, T, D) of real numbers."""
    if len(sequences.shape) != 3 or sequences.shape[-1] != features:
        message = _("sequences has shape {shape}; expected (batch, time, {features}), for which the layer was built.")
        raise ValueError(message.format(shape=tuple(sequences.shape), features=features))
    if "complex" in str(sequences.dtype):
        raise ValueError(_("sequences is {dtype}; expected real numbers.").format(dtype=sequences.dtype))


def states_of(initial_state: Any, batch: int, sizes: Sequence[int]) -> tuple[Any, ...]:
    """One array (B, size) for each of the sizes."""
    states = tuple(initial_state) if isinstance(initial_state, list | tuple) else (initial_state,)
    if len(states) != len(sizes):
        message = _("initial_state is {came} arrays; expected {expected}.")
        raise ValueError(message.format(came=len(states), expected=", ".join(str((batch, size)) for size in sizes)))
    for i, (state, size) in enumerate(zip(states, sizes, strict=True)):
        if tuple(state.shape) != (batch, size):
            raise _misfit("initial_state" if len(states) == 1 else f"initial_state[{i}]", state, (batch, size))
    return states


def steps_of(mask: Any, batch: int, time: int) -> Any:
    """`mask` as (B, T) bool, or None; Keras's loop takes (1, T) and (B, T, 1) too."""
    if mask is None:
        return None
    mask = ops.convert_to_tensor(mask)
    flat = mask[..., 0] if len(mask.shape) == 3 and mask.shape[2] == 1 else mask
    if tuple(flat.shape) not in ((batch, time), (1, time)):
        raise _misfit("mask", mask, (batch, time))
    return ops.broadcast_to(ops.cast(flat, "bool"), (batch, time))


def _misfit(name: str, array: Any, expected: tuple[int, int]) -> ValueError:
    message = _("{name} has shape {shape}; expected {expected}, as the inputs have it.")
    return ValueError(message.format(name=name, shape=tuple(array.shape), expected=expected))
