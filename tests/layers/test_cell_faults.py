"""Tests of the tests: each wrong cell fails the very check that the right one passes."""

from collections.abc import Callable
from typing import Any

import keras
import pytest

from bptt import layers
from bptt.layers.cell_rnn import CellRNN
from tests.layers import test_cells_in_keras, test_ind_rnn, test_lru
from tests.layers.cells import MASK, near, outputs, pair

Check = Callable[[], Any]


def loops_agree(name: str, **arguments: Any) -> Check:
    """Our layer and Keras's loop over the right cell, made before the fault is planted in the layer."""

    def check() -> None:
        ours, theirs = pair(name, return_state=True, **arguments)
        near(outputs(ours, MASK), outputs(theirs, MASK), 1e-5)

    return check


def in_all_steps(cell: type, change: Callable[..., Any]) -> tuple[type, str, Any]:
    right = cell.all_steps
    return cell, "all_steps", lambda self, *given: change(lambda *changed: right(self, *changed), *given)


def equation() -> None:
    test_lru.check_equation()


FAULTS: dict[str, tuple[tuple[type, str, Any], Check]] = {
    "mask ignored": (
        in_all_steps(layers.MinGRUCell, lambda right, x, states, mask, every: right(x, states, None, every)),
        loops_agree("MinGRU"),
    ),
    "initial state forgotten": (
        in_all_steps(layers.IndRNNCell, lambda right, x, states, mask, every: right(x, [0 * states[0]], mask, every)),
        loops_agree("IndRNN"),
    ),
    "inputs a step late": (
        in_all_steps(layers.IndRNNCell, lambda right, x, *others: right(keras.ops.roll(x, 1, axis=1), *others)),
        loops_agree("IndRNN"),
    ),
    "masked outputs not zeroed": (
        (CellRNN, "zero_output_for_mask", property(lambda self: False, lambda self, value: None)),
        loops_agree("MinGRU", return_sequences=True, zero_output_for_mask=True),
    ),
    "decay of the wrong sign": (
        (layers.LRUCell, "_decay", lambda self: tuple(-part for part in RIGHT_DECAY(self))),
        equation,
    ),
    "imaginary parts added": (
        (layers.LRUCell, "_shown", lambda self, real, imag, inputs: RIGHT_SHOWN(self, real, -imag, inputs)),
        equation,
    ),
    "no normaliser": (
        (layers.LRUCell, "_driven", lambda self, inputs: keras.ops.split(keras.ops.matmul(inputs, self.kernel), 2, axis=-1)),
        test_lru.check_normaliser,
    ),
    "no bound": (
        (layers.IndRNNCell, "_bounded", lambda self, weight: weight),
        lambda: test_ind_rnn.check_bounds(*test_ind_rnn.BOUNDS[1]),
    ),
    "bound forgets the steps": (
        (layers.IndRNNCell, "bounds", property(lambda self: (self.min_gain, self.max_gain))),
        lambda: test_ind_rnn.check_bounds(*test_ind_rnn.BOUNDS[0]),
    ),
    "mask handed on in the order of the inputs": (
        (CellRNN, "compute_mask", lambda self, sequences, mask=None: mask if self.return_sequences else None),
        lambda: test_cells_in_keras.test_the_mask_that_is_handed_on_stands_in_the_order_of_the_outputs(back=True),
    ),
    "dropout ignored": (
        (
            CellRNN,
            "call",
            lambda self, x, initial_state=None, mask=None, training=False: keras.layers.RNN.call(
                self, x, initial_state, mask, training
            ),
        ),
        lambda: test_cells_in_keras.test_dropout_is_of_features_for_all_time("MinGRU"),
    ),
}
RIGHT_DECAY, RIGHT_SHOWN = layers.LRUCell._decay, layers.LRUCell._shown


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault, check = FAULTS[name]
    monkeypatch.setattr(*fault, raising=False)
    with pytest.raises(AssertionError):
        check()


def test_without_faults_the_checks_pass() -> None:
    for _fault, check in FAULTS.values():
        check()
