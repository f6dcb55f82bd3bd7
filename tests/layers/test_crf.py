"""The CRF layer: its rules, its loss, its answers, and what it refuses."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from bptt.data import bio
from bptt.layers import chains, crf
from bptt.shapes import NO_LABEL
from tests.layers import brute

TAGS = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
B, T, K = 40, 9, len(TAGS)


def layer_of(**arguments: Any) -> layers.CRF:
    """With weights that are not zero."""
    layer = layers.CRF(K, *bio.rules(TAGS), **arguments)
    layer.build((B, T, K))
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(0, 2, weight.shape) for weight in layer.get_weights()])
    return layer


def rows(seed: int = 2) -> tuple[Any, Any]:
    """Emissions (B, T, K) that like what is not legal, and a mask (B, T) with padding behind."""
    random = np.random.default_rng(seed)
    emissions = random.normal(0, 3, (B, T, K)).astype(np.float32) + np.array([0, 0, 2, 2, 0], np.float32)
    return emissions, np.arange(T) < random.integers(1, T + 1, (B, 1))


def legal(path: Any) -> bool:
    tags = [TAGS[label] for label in path if label != NO_LABEL]
    return all(bio.may_follow(tag, before) for before, tag in pairwise(["O", *tags]))


def check_legal() -> None:
    emissions, mask = rows()
    assert not all(map(legal, np.where(mask, emissions.argmax(-1), NO_LABEL))), "the emissions alone are not legal"
    for scale in (1, 1e3, 1e6):
        assert all(map(legal, layer_of().decode(emissions * scale, mask)))


def check_no_probability() -> None:
    """Of labels that are not legal, whatever the emissions: the marginals of I-X are those of B-X and I-X before it, at most."""
    emissions, mask = rows()
    found = np.asarray(layer_of().marginals(emissions, mask))
    inside, begin = found[..., 2:4], found[..., :2]
    assert np.abs(inside[:, 0]).max() == 0
    assert (inside[:, 1:] - inside[:, :-1] - begin[:, :-1]).max() < 1e-5
    np.testing.assert_allclose(found.sum(-1), mask, atol=1e-4)


def check_loss() -> None:
    """Against every legal sequence of a short row."""
    emissions, mask = rows()[0][:, :4], np.ones((B, 4), bool)
    layer = layer_of()
    labels = layer.decode(emissions, mask)
    weights = chains.Weights(*layer.get_weights())
    probability = np.exp(-np.asarray(layer.loss(labels, emissions)))
    for b, (row, path) in enumerate(zip(emissions, labels, strict=True)):
        every = [list(map(int, np.unravel_index(n, (K,) * 4))) for n in range(K**4)]
        values = {tuple(one): brute.score_of(weights, row, tuple(one)) for one in every if legal(one)}
        total = np.exp(np.array(list(values.values())) - max(values.values())).sum()
        assert values[tuple(path)] == pytest.approx(max(values.values()))
        assert probability[b] == pytest.approx(1 / total, rel=1e-3)


def test_what_is_not_legal_is_never_decoded() -> None:
    check_legal()


def test_what_is_not_legal_has_no_probability() -> None:
    check_no_probability()
    check_loss()


def test_a_row_s_answer_and_loss_are_the_same_alone() -> None:
    emissions, mask = rows()
    layer = layer_of()
    together, losses = layer.decode(emissions, mask), layer.loss(layer.decode(emissions, mask), emissions)
    assert len(np.unique(together)) == K + 1
    for b, steps in enumerate(mask.sum(1)):
        alone = layer.decode(emissions[b : b + 1, :steps], mask[b : b + 1, :steps])
        np.testing.assert_array_equal(alone[0], together[b, :steps])
        loss = layer.loss(together[b : b + 1], emissions[b : b + 1])
        np.testing.assert_allclose(loss, losses[b : b + 1], rtol=1e-5, atol=1e-5)
    unpadded = layer.loss(alone, emissions[-1:, :steps])
    assert steps < T
    np.testing.assert_allclose(unpadded, losses[-1:], rtol=1e-5, atol=1e-5)


def test_padding_may_stand_in_front() -> None:
    emissions, mask = rows()
    layer = layer_of()
    behind, front = layer.decode(emissions, mask), layer.decode(emissions[:, ::-1], mask[:, ::-1])
    moved = np.stack([np.roll(row, T - n, 0) for row, n in zip(emissions, mask.sum(1), strict=True)])
    found = layer.decode(moved, mask[:, ::-1])
    assert [row[row >= 0].tolist() for row in found] == [row[row >= 0].tolist() for row in behind]
    assert (found != front).any(), "the order of the steps counts"


def test_of_bfloat16_emissions_the_sums_are_float32() -> None:
    layer = layer_of(dtype="mixed_bfloat16")
    emissions, mask = rows()
    rough = keras.ops.cast(emissions, "bfloat16")
    assert layer.loss(layer.decode(emissions, mask), rough).dtype == "float32"
    np.testing.assert_allclose(layer.marginals(rough, mask).sum(-1), mask, atol=1e-4)


def test_a_saved_layer_comes_back_with_its_rules() -> None:
    layer = layer_of(name="tags")
    config = keras.saving.serialize_keras_object(layer)
    assert config["registered_name"] == "bptt>CRF"
    copy = keras.saving.deserialize_keras_object(config)
    assert [weight.path for weight in copy.weights] == ["tags/transitions", "tags/start", "tags/end"]
    copy.set_weights(layer.get_weights())
    emissions, mask = rows()
    np.testing.assert_array_equal(copy.decode(emissions, mask), layer.decode(emissions, mask))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"units": 0}, "units is 0; expected a positive integer"),
        ({"units": 2, "legal_transitions": np.ones((2, 3))}, r"legal_transitions has shape \(2, 3\); expected \(2, 2\)"),
        ({"units": 2, "legal_starts": np.ones((2, 1))}, r"legal_starts has shape \(2, 1\); expected \(2,\)"),
        ({"units": 2, "legal_starts": [False, False]}, "a legal label at every step"),
        ({"units": 2, "legal_transitions": [[True, False], [False, False]]}, "a legal label at every step"),
    ],
)
def test_rules_that_cannot_be(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        layers.CRF(**arguments)


def test_emissions_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="emissions have 4 labels; expected 5"):
        layers.CRF(5)(np.zeros((2, 3, 4), "float32"))


def everything_legal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(crf, "_rules", lambda _name, _given, shape: np.ones(shape, bool))


def transposed(patch: pytest.MonkeyPatch) -> None:
    right = crf._rules
    patch.setattr(crf, "_rules", lambda *arguments: right(*arguments).T)


def unpunished(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(crf, "FORBIDDEN", 0.0)


FAULTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Callable[[], None]]] = {
    "no rules": (everything_legal, check_legal),
    "rules transposed": (transposed, check_legal),
    "rules transposed, in the marginals": (transposed, check_no_probability),
    "no penalty in the marginals": (unpunished, check_no_probability),
    "no penalty in the loss": (unpunished, check_loss),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, check = FAULTS[name]
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_decoding_needs_no_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    unpunished(monkeypatch)
    check_legal()
