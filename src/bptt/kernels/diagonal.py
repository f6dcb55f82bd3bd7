"""h_t = f(a_t * h_{t-1} + b_t): recurrences in which each element remembers by itself, and all else is done outside of time.

Two ways through time. In order: `jax.lax.scan`, whose step is a few element-wise operations on (B, N). In parallel, where there
is no f: steps are affine maps, and `jax.lax.associative_scan` composes them in log2 T rounds. In parallel moves several
times the memory in order to keep many lanes busy; on 2 cores that never paid (docs/cells.md), on a graphics card it does.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from bptt.kernels import dispatch
from bptt.messages import _

Activation = Callable[[jax.Array], jax.Array]


def choose_diagonal(backend: str, linear: bool) -> dispatch.Choice:
    """The way through time: "scan", in order or in parallel, or "keras".

    Args:
        backend: Keras's backend.
        linear: whether there is no f.
    """
    if backend != "jax":
        return dispatch._other("keras", _("the Keras backend is {backend}; the kernels run on jax").format(backend=backend))
    if not linear:
        return dispatch._other("scan", _("in order of time: an activation stands between the steps"))
    if in_parallel():
        return dispatch._other("scan", _("associative, all of time in parallel: the state enters the next one linearly"))
    return dispatch._other("scan", _("in order of time: on a processor that is faster than the associative scan"))


def in_parallel() -> bool:
    """Whether the devices here have lanes enough for the associative scan to pay."""
    return jax.default_backend() != "cpu"


def recurrence(
    decay: jax.Array, drive: jax.Array, initial_state: jax.Array, mask: jax.Array | None, activation: Activation | None = None
) -> jax.Array:
    """All states h (B, T, N), real or complex, in the dtype of `drive`; computed in 32 bits where that has fewer.

    Args: decay a (N,) or (B, T, N), drive b (B, T, N), initial_state h_0 (B, N), mask (B, T) bool: a masked step keeps the state.
    """
    wide = jnp.promote_types(drive.dtype, jnp.float32)
    decay, b, state = (array.astype(wide) for array in (decay, drive, initial_state))
    if activation is None and in_parallel():
        return _in_parallel(decay, b, state, mask).astype(drive.dtype)
    return _in_order(decay, b, state, mask, activation or (lambda a: a)).astype(drive.dtype)


def _in_order(decay: jax.Array, drive: jax.Array, state: jax.Array, mask: jax.Array | None, activation: Activation) -> jax.Array:
    constant = decay.ndim == 1
    every = jnp.broadcast_to(decay, state.shape) if constant else None  # summed over the rows once, not at each step
    steps = drive, None if constant else decay, None if mask is None else mask[..., None]

    def step(h: jax.Array, now: tuple[jax.Array, jax.Array | None, jax.Array | None]) -> tuple[jax.Array, jax.Array]:
        b, a, real = now
        after = activation((every if a is None else a) * h + b).astype(h.dtype)  # Keras's tanh gives 32 bits for 64
        after = after if real is None else jnp.where(real, after, h)
        return after, after

    _last, states = jax.lax.scan(step, state, jax.tree.map(lambda array: jnp.swapaxes(array, 0, 1), steps))
    return jnp.swapaxes(states, 0, 1)


def _in_parallel(decay: jax.Array, drive: jax.Array, state: jax.Array, mask: jax.Array | None) -> jax.Array:
    decay = jnp.broadcast_to(decay, drive.shape)
    if mask is not None:
        decay, drive = jnp.where(mask[..., None], decay, 1), jnp.where(mask[..., None], drive, 0)

    def then(first: tuple[jax.Array, jax.Array], second: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        return first[0] * second[0], second[0] * first[1] + second[1]

    decays, states = jax.lax.associative_scan(then, (decay, drive), axis=1)
    return states + decays * state[:, None]
