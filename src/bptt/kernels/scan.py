"""The recurrence by `jax.lax.scan`, differentiated by JAX: any activation, any dtype, any device, any derivative."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from bptt.kernels.draws import keeps
from bptt.kernels.options import STATES, Drops, Options, Tokens, Weights

Activation = Callable[[jax.Array], jax.Array]
States = tuple[jax.Array, ...]
Zone = Callable[[int, jax.Array, jax.Array], jax.Array]  # (which state, its old value, its candidate) -> its new value
_KNOWN: dict[str, Activation] = {
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "sigmoid": jax.nn.sigmoid,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "linear": lambda z: z,
}


def recurrence(
    options: Options,
    inputs: jax.Array | Tokens,
    weights: Weights,
    states: States,
    mask: jax.Array | None = None,
    drops: Drops = Drops(),  # noqa: B008 - immutable
    seed: jax.Array | None = None,
    activation: Activation | None = None,
    recurrent_activation: Activation | None = None,
) -> tuple[States, jax.Array | None]:
    """The states after the last real step, (B, H) each; every output (B, T, H) in processing order, or None.

    Args:
        options: what to compute; `mesh` is left to JAX.
        inputs: (B, T, D) or Tokens.
        weights: in the shapes that Weights names.
        states: at the start, (B, H) each: (h,), or (h, c) of the LSTM.
        mask: (B, T) bool, True where the step is real; states pass through any other step unchanged.
        drops: in the shapes that Drops names; no `inputs` among them where `weights.kernel` is None.
        seed: (2,) uint32, where zoneout draws.
        activation: overrides the name in `options`.
        recurrent_activation: likewise.

    Raises ValueError for `drops.inputs` without a kernel.
    """
    x = inputs.table[inputs.ids] if isinstance(inputs, Tokens) else inputs
    if mask is not None:  # a masked NaN times a zero gradient would be NaN
        x = jnp.where(mask[..., None], x, 0)
    z = _projected(jnp.swapaxes(x, 0, 1), weights, drops, options.narrow)  # (T, B, G H)
    functions = activation or _KNOWN[options.activation], recurrent_activation or _KNOWN[options.recurrent_activation]
    cell = Cell(options, weights, drops.recurrent, *functions)
    sizes = z.shape[1], z.shape[0], states[0].shape[1]

    def step(before: States, now: Any) -> tuple[States, jax.Array | None]:
        z, real, t = now
        after = STEPS[options.cell](cell, z, before, _zoneout(options, seed, sizes, t))
        if real is not None:
            after = tuple(jnp.where(real, new, old) for new, old in zip(after, before, strict=True))
        if not options.return_sequences:
            return after, None
        hidden = options.zero_output_for_mask and real is not None
        return after, jnp.where(real, after[0], 0) if hidden else after[0]

    steps = (z, None if mask is None else mask.T[..., None], jnp.arange(len(z), dtype=jnp.uint32))
    states, outputs = jax.lax.scan(step, tuple(states), steps, reverse=options.go_backwards)
    if not options.return_sequences:
        return states, None
    outputs = jnp.flip(outputs, 0) if options.go_backwards else outputs
    return states, jnp.swapaxes(outputs, 0, 1)


def _rounded(a: jax.Array) -> jax.Array:
    return jax.lax.reduce_precision(a, exponent_bits=8, mantissa_bits=7)  # a cast there and back might be optimised away


@jax.custom_vjp
def _forth(a: jax.Array) -> jax.Array:
    """`a` rounded to bfloat16; its gradient is not."""
    return _rounded(a)


@jax.custom_vjp
def _back(a: jax.Array) -> jax.Array:
    """`a` itself; its gradient is rounded to bfloat16."""
    return a


_forth.defvjp(lambda a: (_rounded(a), None), lambda _, d: (d,))
_back.defvjp(lambda a: (a, None), lambda _, d: (_rounded(d),))


def _product(a: jax.Array, kernel: jax.Array, masks: jax.Array | None, narrow: bool) -> jax.Array:
    """a (..., B, K) times the kernel (K, G H), `a` under the mask (M, B, K) of each gate."""

    def times(a: jax.Array, part: jax.Array) -> jax.Array:
        return _back(_forth(a) @ _forth(part)) if narrow else a @ part

    if masks is None:
        return times(a, kernel)
    parts = jnp.split(kernel, len(masks), axis=1)
    return jnp.concatenate([times(a * mask, part) for mask, part in zip(masks, parts, strict=True)], axis=-1)


def _projected(x: jax.Array, weights: Weights, drops: Drops, narrow: bool) -> jax.Array:
    if weights.kernel is not None:
        return _product(x, weights.kernel, drops.inputs, narrow)
    if drops.inputs is not None:
        raise ValueError("drops.inputs acts on x before W, but without a kernel the inputs are x W: drop before the product.")
    return x


def _zoneout(options: Options, seed: jax.Array | None, sizes: tuple[int, int, int], t: jax.Array) -> Zone:
    """Zoneout at time index t (Krueger et al. 2017): elements of a state keep their old value; at prediction, a share of it."""
    rates = (options.zoneout, options.zoneout_cell)

    def zone(state: int, old: jax.Array, new: jax.Array) -> jax.Array:
        rate = rates[state]
        if not rate:
            return new
        if not options.training:
            return rate * old + (1 - rate) * new
        return jnp.where(keeps(seed, rate, sizes, t, state, STATES[options.cell]), old, new)

    return zone


class Cell(NamedTuple):
    """What every step reads."""

    options: Options
    weights: Weights
    drops: jax.Array | None  # (M, B, H), on h
    f: Activation
    gate: Activation

    def norm(self, a: jax.Array) -> jax.Array:
        """(a - mean) / sqrt(variance + epsilon) over the last axis (Ba et al. 2016)."""
        centred = a - jnp.mean(a, axis=-1, keepdims=True)
        return centred * jax.lax.rsqrt(jnp.mean(centred**2, axis=-1, keepdims=True) + self.options.epsilon)


def _simple_rnn(cell: Cell, x: jax.Array, states: States, zone: Zone) -> States:
    """h = f(x W + h U + b) (Elman 1990); x (B, H) is x W."""
    (h,), w = states, cell.weights
    z = x + _product(h, w.recurrent_kernel, cell.drops, cell.options.narrow)
    if w.norm is not None:
        z = cell.norm(z) * w.norm.recurrent_gain
    return (zone(0, h, cell.f(z + w.bias)),)


def _lstm(cell: Cell, x: jax.Array, states: States, zone: Zone) -> States:
    """c = f c + i g, h = o tanh(c), with the forget gate of Gers et al. (2000); x (B, 4 H) is x W."""
    (h, c), w = states, cell.weights
    recurrent = _product(h, w.recurrent_kernel, cell.drops, cell.options.narrow)
    if w.norm is not None:
        recurrent = cell.norm(recurrent) * w.norm.recurrent_gain
    i, f, g, o = jnp.split(x + recurrent + w.bias, 4, axis=-1)
    c = zone(1, c, cell.gate(f) * c + cell.gate(i) * cell.f(g))
    shown = c if w.norm is None else cell.norm(c) * w.norm.state_gain + w.norm.state_bias
    return zone(0, h, cell.gate(o) * cell.f(shown)), c


def _gru(cell: Cell, x: jax.Array, states: States, zone: Zone) -> States:
    """h = z h + (1 - z) g (Cho et al. 2014), the reset gate before the product with U or after it; x (B, 3 H) is x W."""
    (h,), w = states, cell.weights
    both = 2 * h.shape[1]  # z and r, then the candidate
    u, u_candidate = jnp.split(w.recurrent_kernel, [both], axis=1)
    drops, drops_candidate = (None, None) if cell.drops is None else (cell.drops[:2], cell.drops[-1:])
    bias, bias_recurrent = w.bias if cell.options.reset_after else (w.bias, jnp.zeros_like(w.bias))

    def recurrent(h: jax.Array, u: jax.Array, drops: jax.Array | None, part: slice) -> jax.Array:
        product = _product(h, u, drops, cell.options.narrow)
        if w.norm is not None:
            product = cell.norm(product) * w.norm.recurrent_gain[part]
        return product + bias_recurrent[part]

    x = x + bias
    z, r = jnp.split(cell.gate(x[:, :both] + recurrent(h, u, drops, slice(both))), 2, axis=-1)
    candidate = slice(both, None)
    if cell.options.reset_after:
        inner = r * recurrent(h, u_candidate, drops_candidate, candidate)
    else:
        inner = recurrent(r * h, u_candidate, drops_candidate, candidate)
    return (zone(0, h, z * h + (1 - z) * cell.f(x[:, both:] + inner)),)


STEPS = {"simple_rnn": _simple_rnn, "lstm": _lstm, "gru": _gru}
