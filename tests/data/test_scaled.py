"""Numbers at each step: read from archives and columns, put on one scale, named where they cannot be used."""

import json
from pathlib import Path

import numpy as np
import pytest

from bptt import data
from bptt.data.reading import ONE_CLASS, TAGGED, numbers_of
from bptt.data.scaled import Scaled
from bptt.data.sources import arrays
from bptt.errors import DataError, ModelFileError
from bptt.shapes import KNOWN

RANDOM = np.random.default_rng(0)
ROWS = [(RANDOM.normal(size=(steps, 2)) * [1, 50] + [0, 300]).astype(np.float32) for steps in (3, 1, 7)]
LENGTHS = np.array([3, 1, 7])


def test_steps_stand_on_the_scale_of_the_training_rows() -> None:
    encoder, encoded = Scaled.fit_encode(ROWS)
    assert encoded.steps.dtype == np.float32
    assert (encoded.steps[:, 0] == KNOWN).all()
    np.testing.assert_allclose(encoded.steps[:, 1:].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(encoded.steps[:, 1:].std(axis=0), 1, rtol=1e-5)
    assert encoded.lengths.tolist() == [3, 1, 7]
    other = encoder.encode([ROWS[2] + 1])
    np.testing.assert_allclose(other.steps[:, 1:] - encoded[2][:, 1:], 1 / np.tile(encoder.deviation, (7, 1)), rtol=1e-3)
    still, _steps = Scaled.fit_encode([np.full((4, 1), 5, np.float32)])
    assert still.encode([np.array([[7]], np.float32)]).steps[0, 1] == 2, "what never moved is not blown up"


def test_it_comes_back_from_its_file() -> None:
    encoder, encoded = Scaled.fit_encode(ROWS)
    again = data.from_json(encoder.to_json())
    np.testing.assert_array_equal(again.encode(ROWS).steps, encoded.steps)
    for saved in ('{"kind": "numbers"}', json.dumps({"kind": "numbers", "mean": [1], "deviation": [1, 2]})):
        with pytest.raises(ModelFileError):
            data.from_json(saved)
    with pytest.raises(DataError, match="row 2 has 3 numbers a step; expected 2"):
        encoder.encode([ROWS[0], np.zeros((4, 3), np.float32)])


FORMS = {
    "one behind the other": {"x": np.concatenate(ROWS), "lengths": LENGTHS},
    "padded": {"x": np.stack([np.pad(row, ((0, 7 - len(row)), (0, 0)), constant_values=9) for row in ROWS]), "lengths": LENGTHS},
}


@pytest.mark.parametrize("form", FORMS)
def test_rows_of_unlike_length(form: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", y=np.array(["a", "b", "a"]), **FORMS[form])
    rows = arrays.read(tmp_path / "a.npz", ONE_CLASS)
    assert rows.labels == ["a", "b", "a"]
    for row, expected in zip(rows.inputs, ROWS, strict=True):
        np.testing.assert_array_equal(row, expected)


def test_an_answer_a_step(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.concatenate(ROWS), y=np.arange(11) % 3, lengths=LENGTHS)
    assert arrays.is_per_step(tmp_path / "a.npz")
    rows = arrays.read(tmp_path / "a.npz", TAGGED)
    assert rows.labels == [("0", "1", "2"), ("0",), ("1", "2", "0", "1", "2", "0", "1")]
    np.savez(tmp_path / "b.npz", x=np.zeros((4, 5)), y=np.arange(4))
    assert not arrays.is_per_step(tmp_path / "b.npz")


def test_bad_rows_are_named_and_left_out(tmp_path: Path) -> None:
    x = np.stack([ROWS[0]] * 4)
    x[1, 2, 1] = np.nan
    x[3, 0, 0] = np.inf
    np.savez(tmp_path / "a.npz", x=x, y=[0, 1, 0, 1])
    rows = arrays.read(tmp_path / "a.npz", ONE_CLASS)
    assert [str(one) for one in rows.rejected] == [
        "a.npz:2 has NaN or infinity at step 3",
        "a.npz:4 has NaN or infinity at step 1",
    ]
    assert len(rows.inputs) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"x": np.zeros((4, 3))}, "has no array y"),
        ({"x": np.zeros(4), "y": np.zeros(4)}, r"x has shape \(4,\)"),
        ({"x": np.zeros((4, 3)), "y": np.zeros(3)}, r"y has shape \(3,\); expected \(4,\)"),
        ({"x": np.zeros((4, 3)), "y": np.zeros(2), "lengths": np.array([2, 1])}, "do not fit"),
        ({"x": np.array(["a", "b"]), "y": np.zeros(2)}, "expected numbers"),
        ({"x": np.array([None, 1], object), "y": np.zeros(2)}, "not a NumPy archive of plain arrays"),
    ],
)
def test_archives_of_another_form(tmp_path: Path, content: dict[str, np.ndarray], message: str) -> None:
    np.savez(tmp_path / "a.npz", **content)
    with pytest.raises(DataError, match=message):
        arrays.read(tmp_path / "a.npz", ONE_CLASS)


def test_what_is_no_archive(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros(3))
    for content in (b"PK\x03\x04 nothing", b"", b"text", (tmp_path / "one.npy").read_bytes()):
        (tmp_path / "a.npz").write_bytes(content)
        with pytest.raises(DataError, match="not a NumPy archive"):
            arrays.read(tmp_path / "a.npz", ONE_CLASS)


def test_lists_of_a_column(tmp_path: Path) -> None:
    records = [{"v": row.tolist(), "k": "a"} for row in ROWS]
    records += [{"v": [[1, 2], [3]], "k": "b"}, {"v": [1, 2, 3], "k": "b"}, {"v": [["x"]], "k": "b"}, {"v": [], "k": "b"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    parts = data.sources.read(data.DataConfig(source=str(tmp_path / "a.jsonl"), text="v", label="k", allow_rejects=1), ONE_CLASS)
    told = [one.reason for one in parts.training.rejected]
    assert told == [
        "has steps of different width, or what is no number",
        "has numbers, 1 a step; the first row has numbers, 2 a step",
        "has steps of different width, or what is no number",
        "has no text but a value of type list",
    ]
    assert numbers_of([1, 2, 3]).shape == (3, 1)
