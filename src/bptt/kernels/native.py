"""The recurrence by the compiled kernel: one custom call forward, one backward through time, whatever the cell.

Derivatives: reverse mode, once. `jax.checkpoint` works, `vmap` loops over the mapped axis; forward mode and second
derivatives raise: use `kernels.use("scan")` for these.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P

from bptt.kernels import ffi, scan, signature
from bptt.kernels.derivatives import once
from bptt.kernels.options import Drops, Options, Tokens, Weights
from bptt.kernels.signature import Operands

Struct = jax.ShapeDtypeStruct
States = tuple[jax.Array, ...]


def recurrence(
    options: Options,
    inputs: jax.Array | Tokens,
    weights: Weights,
    states: States,
    mask: jax.Array | None = None,
    drops: Drops = Drops(),  # noqa: B008 - immutable
    seed: jax.Array | None = None,
) -> tuple[States, jax.Array | None]:
    """The states after the last real step, each (B, H); every output (B, T, H) in processing order, or None.

    Args:
        options: what to compute.
        inputs: (B, T, D), or Tokens, which take no `drops.inputs`.
        weights: in the shapes that Weights names; all floats float32 or all float64.
        states: the initial ones, each (B, H).
        mask: (B, T) bool, True at real steps.
        drops: in the shapes that Drops names.
        seed: (2,) uint32, where zoneout draws.

    Raises KernelError for a dtype that no kernel computes in, jax.errors.JaxRuntimeError at run time for an array that does
    not fit the others and for an id outside the table.
    """
    x = inputs.ids if isinstance(inputs, Tokens) else inputs
    if (
        0 in x.shape or 0 in weights.recurrent_kernel.shape
    ):  # nothing to compute: the kernel takes an empty array for an absent one
        return scan.recurrence(options, inputs, weights, states, mask, drops, seed)
    kept_states, sequence = _recurrence(options, (inputs, weights, tuple(states), mask, drops, seed))
    return kept_states, sequence if options.return_sequences else None


def standing(output: jax.Array, tokens: Tokens) -> str | None:
    """The same answer as long as `tokens` may stand for `output`; None where they may not: a training step gives the old
    table's memory away to the new one."""
    del output  # arrays do not change
    return None if not isinstance(tokens.table, jax.core.Tracer) and tokens.table.is_deleted() else "sound"


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _recurrence(options: Options, arrays: Any) -> tuple[States, jax.Array]:
    states, sequence, _ = _forward(options, False, arrays)
    return states, sequence


def _forward_rule(options: Options, arrays: Any) -> tuple[tuple[States, jax.Array], Any]:
    """With what the backward pass needs."""
    arrays, of_inputs = told_apart(arrays)
    states, sequence, ticket = once(functools.partial(_forward, options, True), arrays)
    return (states, sequence), (of_inputs, arrays, sequence, ticket)


def _backward_rule(options: Options, residuals: Any, gradients: Any) -> tuple[Any]:
    of_inputs, *others = residuals
    return (once(functools.partial(_backward, options, bool(of_inputs)), *others, filled(gradients)),)


_recurrence.defvjp(_forward_rule, _backward_rule, symbolic_zeros=True)


def told_apart(arrays: Any) -> tuple[Any, tuple[None, ...]]:
    """The arrays, inputs first, and whether anybody differentiates by the inputs: (None,) or (), which JAX keeps as it is."""
    perturbed = jax.tree.leaves(jax.tree.map(lambda array: array.perturbed, arrays[0]))
    return jax.tree.map(lambda array: array.value, arrays), (None,) * any(perturbed)


def filled(gradients: Any) -> Any:
    """With zeros in place of what stands for zeros."""
    zero = jax.custom_derivatives.SymbolicZero
    return jax.tree.map(
        lambda g: jnp.zeros(g.shape, g.dtype) if isinstance(g, zero) else g, gradients, is_leaf=lambda g: isinstance(g, zero)
    )


def _specs(options: Options, arrays: Any) -> Any:
    """How a mesh cuts the arrays: batch arrays by rows, weights not at all."""
    inputs, weights, states, mask, drops, seed = arrays
    rows, groups, whole = P(options.batch_axis), P(None, options.batch_axis), P()
    of = functools.partial(jax.tree.map, lambda _: rows)
    return (
        Tokens(rows, whole) if isinstance(inputs, Tokens) else rows,
        jax.tree.map(lambda _: whole, weights),
        of(states),
        of(mask),
        jax.tree.map(lambda _: groups, drops),
        jax.tree.map(lambda _: whole, seed),
    )


