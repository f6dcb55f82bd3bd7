"""Keras runs on JAX in every test, whichever module imports it first, and NumPy on one thread.

NumPy's second thread waits, spinning, for the core that the other half of the tests computes on: the products of the
reference kernel take sixteen times as long.
"""

import os
import sys
from collections.abc import Iterator

import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="module", autouse=True)
def nothing_compiled_is_kept() -> Iterator[None]:
    """What JAX compiles it keeps: 4 GB by the middle of the tests, in ten thousand pieces of memory."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
