import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from bptt.bundle import FORMAT, Bundle, _digest, load_weights, save_weights
from bptt.errors import ModelFileError

WEIGHTS = {
    "head/kernel": np.arange(6, dtype=np.float32).reshape(2, 3) / 7,
    "head/bias": np.array([1.5, -2.5, 0.0], dtype=np.float32),
    "rnn_1/kernel": np.linspace(0, 1, 4, dtype=np.float32).reshape(2, 2).T,  # not contiguous
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    bundle = Bundle({"model": {"units": [64]}}, ("tốt", "xấu"), '["", "?", "phở"]', dict(WEIGHTS), 7)
    bundle.save(tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


def test_what_is_saved_is_loaded(file: Path) -> None:
    loaded = Bundle.load(file)
    assert loaded.config == {"model": {"units": [64]}}
    assert loaded.classes == ("tốt", "xấu")
    assert loaded.vocabulary_json == '["", "?", "phở"]'
    assert loaded.epoch == 7
    assert loaded.weights.keys() == WEIGHTS.keys()
    for name, value in WEIGHTS.items():
        np.testing.assert_array_equal(loaded.weights[name], value)
        assert loaded.weights[name].dtype == np.float32


def test_same_content_same_bytes(file: Path) -> None:
    again = file.with_name("again.safetensors")
    Bundle.load(file).save(again)
    assert again.read_bytes() == file.read_bytes()


def test_every_flipped_bit_is_noticed(file: Path) -> None:
    content = file.read_bytes()
    for position in range(0, len(content), 7):
        flipped = bytearray(content)
        flipped[position] ^= 1 << position % 8
        file.write_bytes(flipped)
        with pytest.raises(ModelFileError):
            Bundle.load(file)


def test_every_truncation_is_noticed(file: Path) -> None:
    content = file.read_bytes()
    for length in range(0, len(content), 5):
        file.write_bytes(content[:length])
        with pytest.raises(ModelFileError, match="damaged or no model file") as caught:
            Bundle.load(file)
        assert caught.value.code == "model.damaged"


def test_foreign_files(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file(WEIGHTS, foreign)
    with pytest.raises(ModelFileError, match="its format is None"):
        Bundle.load(foreign)
    foreign.write_bytes(b"PK\x03\x04" * 100)
    with pytest.raises(ModelFileError, match="damaged or no model file"):
        Bundle.load(foreign)


@pytest.mark.parametrize(
    "header", ["[]", "1", "null", '"x"', "{", '{"format": "bptt 1"}', '{"format": "bptt 1", "texts": []}', "[" * 9999]
)
def test_a_header_of_another_shape(tmp_path: Path, header: str) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file(WEIGHTS, foreign, metadata={"bptt": header})
    with pytest.raises(ModelFileError, match=r"not a model file of this version|damaged or no model file"):
        Bundle.load(foreign)


@pytest.mark.parametrize("texts", [[], None, "x"])
def test_texts_of_another_shape_under_their_own_digest(tmp_path: Path, texts: object) -> None:
    header = {"format": FORMAT, "texts": texts, "sha256": _digest(WEIGHTS, texts)}
    save_file(
        {name: np.ascontiguousarray(value) for name, value in WEIGHTS.items()}, tmp_path / "a", {"bptt": json.dumps(header)}
    )
    with pytest.raises(ModelFileError, match="damaged or no model file"):
        Bundle.load(tmp_path / "a")


@pytest.mark.parametrize(
    ("part", "wrong"), [("config", "[]"), ("classes", "{}"), ("classes", "[1]"), ("epoch", '"x"'), ("epoch", "{")]
)
def test_a_part_of_another_shape(file: Path, part: str, wrong: str) -> None:
    weights, texts = load_weights(file)
    save_weights(file, weights, texts | {part: wrong})
    with pytest.raises(ModelFileError, match=rf"damaged or no model file \({part}\)"):
        Bundle.load(file)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(ModelFileError, match="There is no model file"):
            Bundle.load(path)


def test_weights_alone_are_no_bundle(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    save_weights(path, dict(WEIGHTS), {})
    assert load_weights(path)[0].keys() == WEIGHTS.keys()
    with pytest.raises(ModelFileError, match="no whole model: no config"):
        Bundle.load(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_weights_are_not_written(file: Path, bad: float) -> None:
    before = file.read_bytes()
    weights = {**WEIGHTS, "head/bias": np.array([1.0, bad, 0.0], dtype=np.float32)}
    with pytest.raises(ModelFileError, match="head/bias holds NaN or infinity"):
        Bundle({}, (), "", weights, 0).save(file)
    assert file.read_bytes() == before


def test_not_finite_weights_are_not_loaded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bptt.bundle._check_finite", lambda path, weights: None)
    save_weights(file, {"a": np.array([np.nan], dtype=np.float32)}, {})
    monkeypatch.undo()
    with pytest.raises(ModelFileError, match="the weight a holds NaN"):
        load_weights(file)
