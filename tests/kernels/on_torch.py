"""What test_torch.py runs where Keras is on PyTorch: the kernel under autograd gives a direct call's bits, whatever the cell."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt.kernels import Drops, Norm, Options, Tokens, Weights
from bptt.kernels import torch as native
from bptt.shapes import Floats
from tests.kernels.parity import named, results
from tests.kernels.strategies import Case, Problem, cases, draw_problem
from tests.kernels.test_direct import called, same_bits


def tensor(array: Any) -> Any:
    """Floats want their gradient; a seed comes as the int32 of the same bits, as Keras has it."""
    if array is None:
        return None
    array = array.view(np.int32) if array.dtype == np.uint32 else array
    return torch.tensor(array, requires_grad=array.dtype.kind == "f")


def computed(problem: Problem, dtype: str) -> dict[str, Floats]:
    """What `parity.computed` gives, by PyTorch."""
    p = problem.cast(dtype)
    w = p.weights
    weights = Weights(*map(tensor, w[:3]), None if w.norm is None else Norm(*map(tensor, w.norm)))
    inputs, states, drops = tensor(p.inputs), tuple(map(tensor, p.states)), Drops(*map(tensor, p.drops))
    x = inputs if p.ids is None else Tokens(tensor(p.ids), inputs)
    found, sequence = native.recurrence(p.options, x, weights, states, tensor(p.mask), drops, tensor(p.seed))
    loss = sum((a * torch.tensor(d)).sum() for a, d in zip(found, p.d_states, strict=True))
    if sequence is not None:
        loss = loss + (sequence * torch.tensor(p.d_sequence)).sum()
    loss.backward()
    norm = None if weights.norm is None else Norm(*(None if g is None else g.grad for g in weights.norm))
    gradients = named(inputs.grad, Weights(*(None if g is None else g.grad for g in weights[:3]), norm), [s.grad for s in states])
    values = tuple(state.detach() for state in found)
    return results(values, None if sequence is None else sequence.detach(), gradients)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(case=cases(), seed=st.integers(0, 99))
def test_pytorch_gets_the_bits_of_a_direct_call(case: Case, seed: int) -> None:
    problem = draw_problem(case, seed=seed)
    for dtype in ("float32", "float64"):
        assert same_bits(computed(problem, dtype), called(problem, dtype))


@pytest.mark.parametrize(
    ("mend", "words"),
    [
        (lambda x: x.to(torch.float16), "inputs has dtype float16, expected float32"),
        (lambda x: x[:, :, :3], r"kernel has shape \(4, 5\), expected \(3, 5\)"),
        (lambda x: x.to("meta"), r"inputs is a torch\.Tensor, expected an array that DLPack"),
    ],
)
def test_a_wrong_tensor_is_named(mend: Any, words: str) -> None:
    p = draw_problem(Case(2, 3, 4, 5, options=Options())).cast("float32")
    weights = Weights(*map(tensor, p.weights[:3]))
    with pytest.raises((ValueError, RuntimeError), match=words):
        native.recurrence(p.options, mend(torch.tensor(p.inputs)), weights, tuple(map(tensor, p.states)))
