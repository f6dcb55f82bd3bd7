"""A direct call refuses what it cannot read or write, and names it."""

from typing import Any

import numpy as np
import pytest

from bptt.kernels import Options, Tokens, compiled, direct
from bptt.shapes import Floats
from tests.kernels.strategies import Case, draw_problem

LSTM = Options("lstm", return_sequences=True)
PROBLEM = draw_problem(Case(2, 3, 4, 5, masked=True, options=LSTM)).cast("float32")
X, KERNEL, RECURRENT, MASK = PROBLEM.inputs, PROBLEM.weights.kernel, PROBLEM.weights.recurrent_kernel, PROBLEM.mask


def unaligned(array: Floats) -> Floats:
    return np.frombuffer(b"\0" + array.tobytes(), array.dtype, offset=1).reshape(array.shape)


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("inputs", np.asfortranarray(X), r"inputs of shape \(2, 3, 4\) has strides of \(1, 2, 6\) elements, expected a cont"),
        ("inputs", np.repeat(X, 2, axis=2)[..., ::2], r"inputs of shape .* strides of \(24, 8, 2\) elements"),
        ("inputs", X.astype(">f4"), "inputs is a ndarray, expected an array that DLPack or the buffer protocol can read"),
        ("inputs", unaligned(X), "inputs does not start at a multiple of its element size"),
        ("inputs", X.astype("float64"), "inputs has dtype float64, expected float32"),
        ("inputs", X[0], r"inputs has shape \(3, 4\), expected \(B, T, D\)"),
        ("inputs", Tokens(np.zeros((2, 3), "int64"), X[0]), "ids has dtype int64, expected int32"),
        ("inputs", Tokens(np.zeros((2, 3), "int32"), X[0, :, :3].copy()), r"kernel has shape \(4, 20\), expected \(3, 20\)"),
        ("kernel", KERNEL[:3].copy(), r"kernel has shape \(3, 20\), expected \(4, 20\)"),
        ("recurrent_kernel", RECURRENT.astype("float16"), "recurrent_kernel has dtype float16, expected float32 or float64"),
        ("recurrent_kernel", RECURRENT.astype("complex64"), "recurrent_kernel has dtype complex64, expected float32 or float64"),
        ("states", (PROBLEM.states[0], None), r"initial_cell is missing, expected shape \(2, 5\)"),
        ("mask", MASK.astype("int64") if MASK is not None else None, "mask has dtype int64, expected bool"),
    ],
)
def test_a_wrong_array_is_named(name: str, wrong: Any, words: str) -> None:
    given: dict[str, Any] = {"inputs": X, "weights": PROBLEM.weights, "states": PROBLEM.states, "mask": MASK}
    given |= {name: wrong} if name in given else {"weights": PROBLEM.weights._replace(**{name: wrong})}
    with pytest.raises(ValueError, match=words):
        direct.forward(LSTM, **given)


def test_an_id_outside_the_table_is_named() -> None:
    ids = np.array([[0, 1, 2], [1, 1, 3]], "int32")
    with pytest.raises(IndexError, match="token id 3 at row 1, step 2 is outside the vocabulary of 3 rows"):
        direct.forward(LSTM, Tokens(ids, X[0]), PROBLEM.weights, PROBLEM.states)


def norm(operands: Any, out: Any, threads: int = 1) -> None:
    compiled.module.layer_norm_forward(operands, out, threads=threads, epsilon=1e-3)


def test_what_cannot_be_written_is_named() -> None:
    rows, weights = np.ones((2, 3)), np.ones(3)
    fixed = np.empty((2, 3))
    fixed.flags.writeable = False
    for out, words in (
        (fixed, "out is read-only, expected an array to write into"),
        (np.empty((3, 2)).T, r"out of shape \(2, 3\) has strides of \(1, 2\) elements"),
        (np.empty((3, 2)), r"out has shape \(3, 2\), expected \(2, 3\)"),
        (np.empty((2, 3), "float32"), "out has dtype float32, expected float64"),
        ([[0.0] * 3] * 2, "out is a list, expected an array"),
        (None, r"out is missing, expected shape \(2, 3\)"),
    ):
        with pytest.raises(ValueError, match=words):
            norm([rows, weights, weights], [out])


def test_a_wrong_number_of_arrays_or_threads_is_told() -> None:
    rows, weights, out = np.ones((2, 3)), np.ones(3), np.empty((2, 3))
    for operands, results, threads, words in (
        ([rows, weights], [out], 1, "2 arrays came, expected 3, from in to beta"),
        ([rows, weights, weights, rows], [out], 1, "4 arrays came, expected 3"),
        ([rows, weights, weights], [], 1, "0 arrays came, expected 1"),
        ([None, weights, weights], [out], 1, "in is missing, expected float32 or float64"),
        ([rows, weights, weights], [out], 0, "threads is 0, expected at least 1"),
    ):
        with pytest.raises(ValueError, match=words):
            norm(operands, results, threads)
