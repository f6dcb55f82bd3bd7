"""IndRNN, MinGRU and LRU: one call for all of time is Keras's own loop over the same cell, whatever the mask and the options."""

import itertools
import re
from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import layers
from bptt.kernels import diagonal
from tests.layers.cells import MASK, NAMES, OWN, B, D, H, T, X, drawn, gradients, near, outputs, pair, set_weights
from tests.layers.twins import slow

OPTIONS = ("return_sequences", "go_backwards", "zero_output_for_mask")
EVERY = [values for values in itertools.product([False, True], repeat=4) if values[3] or not values[2]]  # unmasked, none is zero
FEW = {(False, False, False, False), (True, True, False, False), (False, False, False, True)} | {
    (True, True, False, True),  # with these, every pair of two options' values
    (True, False, True, True),
    (False, True, True, True),
}


@pytest.mark.parametrize("values", [values if values in FEW else slow(values) for values in EVERY], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_every_option_in_64_bits(name: str, values: tuple[bool, ...]) -> None:
    """The options, and whether there is a mask."""
    with jax.enable_x64(True):
        ours, theirs = pair(name, "float64", return_state=True, **dict(zip(OPTIONS, values[:3], strict=True)))
        mask = MASK if values[3] else None
        near(outputs(ours, mask), outputs(theirs, mask), 1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_in_32_bits(name: str) -> None:
    ours, theirs = pair(name, return_sequences=True, return_state=True)
    near(outputs(ours, MASK), outputs(theirs, MASK), 1e-5)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_gradients_in_64_bits(name: str, every: bool) -> None:
    """For the inputs, the initial states and every weight; with and without a mask."""
    with jax.enable_x64(True):
        arguments = {"return_sequences": every, "go_backwards": every, "zero_output_for_mask": every}
        ours, theirs = pair(name, "float64", return_state=True, **arguments)
        mask = MASK if every else None
        near(gradients(ours, mask), gradients(theirs, mask), 1e-10)


@pytest.mark.parametrize("name", ["MinGRU", "LRU"])
@pytest.mark.parametrize("masked", [slow(False), True])
def test_in_parallel(name: str, masked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The associative scan, which other devices than processors get: values and gradients."""
    used: list[str] = []
    right = diagonal._in_parallel
    monkeypatch.setattr(diagonal, "in_parallel", lambda: True)
    monkeypatch.setattr(diagonal, "_in_parallel", lambda *given: used.append("parallel") or right(*given))
    with jax.enable_x64(True):
        ours, theirs = pair(name, "float64", return_sequences=True, return_state=True)
        mask = MASK if masked else None
        near(outputs(ours, mask), outputs(theirs, mask), 1e-10)
        near(gradients(ours, mask), gradients(theirs, mask), 1e-10)
    assert used and "associative" in ours.kernel_choice.reason


@pytest.mark.parametrize("name", NAMES)
def test_a_masked_step_is_none(name: str) -> None:
    """NaN there reaches neither a value nor a gradient; without the steps the states are the same."""
    ours, _ = pair(name, return_state=True)
    holes = np.where(MASK[..., None], X, np.nan)
    found = outputs(ours, MASK, holes)
    near(found, outputs(ours, MASK), 0)
    row = 2
    alone = ours(
        X[row : row + 1, MASK[row]], initial_state=[drawn((B, s), 50 + i)[row : row + 1] for i, s in enumerate(ours.state_size)]
    )
    near([array[row : row + 1] for array in found], [np.asarray(array) for array in alone], 1e-5)


@pytest.mark.parametrize("mask", [MASK[:1], MASK[..., None], MASK.astype("float32")], ids=["one row", "an axis more", "floats"])
def test_masks_that_keras_s_loop_takes(mask: Any) -> None:
    ours, theirs = pair("LRU", return_sequences=True)
    near(outputs(ours, mask), outputs(theirs, mask), 1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_sequences_that_do_not_fit_are_refused(name: str) -> None:
    layer, _ = pair(name)
    with pytest.raises(ValueError, match=re.escape(f"sequences has shape {(B, T, 2)}; expected (batch, time, {D})")):
        layer(X[..., :2])
    with pytest.raises(ValueError, match="sequences is complex64; expected real numbers"):
        layer(X * np.complex64(1j))


def test_shapes_that_do_not_fit_are_refused() -> None:
    ours = set_weights(layers.LRU(H, state_units=2))
    with pytest.raises(ValueError, match=re.escape(f"mask has shape {(B, T - 1)}; expected {(B, T)}")):
        ours(X, mask=MASK[:, :-1])
    with pytest.raises(ValueError, match=re.escape(f"initial_state[1] has shape {(B, H)}; expected {(B, 2)}")):
        ours(X, initial_state=[np.ones((B, H), "float32")] * 3)


@pytest.mark.parametrize(("dtype", "tolerance"), [("mixed_bfloat16", 0.1), ("float16", 0.01)])
@pytest.mark.parametrize("name", NAMES)
def test_narrow_floats(name: str, dtype: str, tolerance: float) -> None:
    """Within a few of the dtype's roundings of float32; out come the dtype's own arrays, also from Keras's loop."""
    ours, theirs = pair(name, dtype, return_sequences=True, return_state=True)
    expected = outputs(pair(name, return_sequences=True, return_state=True)[0], MASK)
    for layer in (ours, theirs):
        found = outputs(layer, MASK, X.astype("float32"))
        assert {str(array.dtype) for array in found} == {layer.compute_dtype}
        near([array.astype("float32") for array in found], expected, tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_on_another_backend_it_is_keras_s_own_loop(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pair(name, return_sequences=True)
    assert ours.kernel_choice.kernel == "scan"
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    assert ours.kernel_choice.kernel == "keras" and "numpy" in ours.kernel_choice.reason
    near(outputs(ours, MASK), outputs(theirs, MASK), 0)


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("IndRNN", {"units": 0}, "units is 0; expected a positive integer"),
        ("MinGRU", {"units": 2.5}, "units is 2.5; expected a positive integer"),
        ("IndRNN", {"longest_dependence": 0}, "longest_dependence is 0; expected a positive integer"),
        ("IndRNN", {"min_gain": 3.0}, "min_gain is 3.0 and max_gain 2.0"),
        ("IndRNN", {"min_gain": -1.0}, "min_gain is -1.0 and max_gain 2.0"),
        ("IndRNN", {"max_gain": 0.0}, "min_gain is 0.0 and max_gain 0.0"),
        ("IndRNN", {"min_gain": 0.5}, "min_gain is 0.5, and longest_dependence None"),
        ("LRU", {"state_units": 0}, "state_units is 0; expected a positive integer"),
        ("LRU", {"r_min": 0.9, "r_max": 0.5}, "r_min is 0.9 and r_max 0.5"),
        ("LRU", {"r_max": 1.1}, "r_min is 0.0 and r_max 1.1"),
        ("LRU", {"r_min": 1.0}, "r_min is 1.0 and r_max 1.0"),
        ("LRU", {"max_phase": 0.0}, "max_phase is 0.0; expected an angle above 0"),
        ("LRU", {"bias_initializer": "ones"}, "bias_initializer"),
        ("MinGRU", {"dropout": 1.5}, "1.5"),
    ],
)
def test_bad_arguments_are_refused(name: str, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        getattr(layers, name)(**({"units": H} | arguments))


def test_a_layer_reads_as_its_cell() -> None:
    layer = layers.IndRNN(H, use_bias=False, kernel_initializer="he_normal", **OWN["IndRNN"])
    assert (layer.units, layer.use_bias, layer.longest_dependence) == (H, False, None)
    assert type(layer.kernel_initializer) is keras.initializers.HeNormal
    assert layers.LRU(H, state_units=7).cell.state_size == [H, 7, 7]
    assert layer.compute_output_shape((B, T, D)) == (B, H)
