"""A judge that is not ours: Keras's own SimpleRNN, results and gradients, in float64."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from bptt.kernels import Options, native
from bptt.shapes import Floats
from tests.kernels.closeness import assert_close
from tests.kernels.parity import WEIGHTS, computed
from tests.kernels.strategies import Case, Problem, draw_problem


def keras_computes(problem: Problem) -> dict[str, Floats]:
    """As `parity.computed`, by keras.layers.SimpleRNN."""
    p, options = problem, problem.options
    layer = keras.layers.SimpleRNN(
        p.bias.size,
        activation={"tanh": jnp.tanh, "relu": jax.nn.relu}[options.activation],  # keras.ops.tanh rounds to float32
        go_backwards=options.go_backwards,
        zero_output_for_mask=options.zero_output_for_mask,
        return_sequences=True,
        return_state=True,
        dtype="float64",
    )
    layer.build(p.inputs.shape)
    untouched = [variable.value for variable in layer.non_trainable_variables]

    def forward(inputs: Any, *others: Any) -> Any:
        *weights, state = others
        (sequence, state), _ = layer.stateless_call(weights, untouched, inputs, initial_state=state, mask=p.mask)
        return state, sequence

    given = tuple(getattr(p, name) for name in WEIGHTS)
    results, backward = jax.vjp(forward, *given)
    named = dict(zip(("state", "sequence"), results, strict=True))
    named |= {f"d_{n}": g for n, g in zip(WEIGHTS, backward((p.d_state, p.d_sequence)), strict=True)}
    return {name: np.asarray(value) for name, value in named.items()}


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("activation", "zero"), [("tanh", True), ("relu", False)])
@pytest.mark.parametrize("go_backwards", [False, True])
def test_native_is_keras(activation: str, go_backwards: bool, zero: bool, masked: bool) -> None:
    problem = draw_problem(Case(9, 6, 5, 7, masked=masked, options=Options(activation, go_backwards, zero, True)), seed=3)
    with jax.enable_x64(True):
        want = keras_computes(problem)
    for name, value in computed(native.simple_rnn, problem, "float64").items():
        assert_close(name, value, want[name])
