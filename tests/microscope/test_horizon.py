"""How far back an input moves the answer, of networks of one unit whose memory is known."""

from typing import Any

import keras
import numpy as np
import pytest

from bptt.batches import Batches
from bptt.data import Ragged, TextConfig
from bptt.microscope import horizon
from bptt.models import ModelConfig, Sigmoid, Words, build
from bptt.models.tag_heads import StepSoftmax

V, ROWS = 9, 20


def rows(length: int, **text: Any) -> Batches:
    random = np.random.default_rng(0)
    lengths = np.full(ROWS, length)
    ids = random.integers(2, V, lengths.sum()).astype(np.int32)
    config = TextConfig(max_length=length, bucket_edges=(), **text)
    return Batches(Ragged(ids, np.cumsum([0, *lengths])), np.zeros((ROWS, 1), np.int32), config, 8, 0, shuffle=False)


def remembering(share: float, mask: bool = True) -> keras.Model:
    """Of a state that keeps this share of itself a step; words so small that tanh is a line."""
    config = ModelConfig(
        cell="simple_rnn", units=(1,), bidirectional=False, embedding_width=2, embedding_dropout=0.0, dropout=0.0, pooling="last"
    )
    keras.utils.set_random_seed(0)
    model = build(config, Words(V, mask), Sigmoid(1))
    for variable in model.weights:
        small = "embedding" in variable.path
        variable.assign({"recurrent_kernel": [[share]], "bias": [0.0]}.get(variable.name, variable.value * (0.1 if small else 1)))
    return model


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_gradient_fades_as_the_memory_does(share: float, padding: str) -> None:
    found = horizon.measure(remembering(share), Sigmoid(1), rows(20, padding=padding))
    assert found is not None and found["steps_back"] == [1, 2, 4, 8, 16, 20]
    faded = np.array([share**k for k in range(20)]) / sum(share**k for k in range(20))
    assert np.allclose(
        found["gradient_share"], [faded[a:b].sum() for a, b in [(0, 1), (1, 2), (2, 4), (4, 8), (8, 16), (16, 20)]], atol=0.01
    )
    assert found["horizon"] == {0.0: 1, 0.5: 5, 1.0: 19}[share]
    assert found["lengths"] == {"median": 20.0, "p90": 20.0, "longest": 20}


def test_another_input_moves_the_answer_within_the_memory_alone() -> None:
    forgets, keeps = (horizon.measure(remembering(share), Sigmoid(1), rows(16)) for share in (0.0, 1.0))
    assert forgets["moved"][0] > 5e-5 and max(forgets["moved"][1:]) == 0
    assert min(keeps["moved"]) > 5e-5


def test_padding_that_is_read_pushes_a_short_row_out_of_sight() -> None:
    """Behind the row's end, without a mask, it is one more step each, which no memory of one step outlasts."""
    lengths = [3] * (ROWS - 1) + [16]
    ids = np.random.default_rng(1).integers(2, V, sum(lengths)).astype(np.int32)
    text = TextConfig(max_length=16, bucket_edges=(), mask=False, padding="post")
    batches = Batches(Ragged(ids, np.cumsum([0, *lengths])), np.zeros((ROWS, 1), np.int32), text, 8, 0, shuffle=False)
    blind, one = (horizon.measure(remembering(0.0, mask=False), Sigmoid(1), each) for each in (batches, rows(16)))
    assert blind["horizon"] == 1 and blind["moved"][0] < one["moved"][0] / 5, "one row of twenty ends where reading ends"
    assert blind["lengths"] == {"median": 3.0, "p90": 3.0, "longest": 16}


def test_where_every_step_has_an_answer_there_is_none() -> None:
    assert horizon.measure(remembering(0.5), StepSoftmax(("a", "b")), rows(4)) is None


def test_padding_is_no_number_of_steps_back() -> None:
    real = np.array([[0, 0, 1, 1], [1, 0, 1, 0], [1, 1, 1, 1]], bool)
    assert horizon._steps_back(real).tolist() == [[0, 0, 2, 1], [2, 0, 1, 0], [4, 3, 2, 1]]
