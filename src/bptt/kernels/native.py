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
    states, sequence, _ = _forward(options, options.return_sequences, False, arrays)
    return states, sequence


def _forward_rule(options: Options, arrays: Any) -> tuple[tuple[States, jax.Array], Any]:
    """With what the backward pass needs; masked positions of the sequence are filled only if the user gets them."""
    states, sequence, kept = once(functools.partial(_forward, options, True, True), arrays)
    shown = sequence if options.return_sequences else absent(sequence.dtype)
    return (states, shown), (arrays, sequence, kept)


def _backward_rule(options: Options, residuals: Any, gradients: Any) -> tuple[Any]:
    return (once(functools.partial(_backward, options), *residuals, gradients),)


_recurrence.defvjp(_forward_rule, _backward_rule)


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


def _forward(options: Options, keep: bool, differentiated: bool, arrays: Any) -> tuple[States, jax.Array, jax.Array]:
    local = functools.partial(_forward_call, options, keep, differentiated)
    if options.mesh is None:
        return local(arrays)
    rows = P(options.batch_axis)
    kept = rows if differentiated and _kept_width(options, arrays) else P()
    out = (jax.tree.map(lambda _: rows, arrays[2]), rows if keep else P(), kept)
    specs = _specs(options, arrays)
    return jax.shard_map(local, mesh=options.mesh, in_specs=(specs,), out_specs=out, check_vma=False)(arrays)


def _backward(options: Options, arrays: Any, sequence: jax.Array, kept: jax.Array, gradients: Any) -> Any:
    if options.mesh is None:
        return _backward_call(options, arrays, sequence, kept, gradients)
    rows, axis = P(options.batch_axis), options.batch_axis

    def local(arrays: Any, sequence: jax.Array, kept: jax.Array, gradients: Any) -> Any:
        """Each device's rows; the gradients of what all rows share are summed over the devices."""
        inputs, weights, *rest = _backward_call(options, arrays, sequence, kept, gradients)
        total = functools.partial(jax.tree.map, lambda g: jax.lax.psum(g, axis))
        return (Tokens(None, total(inputs.table)) if isinstance(inputs, Tokens) else inputs, total(weights), *rest)

    specs = _specs(options, arrays)
    given = (specs[2], rows if options.return_sequences else P())
    out = (Tokens(None, P()) if isinstance(arrays[0], Tokens) else rows, specs[1], specs[2], None, None, None)
    keeps = rows if _kept_width(options, arrays) else P()
    return jax.shard_map(local, mesh=options.mesh, in_specs=(specs, rows, keeps, given), out_specs=out, check_vma=False)(
        arrays, sequence, kept, gradients
    )


def absent(dtype: Any) -> jax.Array:
    """What stands for an array that the kernel does not get."""
    return jnp.zeros(0, dtype)


def _cast(name: str, array: jax.Array) -> jax.Array:
    return array.astype(signature.OTHER_DTYPES[name]) if name in signature.OTHER_DTYPES else array


def _kept_width(options: Options, arrays: Any) -> int:
    units, dtype = arrays[1].recurrent_kernel.shape[0], arrays[1].recurrent_kernel.dtype
    return signature.kept_width(options, units, arrays[1].norm is not None, dtype)


Half = tuple[Any, Operands, tuple[Any, ...]]  # the shapes of one direction's results, its operands, what follows them


def call(target: str, dtype: Any, *halves: Half, **extra: Any) -> list[Any]:
    """The kernel's results for each half, in the form of its shapes, with None for the absent ones."""
    operands, results = [], []
    for shapes, given, others in halves:
        operands += [absent(dtype) if array is None else _cast(name, array) for name, array in given._asdict().items()]
        operands += [absent(dtype) if array is None else array for array in others]
        results += [Struct((0,) if shape is None else shape, dtype) for shape in shapes]
    found = iter(ffi.call(target, dtype, tuple(results), *operands, **extra))
    return [
        type(shapes)(*(None if shape is None else one for shape, one in zip(shapes, found, strict=False)))
        for shapes, *_ in halves
    ]


def _forward_call(options: Options, keep: bool, differentiated: bool, arrays: Any) -> tuple[States, jax.Array, jax.Array]:
    given = signature.operands(options, arrays)
    dtype = given.recurrent_kernel.dtype
    shapes = signature.made_shapes(options, given, keep, differentiated)
    settings = signature.settings(options, fill=options.return_sequences)
    (made,) = call("recurrence_forward", dtype, (shapes, given, ()), **settings)
    return made.states, *(absent(dtype) if array is None else array for array in (made.sequence, made.kept))


def _backward_call(options: Options, arrays: Any, sequence: jax.Array, kept: jax.Array, gradients: Any) -> Any:
    """The gradients in the form of the arrays; dL/dz takes the place of what was kept, or of the sequence."""
    given, (d_states, d_sequence) = signature.operands(options, arrays), gradients
    dtype = given.recurrent_kernel.dtype
    shapes = signature.gradient_shapes(given, kept if kept.size else None)
    others = (sequence, kept, d_states[0], d_states[1] if options.cell == "lstm" else None, d_sequence)
    in_place = len(given) + (1 if kept.size else 0)  # the operand, kept or sequence, whose memory becomes result 2
    aliases = None if shapes.steps is None else {in_place: 2}
    settings = signature.settings(options, fill=False)
    (found,) = call("recurrence_backward", dtype, (shapes, given, others), aliases=aliases, **settings)
    return signature.formed(arrays, found)
