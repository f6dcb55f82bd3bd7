"""Run as a program: the first call of the process is a kernel's own."""

import jax.numpy as jnp

from bptt import kernels

if __name__ == "__main__":
    out = kernels.layer_norm(0.0, jnp.array([[1.0, 3.0]]), jnp.ones(2), jnp.zeros(2))
    assert out.tolist() == [[-1.0, 1.0]], out
