"""XLA without its long optimisations, which take half the time of a compilation: where what is compiled is not what is tested.

`make test` is in haste but for the kernels' own tests, `make test-all` compiles everything as users do.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import jax

FLAG = "jax_disable_most_optimizations"
IN_HASTE, AS_USERS_DO = {FLAG.upper(): "1"}, {FLAG.upper(): "0"}  # for a process of its own


@contextmanager
def haste(on: bool = True) -> Iterator[None]:
    """Of what JAX compiles inside the block."""
    before = jax.config.read(FLAG)
    jax.config.update(FLAG, on)
    try:
        yield
    finally:
        jax.config.update(FLAG, before)
