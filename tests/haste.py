"""XLA without its long optimisations, which take half the time of a compilation: where what is compiled is not what is tested."""

from collections.abc import Iterator
from contextlib import contextmanager

import jax

FLAG = "jax_disable_most_optimizations"
IN_HASTE = {FLAG.upper(): "1"}  # for a process of its own


@contextmanager
def haste() -> Iterator[None]:
    """What JAX compiles inside the block."""
    jax.config.update(FLAG, True)
    try:
        yield
    finally:
        jax.config.update(FLAG, False)
