"""Our layers under Keras's torch backend, in a process of its own: Keras reads its backend once."""

import importlib.util

import pytest

from tests.kernels.processes import run_module


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed: pip install torch")
@pytest.mark.parametrize("suite", ["tests/kernels/on_torch.py", "tests/layers/on_torch.py"])
def test_on_pytorch(suite: str) -> None:
    done = run_module("pytest", "-q", "-p", "no:cacheprovider", suite, KERAS_BACKEND="torch")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
