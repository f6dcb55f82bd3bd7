"""Keras runs on JAX in every test, whichever module imports it first, and NumPy on one thread; nothing is compiled twice.

NumPy's second thread waits, spinning, for the core that the other half of the tests computes on: the products of the
reference kernel take sixteen times as long.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
_COMPILED = None if "JAX_COMPILATION_CACHE_DIR" in os.environ else tempfile.mkdtemp(prefix="bptt-compiled-")
if _COMPILED:  # for this process, the others that run tests, and the commands that these start; JAX reads it when imported
    os.environ["JAX_COMPILATION_CACHE_DIR"] = _COMPILED
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"


def pytest_unconfigure() -> None:
    if _COMPILED:
        shutil.rmtree(_COMPILED, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def nothing_compiled_stays_in_memory() -> Iterator[None]:
    """It would be 4 GB by the middle of the tests, in ten thousand pieces; what is wanted again comes from the disk."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
