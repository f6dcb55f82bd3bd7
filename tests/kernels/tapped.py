"""What a tap must read, by automatic differentiation: one step at a time, a probe of zeros added to each state."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bptt.kernels import Options, Tokens, scan, tap
from bptt.shapes import Floats
from tests.kernels.strategies import Case, Problem

MASKED = Case(37, 11, 3, 5, masked=True)
CASES = {
    "simple_rnn": replace(MASKED, options=Options("simple_rnn", return_sequences=True)),
    "lstm": replace(MASKED, options=Options("lstm", return_sequences=True)),
    "gru": replace(MASKED, options=Options("gru", return_sequences=True)),
    "gru, reset before": replace(MASKED, options=Options("gru", reset_after=False, return_sequences=True)),
    "the last state alone": replace(MASKED, options=Options("lstm")),
    "backwards": replace(MASKED, options=Options("gru", go_backwards=True, return_sequences=True)),
    "zeros for masked steps": replace(MASKED, options=Options("lstm", zero_output_for_mask=True, return_sequences=True)),
    "words": replace(MASKED, vocabulary=9, options=Options("gru", return_sequences=True)),
    "no mask": Case(3, 40, 2, 33, options=Options("simple_rnn", "relu", return_sequences=True)),
    "normalised": replace(MASKED, projected=True, norm=True, options=Options("lstm", "tanh", "hard_sigmoid")),
    "zoneout": replace(MASKED, options=Options("lstm", zoneout=0.3, zoneout_cell=0.2, return_sequences=True)),
    "dropped": replace(MASKED, drops=(3, 3), options=Options("gru", return_sequences=True)),
}


def _loss(problem: Problem, probes: Any) -> tuple[Any, Any]:
    """The loss whose gradients a problem holds, and each step's state (T, B, H), 0 where the step is not real."""
    p = problem
    x = p.inputs if p.ids is None else p.inputs[p.ids]
    time = x.shape[1]
    mask = jnp.ones(x.shape[:2], bool) if p.mask is None else jnp.asarray(p.mask)
    step_options = replace(p.options, return_sequences=False, go_backwards=False)
    states, shown, outputs = tuple(map(jnp.asarray, p.states)), {}, []
    order = range(time)[:: -1 if p.options.go_backwards else 1]
    for t in order:
        real = mask[:, t, None]
        states, _none = scan.recurrence(step_options, x[:, t : t + 1], p.weights, states, mask[:, t : t + 1], p.drops)
        states = (jnp.where(real, states[0] + probes[t], states[0]), *states[1:])
        shown[t] = jnp.where(real, states[0], 0)
        outputs.append(jnp.where(real, states[0], 0) if p.options.zero_output_for_mask else states[0])
    loss = sum(jnp.sum(d * s) for d, s in zip(p.d_states, states, strict=True))
    if p.options.return_sequences:
        loss += jnp.sum(p.d_sequence * jnp.stack(outputs, 1))
    return loss, jnp.stack([shown[t] for t in range(time)])


def by_differentiation(problem: Problem) -> dict[str, Floats]:
    """(T,) each: the first three of tap.FIELDS, in float64."""
    problem = problem.cast("float64")
    batch, time = (problem.inputs if problem.ids is None else problem.ids).shape[:2]
    with jax.enable_x64(True):
        zeros = jnp.zeros((time, batch, problem.weights.recurrent_kernel.shape[0]))
        gradients, states = jax.grad(lambda probes: _loss(problem, probes), has_aux=True)(zeros)
    real = np.full(time, batch) if problem.mask is None else problem.mask.sum(0)
    return {"gradient": np.square(gradients).sum((1, 2)), "state": np.square(states).sum((1, 2)), "real": real}


def by_tap(kernel: Any, problem: Problem, dtype: str) -> dict[str, Floats]:
    """(T,) each: all of tap.FIELDS, of one step back through time."""
    p = problem.cast(dtype)
    options = replace(p.options, tap=tap.fresh())

    def forward(differentiated: Any) -> Any:
        inputs, weights, states = differentiated
        inputs = inputs if p.ids is None else Tokens(p.ids, inputs)
        return kernel(options, inputs, weights, states, p.mask, p.drops)

    with jax.enable_x64(True), tap.looking():
        given = jax.tree.map(jnp.asarray, (p.inputs, p.weights, p.states))
        (_states, sequence), backward = jax.vjp(jax.jit(forward), given)
        jax.block_until_ready(backward((p.d_states, None if sequence is None else p.d_sequence)))
    [(number, rows)] = tap.readings()
    assert number == options.tap
    return dict(zip(tap.FIELDS[options.cell], rows.T, strict=True))


def check(kernel: Any, problem: Problem, dtype: str = "float32") -> None:
    """Fails unless the norms that the tap gives are those of automatic differentiation to 1e-5."""
    problem = problem.cast(dtype)  # differentiation sees the same rounded numbers
    want, got = by_differentiation(problem), by_tap(kernel, problem, dtype)
    assert (got["real"] == want["real"]).all(), f"{got['real']} rows, not {want['real']}"
    for name in ("gradient", "state"):
        norms, wanted = np.sqrt(got[name]), np.sqrt(want[name])
        assert np.allclose(norms, wanted, rtol=1e-5, atol=1e-12), f"{name}: {norms}, not {wanted}"
