"""What a model needs is known before it is made."""

import itertools

import pytest

from bptt.errors import ConfigError
from bptt.models import ModelConfig, Softmax, Words, build, size


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_parameters_are_those_that_keras_counts(cell: str) -> None:
    """Every combination of three of the four settings."""
    for deep, both, norm in itertools.product([True, False], repeat=3):
        values = {
            "cell": cell,
            "embedding_width": 7,
            "units": (5, 2) if deep else (3,),
            "bidirectional": both,
            "layer_norm": norm,
            "pooling": "last" if deep ^ both ^ norm else "mean+max",
        }
        config = ModelConfig.model_validate(values)
        inputs, head = Words(11, mask=True), Softmax(4)
        assert size.parameters(config, inputs, head) == build(config, inputs, head).count_params(), values


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
