"""Two directions over the same batch in one call of the compiled kernel: they share its threads, and write their outputs
side by side in the order of time."""

import functools
from typing import Any

import jax
import jax.numpy as jnp

from bptt.kernels import signature
from bptt.kernels.derivatives import once
from bptt.kernels.native import States, absent, call, filled, told_apart
from bptt.kernels.options import Options
from bptt.kernels.signature import Gradients, Made, Operands

Rest = tuple[Any, ...]  # the arguments of `native.recurrence` from weights to seed, no default among them


def recurrence(
    options: Options, inputs: tuple[Any, ...], rest: tuple[Rest, Rest]
) -> tuple[tuple[States, States], jax.Array | None]:
    """The states of both directions after the last step that each reads; the outputs (B, T, H + H'), or None.

    Args:
        options: of the first direction; the second reads the other way and is asked for the same else. One device.
        inputs: (B, T, D) or Tokens: one for both directions, or one each.
        rest: each direction's other arguments.
    """
    states, sequence = _recurrence(options, inputs, rest)
    return states, sequence if options.return_sequences else None


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _recurrence(options: Options, inputs: Any, rest: Any) -> tuple[Any, jax.Array]:
    made = _forward(options, False, inputs, rest)
    return tuple(one.states for one in made), _shown(options, made)


def _forward_rule(options: Options, inputs: Any, rest: Any) -> tuple[Any, Any]:
    (inputs, rest), of_inputs = told_apart((inputs, rest))
    made = once(functools.partial(_forward, options, True), inputs, rest)
    return (tuple(one.states for one in made), _shown(options, made)), (of_inputs, inputs, rest, made)


def _backward_rule(options: Options, residuals: Any, gradients: Any) -> Any:
    of_inputs, *others = residuals
    return once(functools.partial(_backward, options, bool(of_inputs)), *others, filled(gradients))


_recurrence.defvjp(_forward_rule, _backward_rule, symbolic_zeros=True)


def _arrays(inputs: Any, rest: Any) -> list[tuple[Any, ...]]:
    return [(inputs[0], *rest[0]), (inputs[-1], *rest[1])]


def _read(inputs: Any, given: list[Operands]) -> list[Operands]:
    """The operands by direction: the second names no inputs where it reads the first one's."""
    return given if len(inputs) == 2 else [given[0], given[1]._replace(inputs=None, ids=None, table=None)]


def _shown(options: Options, made: tuple[Made, Made]) -> jax.Array:
    return made[0].sequence if options.return_sequences else absent(made[0].state.dtype)


def _forward(options: Options, differentiated: bool, inputs: Any, rest: Any) -> tuple[Made, Made]:
    given = [signature.operands(options, half) for half in _arrays(inputs, rest)]
    dtype = given[0].recurrent_kernel.dtype
    shapes = [signature.made_shapes(options, half, differentiated, in_store=True) for half in given]
    if options.return_sequences:
        units = sum(half.recurrent_kernel.shape[0] for half in given)
        shapes = [shapes[0]._replace(sequence=(*given[0].steps, units)), shapes[1]._replace(sequence=None)]
    if 0 in given[0].steps:  # the states pass
        made = [Made(*(None if shape is None else jnp.zeros(shape, dtype) for shape in half)) for half in shapes]
        made = [
            one._replace(state=half.initial_state, cell_state=half.initial_cell) for one, half in zip(made, given, strict=True)
        ]
    else:
        halves = [(shape, half, ()) for shape, half in zip(shapes, _read(inputs, given), strict=True)]
        made = call("pair_forward", dtype, *halves, **signature.settings(options, fill=options.return_sequences))
    return made[0], made[1]


def _backward(
    options: Options, of_inputs: bool, inputs: Any, rest: Any, made: tuple[Made, Made], gradients: Any
) -> tuple[Any, Any]:
    """dL/d inputs and dL/d the rest; the second direction adds to the first one's where both read the same inputs."""
    d_states, d_sequence = gradients
    arrays = _arrays(inputs, rest)
    given = [signature.operands(options, half) for half in arrays]
    dtype = given[0].recurrent_kernel.dtype
    shapes = [signature.gradient_shapes(half, of_inputs) for half in given]
    if len(inputs) == 1:
        shapes[1] = shapes[1]._replace(inputs=None, table=None)
    if 0 in given[0].steps:
        zeros = [Gradients(*(None if shape is None else jnp.zeros(shape, dtype) for shape in half)) for half in shapes]
        found = [z._replace(**_states(d)) for z, d in zip(zeros, d_states, strict=True)]
    else:
        d_outputs = d_sequence if options.return_sequences else None, None
        others = [(m.sequence, None, m.ticket, *(*d, None)[:2], out) for m, d, out in zip(made, d_states, d_outputs, strict=True)]
        halves = list(zip(shapes, _read(inputs, given), others, strict=True))
        settings = signature.settings(options, fill=False, backward=True)
        found = call("pair_backward", dtype, *halves, **settings)
    formed = [signature.formed(half, one) for half, one in zip(arrays, found, strict=True)]
    return tuple(one[0] for one in formed[: len(inputs)]), tuple(one[1:] for one in formed)


def _states(gradients: States) -> dict[str, Any]:
    return dict(zip(("initial_state", "initial_cell"), gradients, strict=False))