def _forward(options: Options, differentiated: bool, arrays: Any) -> tuple[States, jax.Array, jax.Array]:
    """The states; the outputs or an absent array; where `differentiated` a ticket, one for each device."""
    local = functools.partial(_forward_call, options, differentiated)
    if options.mesh is None:
        return local(arrays)
    rows = P(options.batch_axis)
    out = (
        jax.tree.map(lambda _: rows, arrays[2]),
        rows if options.return_sequences else P(),
        rows if differentiated else P(),
    )
    specs = _specs(options, arrays)
    return jax.shard_map(local, mesh=options.mesh, in_specs=(specs,), out_specs=out, check_vma=False)(arrays)


def _backward(options: Options, of_inputs: bool, arrays: Any, sequence: jax.Array, ticket: jax.Array, gradients: Any) -> Any:
    if options.mesh is None:
        return _backward_call(options, of_inputs, arrays, sequence, ticket, gradients)
    rows, axis = P(options.batch_axis), options.batch_axis

    def local(arrays: Any, sequence: jax.Array, ticket: jax.Array, gradients: Any) -> Any:
        """Each device's rows; the gradients of what all rows share are summed over the devices."""
        inputs, weights, *rest = _backward_call(options, of_inputs, arrays, sequence, ticket, gradients)
        total = functools.partial(jax.tree.map, lambda g: jax.lax.psum(g, axis))
        return (Tokens(None, total(inputs.table)) if isinstance(inputs, Tokens) else inputs, total(weights), *rest)

    specs = _specs(options, arrays)
    outputs = rows if options.return_sequences else P()
    out = (Tokens(None, P()) if isinstance(arrays[0], Tokens) else rows, specs[1], specs[2], None, None, None)
    given = (specs, outputs, rows, (specs[2], outputs))
    return jax.shard_map(local, mesh=options.mesh, in_specs=given, out_specs=out, check_vma=False)(
        arrays, sequence, ticket, gradients
    )


def absent(dtype: Any) -> jax.Array:
    """What stands for an array that the kernel does not get."""
    return jnp.zeros(0, dtype)


def _cast(name: str, array: jax.Array) -> jax.Array:
    return array.astype(signature.OTHER_DTYPES[name]) if name in signature.OTHER_DTYPES else array


Half = tuple[Any, Operands, tuple[Any, ...]]  # the shapes of one direction's results, its operands, what follows them


def call(target: str, dtype: Any, *halves: Half, **extra: Any) -> list[Any]:
    """The kernel's results for each half, in the form of its shapes, with None for the absent ones."""
    operands, results = [], []
    for shapes, given, others in halves:
        operands += [absent(dtype) if array is None else _cast(name, array) for name, array in given._asdict().items()]
        operands += [absent(dtype) if array is None else array for array in others]
        results += [Struct(shape or (0,), signature.OTHER_DTYPES.get(name, dtype)) for name, shape in shapes._asdict().items()]
    found = iter(ffi.call(target, dtype, tuple(results), *operands, **extra))
    return [
        type(shapes)(*(None if shape is None else one for shape, one in zip(shapes, found, strict=False)))
        for shapes, *_ in halves
    ]


def _forward_call(options: Options, differentiated: bool, arrays: Any) -> tuple[States, jax.Array, jax.Array]:
    given = signature.operands(options, arrays)
    dtype = given.recurrent_kernel.dtype
    shapes = signature.made_shapes(options, given, differentiated, in_store=True)
    settings = signature.settings(options, fill=options.return_sequences)
    (made,) = call("recurrence_forward", dtype, (shapes, given, ()), **settings)
    return made.states, *(absent(dtype) if array is None else array for array in (made.sequence, made.ticket))


def _backward_call(options: Options, of_inputs: bool, arrays: Any, sequence: jax.Array, ticket: jax.Array, gradients: Any) -> Any:
    """The gradients in the form of the arrays; None for the inputs' where nobody asks for it."""
    given, (d_states, d_sequence) = signature.operands(options, arrays), gradients
    dtype = given.recurrent_kernel.dtype
    others = (sequence, None, ticket, d_states[0], d_states[1] if options.cell == "lstm" else None, d_sequence)
    settings = signature.settings(options, fill=False, backward=True)
    (found,) = call("recurrence_backward", dtype, (signature.gradient_shapes(given, of_inputs), given, others), **settings)
    return signature.formed(arrays, found)
