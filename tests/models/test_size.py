"""What a model needs is known before it is made."""

import itertools

import numpy as np
import pytest

from bptt.errors import ConfigError
from bptt.models import Head, ModelConfig, Number, Sigmoid, Softmax, Words, build, size


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_parameters_are_those_that_keras_counts(cell: str) -> None:
    """Drawn settings, of each kind of stack."""
    random = np.random.default_rng(0)
    for units, residual in itertools.product([(3,), (7, 2), (7, 7, 2)], [False, True]):
        values = {
            "cell": cell,
            "embedding_width": 7,
            "units": units,
            "bidirectional": bool(random.integers(2)),
            "norm": str(random.choice(["none", "layer", "batch"])),
            "residual": residual,
            "dense": [(), (6,), (6, 3)][random.integers(3)],
            "pooling": "mean+max" if residual and len(units) == 1 else str(random.choice(["last", "max", "mean+max"])),
        }
        config = ModelConfig.model_validate(values)
        inputs, head = Words(11, mask=True), Softmax(4)
        assert size.parameters(config, inputs, head) == build(config, inputs, head).count_params(), values


@pytest.mark.parametrize("head", [Number(3.0, 2.0), Sigmoid(5)], ids=["number", "sigmoid"])
def test_parameters_of_every_head_are_those_that_keras_counts(head: Head) -> None:
    config, inputs = ModelConfig(units=(3,), embedding_width=7), Words(11, mask=True)
    assert size.parameters(config, inputs, head) == build(config, inputs, head).count_params()


def test_what_is_too_large_for_the_machine_is_refused_with_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    config = ModelConfig(units=(1000,), embedding_width=1000, bidirectional=False, pooling="last")
    inputs, head = Words(100, mask=True), Softmax(2)
    need = 4 * (8 * size.parameters(config, inputs, head) + 50 * 2000)
    monkeypatch.setattr(size, "memory", lambda: need)
    size.check_fits(config, inputs, head, cells=50)
    monkeypatch.setattr(size, "memory", lambda: need - 1)
    with pytest.raises(ConfigError, match=r"at least 0\.1 GB of memory \(2,103,002 parameters, 50 words"):
        size.check_fits(config, inputs, head, cells=50)


def test_a_container_s_limit_counts(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    whole = size.memory()
    (tmp_path / "max").write_text("max\n")
    (tmp_path / "limit").write_text("1000000\n")
    monkeypatch.setattr(size, "CGROUPS", (tmp_path / "none", tmp_path / "max"))
    assert size.memory() >= whole > 10**8
    monkeypatch.setattr(size, "CGROUPS", (tmp_path / "max", tmp_path / "limit"))
    assert size.memory() == 1_000_000
