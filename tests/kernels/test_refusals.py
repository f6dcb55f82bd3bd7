"""Wrong arrays end in an error that names them, never in an abort; empty ones in empty results."""

from typing import Any

import jax
import numpy as np
import pytest

from bptt import kernels
from bptt.kernels import Options, Tokens, native

B, T, D, H, V = 2, 3, 4, 5, 7
SEED = np.zeros(2, np.uint32)


def ones(*shape: int, dtype: str = "float32") -> Any:
    return np.ones(shape, dtype)


def recur(**wrong: Any) -> Any:
    given: dict[str, Any] = {
        "inputs": ones(B, T, D),
        "kernel": ones(D, H),
        "recurrent_kernel": ones(H, H),
        "bias": ones(H),
        "initial_state": ones(B, H),
        "mask": ones(B, T, dtype="bool"),
    }
    return jax.block_until_ready(native.simple_rnn(Options(return_sequences=True), *(given | wrong).values()))


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("inputs", ones(B, T, 9), r"inputs has shape \(2, 3, 9\), expected \(2, 3, 4\)"),
        ("inputs", Tokens(ones(B, T, dtype="int32"), ones(V, 9)), r"table has shape \(7, 9\), expected \(7, 4\)"),
        ("recurrent_kernel", ones(H, 9), r"recurrent_kernel has shape \(5, 9\), expected \(5, 5\)"),
        ("bias", ones(9), r"bias has shape \(9\), expected \(5\)"),
        ("initial_state", ones(9, H), r"initial_state has shape \(9, 5\), expected \(2, 5\)"),
        ("mask", ones(B, 9, dtype="bool"), r"mask has shape \(2, 9\), expected \(2, 3\)"),
        ("inputs", ones(T, D), "Wrong buffer rank: expected 3 but got 2"),
        ("bias", ones(1, H), "Wrong buffer rank: expected 1 but got 2"),
        ("inputs", ones(B, T, D, dtype="int32"), "Wrong buffer dtype: expected F32 but got S32"),
        ("recurrent_kernel", ones(H, H, dtype="float16"), "Wrong buffer dtype: expected F32 but got F16"),
    ],
)
def test_an_array_of_a_wrong_shape_or_dtype_is_named(name: str, wrong: Any, words: str) -> None:
    with pytest.raises(jax.errors.JaxRuntimeError, match=words):
        recur(**{name: wrong})


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
    given = (ones(b, t, d), ones(d, h), np.zeros((h, h), "float32"), ones(h), ones(b, h))
    (state, sequence), backward = jax.vjp(lambda *a: native.simple_rnn(Options(return_sequences=True), *a), *given)
    want = {"T": 1.0, "D": np.tanh(1.0)}.get(empty, 0.0)
    assert state.shape == (b, h) and sequence.shape == (b, t, h)
    np.testing.assert_allclose(state, np.full((b, h), want), rtol=1e-6)
    gradients = backward((state, sequence))
    assert [g.shape for g in gradients] == [a.shape for a in given]
    assert np.array_equal(gradients[4], state if empty == "T" else np.zeros((b, h)))


def test_no_element_is_no_fault() -> None:
    assert kernels.dropout(0.5, (1, 1, 0), ones(0), SEED).shape == (0,)
    assert kernels.layer_norm(1e-3, ones(0, 4), ones(4), ones(4)).shape == (0, 4)
