"""The recurrence by `jax.lax.scan`, differentiated by JAX: any activation, any dtype, any device, any derivative."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from bptt.kernels.options import Options, Tokens

Activation = Callable[[jax.Array], jax.Array]
_KNOWN: dict[str, Activation] = {"tanh": jnp.tanh, "relu": jax.nn.relu}


def simple_rnn(
    options: Options,
    inputs: jax.Array | Tokens,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array,
    initial_state: jax.Array,
    mask: jax.Array | None = None,
    activation: Activation | None = None,
) -> tuple[jax.Array, jax.Array | None]:
    """The state after the last real step (B, H); every output (B, T, H) in processing order, or None.

    Args: inputs (B, T, D) or Tokens, kernel (D, H), recurrent_kernel (H, H), bias (H,), initial_state (B, H),
    mask (B, T) bool. `activation` overrides the name in `options`.
    """
    f = activation or _KNOWN[options.activation]
    x = inputs.table[inputs.ids] if isinstance(inputs, Tokens) else inputs
    if mask is not None:  # a masked NaN times a zero gradient would be NaN
        x = jnp.where(mask[..., None], x, 0)
    z = jnp.swapaxes(x @ kernel + bias, 0, 1)  # (T, B, H)
    steps = (z,) if mask is None else (z, mask.T[..., None])

    def step(h: jax.Array, now: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array | None]:
        after = f(now[0] + h @ recurrent_kernel)
        if mask is not None:
            after = jnp.where(now[1], after, h)
        if not options.return_sequences:
            return after, None
        hidden = options.zero_output_for_mask and mask is not None
        return after, jnp.where(now[1], after, 0) if hidden else after

    state, outputs = jax.lax.scan(step, initial_state, steps, reverse=options.go_backwards)
    if not options.return_sequences:
        return state, None
    outputs = jnp.flip(outputs, 0) if options.go_backwards else outputs
    return state, jnp.swapaxes(outputs, 0, 1)
