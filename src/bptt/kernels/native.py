"""The recurrence by the compiled kernel: one custom call forward, one backward through time, whatever the cell.

Derivatives: reverse mode, once. `jax.checkpoint` works, `vmap` loops over the mapped axis; forward mode and second
derivatives raise: use `kernels.use("scan")` for these.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import PartitionSpec as P

from bptt.kernels import ffi
from bptt.kernels.derivatives import once
from bptt.kernels.options import ACTIVATIONS, Drops, Norm, Options, Tokens, Weights

Struct = jax.ShapeDtypeStruct
States = tuple[jax.Array, ...]


def recurrence(
    options: Options,
    inputs: jax.Array | Tokens,
    weights: Weights,
    states: States,
    mask: jax.Array | None = None,
    drops: Drops = Drops(),
    seed: jax.Array | None = None,
) -> tuple[States, jax.Array | None]:
    """The states after the last real step, each (B, H); every output (B, T, H) in processing order, or None.

    Args:
        inputs: (B, T, D), or Tokens, which take no `drops.inputs`; mask (B, T) bool, True at real steps.
        states: the initial ones, each (B, H). All floats float32 or all float64.
        seed: (2,) uint32, where zoneout draws.

    Raises jax.errors.JaxRuntimeError at run time for an id outside the table.
    """
    kept_states, sequence = _recurrence(options, (inputs, weights, tuple(states), mask, drops, seed))
    return kept_states, sequence if options.return_sequences else None


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _recurrence(options: Options, arrays: Any) -> tuple[States, jax.Array]:
    states, sequence, _ = _forward(options, options.return_sequences, False, arrays)
    return states, sequence


def _forward_rule(options: Options, arrays: Any) -> tuple[tuple[States, jax.Array], Any]:
    """With what the backward pass needs; masked positions of the sequence are filled only if the user gets them."""
    states, sequence, kept = once(functools.partial(_forward, options, True, True), arrays)
    shown = sequence if options.return_sequences else _absent(3, sequence.dtype)
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


def _absent(rank: int, dtype: Any) -> jax.Array:
    """What stands for an array that the kernel does not get."""
    return jnp.zeros((0,) * rank, dtype)


def _or_absent(array: jax.Array | None, rank: int, dtype: Any) -> jax.Array:
    return _absent(rank, dtype) if array is None else array.astype(dtype)


def _sizes(arrays: Any) -> tuple[int, int, int, Any]:
    """B, T, H and the dtype."""
    inputs, weights = arrays[0], arrays[1]
    batch, time = (inputs.ids if isinstance(inputs, Tokens) else inputs).shape[:2]
    return batch, time, weights.recurrent_kernel.shape[0], weights.recurrent_kernel.dtype


def _cell(options: Options) -> int:
    return {"simple_rnn": 0, "lstm": 1, "gru": 2 if options.reset_after else 3}[options.cell]


def _kept_width(options: Options, arrays: Any) -> int:
    _, _, units, dtype = _sizes(arrays)
    return ffi.kept_width(_cell(options), arrays[1].norm is not None, options.zoneout > 0, units, dtype)


def _operands(options: Options, arrays: Any) -> tuple[Any, ...]:
    inputs, weights, states, mask, drops, seed = arrays
    dtype = weights.recurrent_kernel.dtype
    tokens = inputs if isinstance(inputs, Tokens) else Tokens(None, None)
    norm = weights.norm or Norm(None)
    return (
        _absent(3, dtype) if isinstance(inputs, Tokens) else inputs,
        _or_absent(tokens.ids, 2, jnp.int32),
        _or_absent(tokens.table, 2, dtype),
        _or_absent(mask, 2, jnp.bool_),
        _or_absent(weights.kernel, 2, dtype),
        weights.recurrent_kernel,
        jnp.atleast_2d(weights.bias),
        states[0],
        states[1] if options.cell == "lstm" else _absent(2, dtype),
        _or_absent(drops.inputs, 3, dtype),
        _or_absent(drops.recurrent, 3, dtype),
        _or_absent(norm.recurrent_gain, 1, dtype),
        _or_absent(norm.state_gain, 1, dtype),
        _or_absent(norm.state_bias, 1, dtype),
        _or_absent(seed if options.training else None, 1, jnp.uint32),
    )


def _attributes(options: Options, fill: bool) -> dict[str, Any]:
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
    }


def _forward_call(options: Options, keep: bool, differentiated: bool, arrays: Any) -> tuple[States, jax.Array, jax.Array]:
    batch, time, units, dtype = _sizes(arrays)
    if batch == 0 or time == 0:  # no step: the states pass
        empty = jnp.zeros((batch, time, units) if keep else (0, 0, 0), dtype)
        return arrays[2], empty, jnp.zeros((batch * time, _kept_width(options, arrays) if differentiated else 0), dtype)
    state = Struct((batch, units), dtype)
    kept = _kept_width(options, arrays) if differentiated else 0
    results = (
        state,
        state if options.cell == "lstm" else Struct((0, 0), dtype),
        Struct((batch, time, units) if keep else (0, 0, 0), dtype),
        Struct((batch * time, kept) if kept else (0, 0), dtype),
    )
    fill = options.return_sequences
    h, c, sequence, kept = ffi.call(
        "recurrence_forward", dtype, results, *_operands(options, arrays), **_attributes(options, fill)
    )
    return (h, c) if options.cell == "lstm" else (h,), sequence, kept


def _like(array: Any, rank: int, dtype: Any) -> Any:
    return Struct((0,) * rank, dtype) if array is None else Struct(array.shape, array.dtype)


def _backward_call(options: Options, arrays: Any, sequence: jax.Array, kept: jax.Array, gradients: Any) -> Any:
    """The gradients in the form of the arrays; dL/dz takes the place of what was kept, or of the sequence."""
    inputs, weights, states, *_ = arrays
    batch, time, _, dtype = _sizes(arrays)
    d_states, d_sequence = gradients
    if batch == 0 or time == 0:
        zeros = jax.tree.map(jnp.zeros_like, (inputs.table if isinstance(inputs, Tokens) else inputs, weights))
        return Tokens(None, zeros[0]) if isinstance(inputs, Tokens) else zeros[0], zeros[1], d_states, None, None, None
    by_ids, lstm = isinstance(inputs, Tokens), options.cell == "lstm"
    norm = weights.norm or Norm(None)
    keeps = kept.size > 0
    bias = jnp.atleast_2d(weights.bias)
    results = (
        _like(None if by_ids else inputs, 3, dtype),
        _like(inputs.table if by_ids else None, 2, dtype),
        _like(kept if keeps else sequence if by_ids else None, 2, dtype),
        _like(weights.kernel, 2, dtype),
        _like(weights.recurrent_kernel, 2, dtype),
        _like(bias, 2, dtype),
        _like(states[0], 2, dtype),
        _like(states[1] if lstm else None, 2, dtype),
        *(_like(gain, 1, dtype) for gain in (norm.recurrent_gain, norm.state_gain, norm.state_bias)),
    )
    d_cell = d_states[1] if lstm else _absent(2, dtype)
    operands = (*_operands(options, arrays), sequence, kept, d_states[0], d_cell, d_sequence)
    aliases = {16: 2} if keeps else {15: 2} if by_ids else None
    found = ffi.call("recurrence_backward", dtype, results, *operands, aliases=aliases, **_attributes(options, False))
    d_inputs, d_table, _, d_kernel, d_recurrent, d_bias, d_h, d_c, *d_norm = found
    d_weights = Weights(
        None if weights.kernel is None else d_kernel,
        d_recurrent,
        d_bias.reshape(weights.bias.shape),
        None if weights.norm is None else Norm(*(d if g is not None else None for g, d in zip(norm, d_norm, strict=True))),
    )
    d_inputs = Tokens(None, d_table) if by_ids else d_inputs
    return d_inputs, d_weights, (d_h, d_c) if lstm else (d_h,), None, None, None
