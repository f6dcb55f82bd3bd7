"""Where these tests run, the compiled kernels must: a fallback here would test nothing."""

from collections.abc import Iterator

import pytest

from bptt import messages
from bptt.kernels import ffi
from tests.haste import haste


@pytest.fixture(scope="session", autouse=True)
def native_runs() -> None:
    assert ffi.unavailable() is None


@pytest.fixture(scope="package", autouse=True)
def compiled_as_users_do() -> Iterator[None]:
    with haste(on=False):
        yield


@pytest.fixture(autouse=True)
def english() -> None:
    messages.use("en")
