"""The recurrence by the compiled kernel: one custom call forward, one backward through time.

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
from bptt.kernels.options import ACTIVATIONS, Options, Tokens

Struct = jax.ShapeDtypeStruct


def simple_rnn(
    options: Options,
    inputs: jax.Array | Tokens,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array,
    initial_state: jax.Array,
    mask: jax.Array | None = None,
) -> tuple[jax.Array, jax.Array | None]:
    """The state after the last real step (B, H); every output (B, T, H) in processing order, or None.

    Args: inputs (B, T, D) or Tokens, kernel (D, H), recurrent_kernel (H, H), bias (H,), initial_state (B, H), mask (B, T)
    bool; all floats float32 or all float64. Raises jax.errors.JaxRuntimeError at run time for an id outside the table.
    """
    state, sequence = _simple_rnn(options, inputs, kernel, recurrent_kernel, bias, initial_state, mask)
    return state, sequence if options.return_sequences else None


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _simple_rnn(options: Options, *arrays: Any) -> tuple[jax.Array, jax.Array]:
    return _forward(options, options.return_sequences, True, arrays)


def _forward_rule(options: Options, *arrays: Any) -> tuple[tuple[jax.Array, jax.Array], Any]:
    """With the sequence kept for the backward pass; its masked positions are filled only if the user gets them."""
    state, sequence = once(functools.partial(_forward, options, True, options.return_sequences), arrays)
    shown = sequence if options.return_sequences else jnp.zeros((0, 0, 0), state.dtype)
    return (state, shown), (arrays, sequence)


def _backward_rule(options: Options, kept: Any, gradients: Any) -> tuple[Any, ...]:
    return once(functools.partial(_backward, options), *kept, gradients)


_simple_rnn.defvjp(_forward_rule, _backward_rule)


def _specs(options: Options, arrays: Any) -> tuple[Any, ...]:
    """How a mesh cuts the arrays: batch arrays by rows, weights not at all."""
    inputs, mask = arrays[0], arrays[5]
    rows = P(options.batch_axis)
    return (Tokens(rows, P()) if isinstance(inputs, Tokens) else rows, P(), P(), P(), rows, None if mask is None else rows)


def _forward(options: Options, keep: bool, fill: bool, arrays: Any) -> tuple[jax.Array, jax.Array]:
    local = functools.partial(_forward_call, options, keep, fill)
    if options.mesh is None:
        return local(*arrays)
    rows = P(options.batch_axis)
    out = (rows, rows if keep else P())
    return jax.shard_map(local, mesh=options.mesh, in_specs=_specs(options, arrays), out_specs=out, check_vma=False)(*arrays)


def _backward(options: Options, arrays: Any, sequence: jax.Array, gradients: Any) -> tuple[Any, ...]:
    if options.mesh is None:
        return _backward_call(options, arrays, sequence, gradients)
    rows, axis = P(options.batch_axis), options.batch_axis
    by_ids = isinstance(arrays[0], Tokens)

    def local(arrays: Any, sequence: jax.Array, gradients: Any) -> tuple[Any, ...]:
        """Each device's rows; the gradients of what all rows share are summed over the devices."""
        inputs, *weights, state, _ = _backward_call(options, arrays, sequence, gradients)
        inputs = Tokens(None, jax.lax.psum(inputs.table, axis)) if by_ids else inputs
        return (inputs, *(jax.lax.psum(w, axis) for w in weights), state, None)

    given = (rows, rows if options.return_sequences else P())
    out = (Tokens(None, P()) if by_ids else rows, P(), P(), P(), rows, None)
    return jax.shard_map(
        local, mesh=options.mesh, in_specs=(_specs(options, arrays), rows, given), out_specs=out, check_vma=False
    )(arrays, sequence, gradients)


def _operands(arrays: Any) -> tuple[Any, ...]:
    """The kernel's operands; of the two forms of input, and for no mask, the absent one is empty."""
    inputs, kernel, recurrent_kernel, bias, initial_state, mask = arrays
    dtype = kernel.dtype
    if isinstance(inputs, Tokens):
        forms = jnp.zeros((0, 0, 0), dtype), inputs.ids.astype(jnp.int32), inputs.table
    else:
        forms = inputs, jnp.zeros((0, 0), jnp.int32), jnp.zeros((0, 0), dtype)
    mask = jnp.zeros((0, 0), jnp.bool_) if mask is None else mask.astype(jnp.bool_)
    return (*forms, kernel, recurrent_kernel, bias, initial_state, mask)


def _attributes(options: Options) -> dict[str, Any]:
    return {
        "activation": np.int32(ACTIVATIONS.index(options.activation)),
        "go_backwards": options.go_backwards,
        "zero_for_mask": options.zero_output_for_mask,
    }


def _forward_call(options: Options, keep: bool, fill: bool, *arrays: Any) -> tuple[jax.Array, jax.Array]:
    batch, time = (arrays[0].ids if isinstance(arrays[0], Tokens) else arrays[0]).shape[:2]
    units, dtype = arrays[2].shape[0], arrays[1].dtype
    results = (Struct((batch, units), dtype), Struct((batch, time, units) if keep else (0, 0, 0), dtype))
    state, sequence = ffi.call("simple_rnn_forward", dtype, results, *_operands(arrays), **_attributes(options), fill=fill)
    return state, sequence


def _backward_call(options: Options, arrays: Any, sequence: jax.Array, gradients: Any) -> tuple[Any, ...]:
    inputs, *weights, initial_state, _ = arrays
    by_ids = isinstance(inputs, Tokens)
    none, like = Struct((0, 0, 0), sequence.dtype), Struct(sequence.shape, sequence.dtype)
    results = (
        none if by_ids else Struct(inputs.shape, inputs.dtype),
        Struct(inputs.table.shape, inputs.table.dtype) if by_ids else Struct((0, 0), sequence.dtype),
        like if by_ids else none,  # dL/dz of every step, in the memory of the states: the kernel needs both only in turn
        *(Struct(w.shape, w.dtype) for w in weights),
        Struct(initial_state.shape, initial_state.dtype),
    )
    operands = (*_operands(arrays), sequence, *gradients)
    d_inputs, d_table, _, *rest = ffi.call(
        "simple_rnn_backward", sequence.dtype, results, *operands, aliases={8: 2} if by_ids else None, **_attributes(options)
    )
    return (Tokens(None, d_table) if by_ids else d_inputs, *rest, None)
