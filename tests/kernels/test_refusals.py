"""Wrong arrays end in an error that names them, never in an abort; empty ones in empty results."""

from typing import Any

import jax
import numpy as np
import pytest

from bptt import kernels
from bptt.errors import KernelError
from bptt.kernels import Options, Tokens, native, scan
from bptt.kernels.options import Drops, Norm, Weights

B, T, D, H, V = 2, 3, 4, 5, 7
SEED = np.zeros(2, np.uint32)


def ones(*shape: int, dtype: str = "float32") -> Any:
    return np.ones(shape, dtype)


def recur(**wrong: Any) -> Any:
    """An LSTM with all it can have, one of the arrays another."""
    arrays: dict[str, Any] = {
        "inputs": ones(B, T, D),
        "kernel": ones(D, 4 * H),
        "recurrent_kernel": ones(H, 4 * H),
        "bias": ones(4 * H),
        "initial_state": ones(B, H),
        "initial_cell": ones(B, H),
        "mask": ones(B, T, dtype="bool"),
        "input_drops": None if isinstance(wrong.get("inputs"), Tokens) else ones(4, B, D),
        "recurrent_drops": ones(4, B, H),
        "recurrent_gain": ones(4 * H),
        "state_gain": ones(H),
        "state_bias": ones(H),
        "seed": SEED,
    }
    a = arrays | wrong
    norm = Norm(a["recurrent_gain"], a["state_gain"], a["state_bias"])
    weights, states = Weights(a["kernel"], a["recurrent_kernel"], a["bias"], norm), (a["initial_state"], a["initial_cell"])
    drops, options = (
        Drops(a["input_drops"], a["recurrent_drops"]),
        Options("lstm", return_sequences=True, zoneout=0.1, training=True),
    )
    return jax.block_until_ready(native.recurrence(options, a["inputs"], weights, states, a["mask"], drops, a["seed"]))


def test_the_right_arrays_are_not_refused() -> None:
    (h, c), sequence = recur()
    assert np.array_equal(sequence[:, -1], h) and np.all(c > h)


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("inputs", ones(B, T, 9), r"kernel has shape \(4, 20\), expected \(9, 20\)"),
        ("inputs", Tokens(ones(B, T, dtype="int32"), ones(V, 9)), r"kernel has shape \(4, 20\), expected \(9, 20\)"),
        ("recurrent_kernel", ones(H, H), r"recurrent_kernel has shape \(5, 5\), expected \(5, 20\)"),
        ("bias", ones(9), r"bias has shape \(1, 9\), expected \(1, 20\)"),
        ("bias", ones(2, 4 * H), r"bias has shape \(2, 20\), expected \(1, 20\)"),
        ("initial_state", ones(9, H), r"initial_state has shape \(9, 5\), expected \(2, 5\)"),
        ("initial_cell", ones(B, 9), r"initial_cell has shape \(2, 9\), expected \(2, 5\)"),
        ("input_drops", ones(3, B, D), r"input_drops has shape \(3, 2, 4\), expected \(1, 2, 4\)"),
        ("recurrent_drops", ones(4, B, 9), r"recurrent_drops has shape \(4, 2, 9\), expected \(4, 2, 5\)"),
        ("recurrent_gain", ones(H), r"recurrent_gain has shape \(5\), expected \(20\)"),
        ("state_gain", ones(9), r"state_gain has shape \(9\), expected \(5\)"),
        ("seed", np.zeros(3, np.uint32), r"seed has shape \(3\), expected \(2\)"),
        ("mask", ones(B, 9, dtype="bool"), r"mask has shape \(2, 9\), expected \(2, 3\)"),
        ("inputs", ones(T, D), r"inputs has shape \(3, 4\), expected \(B, T, D\)"),
        ("bias", ones(1, H), r"bias has shape \(1, 5\), expected \(1, 20\)"),
        ("inputs", ones(B, T, D, dtype="int32"), "inputs has dtype int32, expected float32"),
    ],
)
def test_an_array_of_a_wrong_shape_or_dtype_is_named(name: str, wrong: Any, words: str) -> None:
    with pytest.raises(jax.errors.JaxRuntimeError, match=words):
        recur(**{name: wrong})


def test_a_dtype_that_no_kernel_computes_in_is_named() -> None:
    with pytest.raises(KernelError, match="The arrays are of float16; the native kernels compute in float32, float64"):
        recur(recurrent_kernel=ones(H, 4 * H, dtype="float16"))


def test_dropped_inputs_want_their_product() -> None:
    """Where the inputs are x W already, nothing is left to drop before it."""
    weights, drops = Weights(None, ones(H, H), ones(H)), Drops(ones(1, B, H), None)
    given = (Options(), ones(B, T, H), weights, (ones(B, H),), None, drops)
    with pytest.raises(ValueError, match=r"drops\.inputs acts on x before W"):
        scan.recurrence(*given)
    with pytest.raises(jax.errors.JaxRuntimeError, match="input_drops want inputs"):
        jax.block_until_ready(native.recurrence(*given))


@pytest.mark.parametrize("rate", [-0.1, 1.0, np.nan])
def test_a_rate_outside_its_range_is_refused(rate: float) -> None:
    with pytest.raises(jax.errors.JaxRuntimeError, match="rate is not in"):
        jax.block_until_ready(kernels.dropout(rate, (1, 1, 4), ones(4), SEED))


def test_a_seed_of_a_wrong_shape_is_named() -> None:
    with pytest.raises(jax.errors.JaxRuntimeError, match=r"seed has shape \(3\), expected \(2\)"):
        jax.block_until_ready(kernels.dropout(0.5, (1, 1, 4), ones(4), np.zeros(3, np.uint32)))


def test_a_weight_of_a_wrong_width_is_named() -> None:
    with pytest.raises(jax.errors.JaxRuntimeError, match=r"gamma has shape \(3\), expected \(4\)"):
        jax.block_until_ready(kernels.layer_norm(1e-3, ones(2, 4), ones(3), ones(4)))


@pytest.mark.parametrize("empty", ["B", "T", "D", "H"])
def test_an_empty_axis_is_no_fault(empty: str) -> None:
    """Without steps the state is the initial one; without features the bias alone speaks; gradients have their arrays' shapes."""
    b, t, d, h = (0 if axis == empty else size for axis, size in zip("BTDH", (B, T, D, H), strict=True))
    weights = Weights(ones(d, h), np.zeros((h, h), "float32"), ones(h))
    given = (ones(b, t, d), weights, (ones(b, h),))
    ((state,), sequence), backward = jax.vjp(lambda *a: native.recurrence(Options(return_sequences=True), *a), *given)
    want = {"T": 1.0, "D": np.tanh(1.0)}.get(empty, 0.0)
    assert state.shape == (b, h) and sequence.shape == (b, t, h)
    np.testing.assert_allclose(state, np.full((b, h), want), rtol=1e-6)
    gradients = backward(((state,), sequence))
    assert [g.shape for g in jax.tree.leaves(gradients)] == [a.shape for a in jax.tree.leaves(given)]
    assert np.array_equal(gradients[2][0], state if empty == "T" else np.zeros((b, h)))


def test_no_element_is_no_fault() -> None:
    assert kernels.dropout(0.5, (1, 1, 0), ones(0), SEED).shape == (0,)
    assert kernels.layer_norm(1e-3, ones(0, 4), ones(4), ones(4)).shape == (0, 4)
