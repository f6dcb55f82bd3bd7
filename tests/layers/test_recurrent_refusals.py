"""What SimpleRNN, LSTM and GRU are wrongly given: an error that names it, what came and what was expected."""

import re
from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.recurrences import ROWS, SEQUENCES, every_cell, every_layer, layer_of, pair, states_for
from tests.layers.twins import D, H, T, same, spread

Call = Callable[[Any], Any]  # calls a built layer wrongly
SEQUENCE_FAULTS: dict[str, tuple[Call, str]] = {
    "rank 2": (lambda layer: layer(SEQUENCES[0]), f"expected (B, T, D), came {(T, D)}"),
    "rank 4": (lambda layer: layer(SEQUENCES[None]), "expected ndim=3, found ndim=4"),
    "width": (
        lambda layer: layer(SEQUENCES[..., :2]),
        f"sequences has shape {(ROWS, T, 2)}; expected (batch, time, {D}), for which the layer was built",
    ),
    "complex numbers": (lambda layer: layer(SEQUENCES * 1j), "sequences is complex64; expected real numbers"),
    "letters": (lambda layer: layer(np.full((2, T, D), "a")), "could not convert string to float"),
}
MASK_FAULTS: dict[str, tuple[Any, str]] = {
    "short": (np.ones((ROWS, T - 1), bool), f"mask has shape {(ROWS, T - 1)}; expected {(ROWS, T)}"),
    "few rows": (np.ones((2, T), bool), f"mask has shape (2, {T}); expected {(ROWS, T)}"),
    "one axis": (np.ones(T, bool), f"mask has shape ({T},); expected {(ROWS, T)}"),
    "one an element": (np.ones((ROWS, T, D), bool), f"mask has shape {(ROWS, T, D)}; expected {(ROWS, T)}"),
}


@pytest.mark.parametrize("name", SEQUENCE_FAULTS)
@every_layer
def test_sequences(cell: str, name: str) -> None:
    call, message = SEQUENCE_FAULTS[name]
    with pytest.raises(ValueError, match=re.escape(message)):
        call(pair(cell)[0])


@pytest.mark.parametrize("name", MASK_FAULTS)
@every_layer
def test_a_mask(cell: str, name: str) -> None:
    mask, message = MASK_FAULTS[name]
    with pytest.raises(ValueError, match=re.escape(message)):
        pair(cell)[0](SEQUENCES, mask=mask)


@every_layer
def test_an_initial_state(cell: str) -> None:
    layer, _ = pair(cell)
    right = states_for(layer)
    shapes = ", ".join([str((ROWS, H))] * len(right))
    name = "initial_state" if len(right) == 1 else "initial_state[0]"
    for wrong, message in [
        ([*right, right[0]], f"initial_state is {len(right) + 1} arrays; expected {shapes}"),
        ([right[0][:2], *right[1:]], f"{name} has shape (2, {H}); expected {(ROWS, H)}"),
        ([right[0][:, :1], *right[1:]], f"{name} has shape ({ROWS}, 1); expected {(ROWS, H)}"),
    ]:
        with pytest.raises(ValueError, match=re.escape(message)):
            layer(SEQUENCES, initial_state=wrong)


def test_one_state_for_an_lstm() -> None:
    with pytest.raises(ValueError, match=re.escape(f"initial_state is 1 arrays; expected {(ROWS, H)}, {(ROWS, H)}")):
        pair("LSTM")[0](SEQUENCES, initial_state=spread((ROWS, H)))


@pytest.mark.parametrize("units", [0, -3, 2.5, "4", None, True])
@every_layer
def test_units(cell: str, units: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"units is {units!r}; expected a positive integer")):
        getattr(layers, cell)(units)


def test_units_of_numpy_are_units() -> None:
    assert layers.GRU(np.int64(4)).get_config()["units"] == 4


@pytest.mark.parametrize(
    ("cell", "name"), [("SimpleRNN", "zoneout"), ("LSTM", "zoneout"), ("LSTM", "zoneout_cell"), ("GRU", "zoneout")]
)
@pytest.mark.parametrize("rate", [1.5, 1, -0.1, float("nan"), "0.1", None])
def test_a_share(cell: str, name: str, rate: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{name} is {rate!r}; expected a share in [0, 1)")):
        getattr(layers, cell)(H, **{name: rate})


@pytest.mark.parametrize("cell", ["SimpleRNN", "GRU"])
def test_zoneout_cell_without_a_cell(cell: str) -> None:
    with pytest.raises(ValueError, match="zoneout_cell"):
        getattr(layers, cell)(H, zoneout_cell=0.1)


@pytest.mark.parametrize("layer_norm", [False, True])
@pytest.mark.parametrize("words", [10, 1000], ids=["fewer words than steps", "more words than steps"])
@every_layer
def test_an_id_outside_the_vocabulary(cell: str, words: int, layer_norm: bool) -> None:
    """Compiled and not; where the step is masked the id may be anything."""
    for wrong in (words, -1):
        model = keras.Sequential(
            [keras.Input((T,), dtype="int32"), layers.Embedding(words, D), layer_of(layers, cell, layer_norm=layer_norm)]
        )
        ids = np.arange(ROWS * T).reshape(ROWS, T) % 10
        ids[2, 3] = wrong
        assert np.isfinite(model.layers[1](model.layers[0](ids), mask=ids != wrong)).all()
        for call in (model, model.predict_on_batch):
            with pytest.raises((jax.errors.JaxRuntimeError, ValueError), match=f"token id {wrong} at row 2, step 3 is outside"):
                np.asarray(call(ids))  # the error may come when the answer is read


@every_cell
def test_any_layout_of_an_array_is_read(cell: str) -> None:
    layer, _ = pair(cell)
    expected, locked = layer(SEQUENCES[::-1, ::-1]), SEQUENCES[::-1, ::-1].copy()
    locked.setflags(write=False)
    for array in (
        SEQUENCES[::-1, ::-1],
        np.asfortranarray(locked),
        locked,
        np.repeat(locked, 2, axis=1)[:, ::2],
        locked.astype(object),
    ):
        same(layer(array), expected, 0)
    np.testing.assert_array_equal(locked, SEQUENCES[::-1, ::-1])


@every_layer
def test_numbers_of_any_kind_are_read_as_keras_reads_them(cell: str) -> None:
    ours, theirs = pair(cell)
    counts = np.arange(ROWS * T * D).reshape(ROWS, T, D) % 3
    for dtype in ("int32", "bool", "float16", "float64"):
        same(ours(counts.astype(dtype)), theirs(counts.astype(dtype)))


def test_a_nested_list_is_a_mask() -> None:
    layer, _ = pair("LSTM")
    real = np.arange(T) < 3
    same(layer(SEQUENCES, mask=[real.tolist()] * ROWS), layer(SEQUENCES, mask=np.tile(real, (ROWS, 1))), 0)
