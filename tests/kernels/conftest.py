"""Where these tests run, the compiled kernels must: a fallback here would test nothing."""

import pytest

from bptt import messages
from bptt.kernels import ffi


@pytest.fixture(scope="session", autouse=True)
def native_runs() -> None:
    assert ffi.unavailable() is None


@pytest.fixture(autouse=True)
def english() -> None:
    messages.use("en")
