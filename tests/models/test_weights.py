from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bptt.bundle import Bundle
from bptt.errors import ModelFileError
from bptt.models import ModelConfig, Softmax, Words, build, get_weights, restore, set_weights

CONFIG = ModelConfig(embedding_width=3, units=(4,))
IDS = np.array([[3, 4, 5, 1], [8, 9, 0, 0]], np.int32)


def bundle(mask: bool = True) -> Bundle:
    model = build(CONFIG, Words(10, mask), Softmax(2))
    config = {"model": CONFIG.model_dump(mode="json"), "text": {"mask": mask}}
    return Bundle(config, ("no", "yes"), "[]", get_weights(model), epoch=1)


@pytest.mark.parametrize("mask", [True, False])
def test_a_restored_model_answers_as_the_one_saved(mask: bool, tmp_path: Path) -> None:
    model = build(CONFIG, Words(10, mask), Softmax(2))
    replace(bundle(mask), weights=get_weights(model)).save(tmp_path / "model.safetensors")
    restored = restore(Bundle.load(tmp_path / "model.safetensors"), Words(10, mask), Softmax(2))
    np.testing.assert_array_equal(restored(IDS), model(IDS))


def test_weights_are_copies() -> None:
    model = build(CONFIG, Words(10, mask=True), Softmax(2))
    weights = get_weights(model)
    before = weights["head/bias"].copy()
    model.get_layer("head").bias.assign([5.0, 6.0])
    np.testing.assert_array_equal(weights["head/bias"], before)


def test_other_keys_and_shapes_are_refused_and_nothing_changes() -> None:
    model = build(CONFIG, Words(10, mask=True), Softmax(2))
    before = get_weights(model)
    other = {path: value + 1 for path, value in before.items()}
    missing = {path: value for path, value in other.items() if path != "head/bias"}
    with pytest.raises(ModelFileError, match=r"missing \['head/bias'\], not expected \['tail'\]"):
        set_weights(model, {**missing, "tail": np.zeros(2)})
    with pytest.raises(ModelFileError, match=r"head/bias has the shape \(3,\), expected \(2,\)"):
        set_weights(model, {**other, "head/bias": np.zeros(3)})
    for path, value in get_weights(model).items():
        np.testing.assert_array_equal(value, before[path])


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"model": {"cell": "elman"}, "text": {"mask": True}},
        {"model": {"layers": 2}, "text": {}},
    ],
)
def test_a_configuration_that_cannot_be_read(config: dict[str, object]) -> None:
    with pytest.raises(ModelFileError, match="another version"):
        restore(replace(bundle(), config=config), Words(10, True), Softmax(2))


def test_a_configuration_that_is_not_the_weights_own() -> None:
    other = {"model": {**CONFIG.model_dump(mode="json"), "units": [5]}, "text": {"mask": True}}
    with pytest.raises(ModelFileError, match="does not fit the model"):
        restore(replace(bundle(), config=other), Words(10, True), Softmax(2))
