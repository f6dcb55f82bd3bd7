"""Wrong kernels, each wrong in one thing that a recurrent layer has been wrong in: none may pass for a right one."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from bptt.kernels import Options, Tokens, scan
from bptt.kernels.native import simple_rnn as right  # compiles in a tenth of the scan's time
from tests.kernels.parity import Kernel

stop = jax.lax.stop_gradient
FAULTS: list[Kernel] = []


def fault(kernel: Kernel) -> Kernel:
    FAULTS.append(kernel)
    return kernel


def dense(inputs: Any) -> Any:
    return inputs.table[inputs.ids] if isinstance(inputs, Tokens) else inputs


@fault
def one_step_off(options: Options, x: Any, *others: Any) -> Any:
    return right(options, jnp.roll(dense(x), 1, axis=1), *others)


@fault
def transposed_recurrent_kernel(options: Options, x: Any, w: Any, u: Any, *others: Any) -> Any:
    return right(options, x, w, u.T, *others)


@fault
def mask_ignored(options: Options, x: Any, w: Any, u: Any, b: Any, h: Any, mask: Any) -> Any:
    return right(options, x, w, u, b, h, None)


@fault
def mask_read_in_the_other_direction(options: Options, x: Any, w: Any, u: Any, b: Any, h: Any, mask: Any) -> Any:
    return right(options, x, w, u, b, h, None if mask is None else mask[:, ::-1])


@fault
def masked_step_takes_the_bias(options: Options, x: Any, w: Any, u: Any, b: Any, h: Any, mask: Any) -> Any:
    x = dense(x)
    return right(options, x if mask is None else jnp.where(mask[..., None], x, 0), w, u, b, h, None)


@fault
def rows_reversed(options: Options, *arrays: Any) -> Any:
    state, sequence = right(options, *arrays)
    return state[::-1], None if sequence is None else sequence[::-1]


@fault
def rows_left_sorted_by_length(options: Options, *arrays: Any) -> Any:
    state, sequence = right(options, *arrays)
    mask = arrays[-1]
    return state if mask is None else state[jnp.argsort(-mask.sum(axis=1))], sequence


@fault
def slope_of_the_activation_missing(options: Options, *arrays: Any) -> Any:
    f = {"tanh": jnp.tanh, "relu": jax.nn.relu}[options.activation]
    return scan.simple_rnn(options, *arrays, activation=lambda z: z + stop(f(z) - z))


@fault
def other_activation(options: Options, *arrays: Any) -> Any:
    return right(replace(options, activation={"tanh": "relu", "relu": "tanh"}[options.activation]), *arrays)


@fault
def bias_ignored(options: Options, x: Any, w: Any, u: Any, b: Any, *others: Any) -> Any:
    return right(options, x, w, u, jnp.zeros_like(b), *others)


@fault
def bias_gradient_dropped(options: Options, x: Any, w: Any, u: Any, b: Any, *others: Any) -> Any:
    return right(options, x, w, u, stop(b), *others)


@fault
def recurrent_gradient_dropped(options: Options, x: Any, w: Any, u: Any, *others: Any) -> Any:
    return right(options, x, w, stop(u), *others)


@fault
def last_row_left_out_of_the_inputs_gradients(options: Options, x: Any, w: Any, *others: Any) -> Any:
    x = dense(x)
    rows = jnp.concatenate([x[:-1], stop(x[-1:])])
    return right(options, rows, w, *others)


@fault
def initial_state_ignored(options: Options, x: Any, w: Any, u: Any, b: Any, h: Any, mask: Any) -> Any:
    return right(options, x, w, u, b, jnp.zeros_like(h), mask)


@fault
def initial_states_gradient_dropped(options: Options, x: Any, w: Any, u: Any, b: Any, h: Any, mask: Any) -> Any:
    return right(options, x, w, u, b, stop(h), mask)


@fault
def direction_ignored(options: Options, *arrays: Any) -> Any:
    return right(replace(options, go_backwards=False), *arrays)


@fault
def outputs_in_the_order_of_time(options: Options, *arrays: Any) -> Any:
    state, sequence = right(options, *arrays)
    return state, sequence[:, ::-1] if options.go_backwards and sequence is not None else sequence


@fault
def zero_output_for_mask_ignored(options: Options, *arrays: Any) -> Any:
    return right(replace(options, zero_output_for_mask=False), *arrays)


@fault
def state_of_the_last_step_instead_of_the_held_one(options: Options, *arrays: Any) -> Any:
    _, sequence = right(options, *arrays)
    state, _ = right(options, *arrays[:-1], None)
    return state, sequence


@fault
def state_after_the_first_step_of_the_sequence(options: Options, *arrays: Any) -> Any:
    _, sequence = right(replace(options, return_sequences=True), *arrays)
    return sequence[:, 0], sequence if options.return_sequences else None


@fault
def gradient_cut_after_half_the_steps(options: Options, x: Any, w: Any, u: Any, b: Any, h: Any, mask: Any) -> Any:
    x, parts, half = dense(x), [], dense(x).shape[1] // 2
    pieces = [slice(half, None), slice(half)] if options.go_backwards else [slice(half), slice(half, None)]
    for piece in pieces:
        h, sequence = right(options, x[:, piece], w, u, b, stop(h) if parts else h, None if mask is None else mask[:, piece])
        parts.append(sequence)
    return h, jnp.concatenate(parts, axis=1) if options.return_sequences else None


@fault
def a_words_gradient_is_that_of_its_first_place(options: Options, x: Any, *others: Any) -> Any:
    if not isinstance(x, Tokens):
        return right(options, x, *others)
    _, first = jnp.unique(x.ids.ravel(), return_index=True, size=x.ids.size)
    place = jnp.arange(x.ids.size)
    rows = x.table[x.ids]
    counted = jnp.isin(place, first).reshape(*x.ids.shape, 1)
    return right(options, jnp.where(counted, rows, stop(rows)), *others)


@fault
def weights_rounded_to_half_precision(options: Options, x: Any, w: Any, *others: Any) -> Any:
    return right(options, x, w.astype(jnp.float16).astype(w.dtype), *others)


@fault
def one_element_not_a_number(options: Options, *arrays: Any) -> Any:
    state, sequence = right(options, *arrays)
    return state.at[-1, -1].set(jnp.nan), sequence
