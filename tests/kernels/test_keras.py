"""A judge that is not ours: Keras's own layers, results and gradients, in float64."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import pytest

from bptt.kernels import Options, native
from bptt.kernels.options import Weights
from bptt.shapes import Floats
from tests.kernels.closeness import assert_close
from tests.kernels.parity import computed, named, results
from tests.kernels.strategies import Case, Problem, draw_problem

LAYERS = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
FUNCTIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "hard_sigmoid": jax.nn.hard_sigmoid}


def keras_computes(problem: Problem) -> dict[str, Floats]:
    """As `parity.computed`, by Keras. Functions, not names: keras.ops.tanh rounds to float32."""
    p, options = problem, problem.options
    gates = {} if options.cell == "simple_rnn" else {"recurrent_activation": FUNCTIONS[options.recurrent_activation]}
    reset = {"reset_after": options.reset_after} if options.cell == "gru" else {}
    layer = LAYERS[options.cell](
        len(p.weights.recurrent_kernel),
        activation=FUNCTIONS[options.activation],
        go_backwards=options.go_backwards,
        zero_output_for_mask=options.zero_output_for_mask,
        return_sequences=True,
        return_state=True,
        dtype="float64",
        **gates,
        **reset,
    )
    layer.build(p.inputs.shape)
    untouched = [variable.value for variable in layer.non_trainable_variables]

    def forward(inputs: Any, weights: Weights, states: Any) -> Any:
        trained = [weights.kernel, weights.recurrent_kernel, weights.bias]
        (sequence, *after), _ = layer.stateless_call(trained, untouched, inputs, initial_state=list(states), mask=p.mask)
        return tuple(after), sequence

    (states, sequence), backward = jax.vjp(forward, p.inputs, p.weights, p.states)
    return results(states, sequence, named(*backward((p.d_states, p.d_sequence))))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {"cell": "simple_rnn", "zero_output_for_mask": True},
        {"cell": "simple_rnn", "activation": "relu"},
        {"cell": "lstm", "recurrent_activation": "hard_sigmoid"},
        {"cell": "gru", "activation": "relu"},
        {"cell": "gru", "reset_after": False, "zero_output_for_mask": True},
    ],
    ids=lambda options: "-".join(map(str, options.values())),
)
def test_native_is_keras(options: dict[str, Any], go_backwards: bool, masked: bool) -> None:
    asked = Options(**options, go_backwards=go_backwards, return_sequences=True)
    problem = draw_problem(Case(9, 6, 5, 7, masked=masked, options=asked), seed=3)
    with jax.enable_x64(True):
        want = keras_computes(problem)
    for name, value in computed(native.recurrence, problem, "float64").items():
        assert_close(name, value, want[name])
