"""Under keras.distribution each device computes its own rows, and the training is that of one device."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from tests.kernels.processes import result

TWO_DEVICES = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "KERAS_BACKEND": "jax"}
ROWS = 32


@pytest.fixture(scope="module")
def trainings() -> dict[str, Any]:
    """The same two models trained on two devices and on one."""
    names = ("distributed", "single")
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(lambda name: result("tests.kernels.sharded", name, **TWO_DEVICES), names), strict=True))


@pytest.mark.parametrize("model", ["ids", "dense"])
def test_each_device_computes_only_its_rows(trainings: dict[str, Any], model: str) -> None:
    assert trainings["single"][model]["batches"] == [ROWS]
    assert trainings["distributed"][model]["batches"] == [ROWS // 2]


@pytest.mark.parametrize("model", ["ids", "dense"])
def test_losses_and_weights_are_those_of_one_device(trainings: dict[str, Any], model: str) -> None:
    distributed, single = trainings["distributed"][model], trainings["single"][model]
    np.testing.assert_allclose(distributed["losses"], single["losses"], rtol=1e-6)
    assert single["losses"][-1] < single["losses"][0]
    for got, want in zip(distributed["weights"], single["weights"], strict=True):
        np.testing.assert_allclose(got, want, atol=1e-6)
