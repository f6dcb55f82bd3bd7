"""What can be wrong in an LSTM or a GRU as it is called: gates, biases, dropout masks, zoneout, layer normalisation."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from bptt.kernels import Options
from bptt.kernels.options import GATES
from tests.kernels.faults import Fault, Given, into, right, stop
from tests.kernels.strategies import Case

FAULTS: list[Fault] = []
fault = into(FAULTS)
LSTM = Case(5, 2, 3, 5, masked=True, options=Options("lstm", go_backwards=True, return_sequences=True))
GRU = replace(LSTM, options=replace(LSTM.options, cell="gru"))
GRU_BEFORE = replace(LSTM, options=replace(GRU.options, reset_after=False))
SIMPLE_RNN = replace(LSTM, options=replace(LSTM.options, cell="simple_rnn"))


def dropped(case: Case, masks: int) -> Case:
    return replace(case, drops=(masks, masks))


def zoned(case: Case, training: bool) -> Case:
    cell = 0.5 if case.options.cell == "lstm" else 0.0
    return replace(case, options=replace(case.options, zoneout=0.3, zoneout_cell=cell, training=training))


def normed(case: Case) -> Case:
    return replace(case, norm=True, projected=case.options.cell != "simple_rnn", options=replace(case.options, epsilon=0.1))


def with_gates(g: Given, *order: int) -> Given:
    """The gates' columns of every weight in another order."""

    def reordered(w: Any) -> Any:
        parts = jnp.split(w, len(order), axis=-1)
        return jnp.concatenate([parts[gate] for gate in order], axis=-1)

    return g._replace(weights=jax.tree.map(reordered, g.weights))


@fault(LSTM)
def input_and_forget_gate_swapped(g: Given) -> Any:
    return right(*with_gates(g, 1, 0, 2, 3))


@fault(LSTM)
def candidate_and_output_gate_swapped(g: Given) -> Any:
    return right(*with_gates(g, 0, 1, 3, 2))


@fault(GRU, GRU_BEFORE)
def update_and_reset_gate_swapped(g: Given) -> Any:
    return right(*with_gates(g, 1, 0, 2))


@fault(LSTM, GRU)
def gates_weights_interleaved(g: Given) -> Any:
    """Column u G + g for g H + u."""
    u, gates = g.weights.recurrent_kernel, GATES[g.options.cell]
    return right(*g.weighing(recurrent_kernel=u.reshape(len(u), -1, gates).swapaxes(1, 2).reshape(u.shape)))


@fault(LSTM, GRU, GRU_BEFORE)
def activations_swapped(g: Given) -> Any:
    return right(*g.optioned(activation=g.options.recurrent_activation, recurrent_activation=g.options.activation))


@fault(LSTM, GRU)
def hard_sigmoid_for_sigmoid(g: Given) -> Any:
    return right(*g.optioned(recurrent_activation="hard_sigmoid"))


@fault(LSTM)
def forget_bias_added_at_each_call(g: Given) -> Any:
    units = g.weights.recurrent_kernel.shape[0]
    return right(*g.weighing(bias=g.weights.bias.at[units : 2 * units].add(1)))


@fault(LSTM)
def initial_cell_ignored(g: Given) -> Any:
    return right(*g._replace(states=(g.states[0], jnp.zeros_like(g.states[1]))))


@fault(LSTM)
def initial_cells_gradient_dropped(g: Given) -> Any:
    return right(*g._replace(states=(g.states[0], stop(g.states[1]))))


@fault(LSTM)
def states_swapped(g: Given) -> Any:
    return right(*g._replace(states=g.states[::-1]))


@fault(LSTM)
def masked_step_changes_the_cell(g: Given) -> Any:
    (h, _), sequence = right(*g)
    (_, c), _ = right(*g._replace(mask=None))
    return (h, c), sequence


@fault(LSTM)
def final_cells_gradient_dropped(g: Given) -> Any:
    (h, c), sequence = right(*g)
    return (h, stop(c)), sequence


@fault(GRU)
def reset_before_the_product(g: Given) -> Any:
    return right(*g.optioned(reset_after=False).weighing(bias=g.weights.bias.sum(axis=0)))


@fault(GRU_BEFORE)
def reset_after_the_product(g: Given) -> Any:
    return right(*g.optioned(reset_after=True).weighing(bias=jnp.stack([g.weights.bias, jnp.zeros_like(g.weights.bias)])))


@fault(GRU)
def recurrent_bias_outside_the_reset(g: Given) -> Any:
    both = g.weights.bias.sum(axis=0)
    return right(*g.weighing(bias=jnp.stack([both, jnp.zeros_like(both)])))


@fault(GRU)
def biases_rows_swapped(g: Given) -> Any:
    return right(*g.weighing(bias=g.weights.bias[::-1]))


@fault(dropped(LSTM, 4), dropped(GRU, 3), dropped(GRU_BEFORE, 3))
def inputs_mask_of_another_gate(g: Given) -> Any:
    return right(*g._replace(drops=g.drops._replace(inputs=jnp.roll(g.drops.inputs, 1, axis=0))))


@fault(dropped(LSTM, 4), dropped(GRU, 3), dropped(GRU_BEFORE, 3))
def recurrent_mask_of_another_gate(g: Given) -> Any:
    return right(*g._replace(drops=g.drops._replace(recurrent=jnp.roll(g.drops.recurrent, 1, axis=0))))


@fault(dropped(LSTM, 4), dropped(GRU, 3), dropped(GRU_BEFORE, 3))
def one_mask_for_all_gates(g: Given) -> Any:
    return right(*g._replace(drops=g.drops._replace(recurrent=g.drops.recurrent[:1])))


@fault(dropped(SIMPLE_RNN, 1), dropped(LSTM, 1), dropped(GRU, 1))
def masks_not_scaled(g: Given) -> Any:
    return right(*g._replace(drops=jax.tree.map(lambda m: (m > 0).astype(m.dtype), g.drops)))


@fault(dropped(SIMPLE_RNN, 1), dropped(LSTM, 1), dropped(GRU_BEFORE, 1))
def recurrent_mask_ignored(g: Given) -> Any:
    return right(*g._replace(drops=g.drops._replace(recurrent=None)))


@fault(dropped(SIMPLE_RNN, 1), dropped(LSTM, 1), dropped(GRU, 1))
def inputs_mask_missing_from_the_gradient(g: Given) -> Any:
    masked = g.inputs * g.drops.inputs[0][:, None]
    return right(*g._replace(inputs=g.inputs + stop(masked - g.inputs), drops=g.drops._replace(inputs=None)))


@fault(zoned(LSTM, True), zoned(LSTM, False))
def zoneout_rates_swapped(g: Given) -> Any:
    return right(*g.optioned(zoneout=g.options.zoneout_cell, zoneout_cell=g.options.zoneout))


@fault(zoned(SIMPLE_RNN, True), zoned(LSTM, True), zoned(GRU, True))
def zoneout_mixes_in_training(g: Given) -> Any:
    return right(*g.optioned(training=False))


@fault(zoned(SIMPLE_RNN, False), zoned(LSTM, False), zoned(GRU, False))
def zoneout_draws_at_prediction(g: Given) -> Any:
    return right(*g.optioned(training=True))


@fault(zoned(SIMPLE_RNN, False), zoned(LSTM, False), zoned(GRU, False))
def zoneout_ignored_at_prediction(g: Given) -> Any:
    return right(*g.optioned(zoneout=0.0, zoneout_cell=0.0))


@fault(zoned(LSTM, True), zoned(GRU, True))
def words_of_the_seed_swapped(g: Given) -> Any:
    return right(*g._replace(seed=g.seed[::-1]))


@fault(normed(SIMPLE_RNN), normed(LSTM), normed(GRU))
def recurrent_gain_missing(g: Given) -> Any:
    return right(*g.weighing(norm=g.weights.norm._replace(recurrent_gain=jnp.ones_like(g.weights.norm.recurrent_gain))))


@fault(normed(SIMPLE_RNN), normed(LSTM), normed(GRU_BEFORE))
def gains_gradient_dropped(g: Given) -> Any:
    return right(*g.weighing(norm=g.weights.norm._replace(recurrent_gain=stop(g.weights.norm.recurrent_gain))))


@fault(normed(LSTM))
def state_gain_missing(g: Given) -> Any:
    return right(*g.weighing(norm=g.weights.norm._replace(state_gain=jnp.ones_like(g.weights.norm.state_gain))))


@fault(normed(LSTM))
def state_bias_missing(g: Given) -> Any:
    return right(*g.weighing(norm=g.weights.norm._replace(state_bias=jnp.zeros_like(g.weights.norm.state_bias))))


@fault(normed(SIMPLE_RNN), normed(LSTM), normed(GRU))
def another_epsilon(g: Given) -> Any:
    return right(*g.optioned(epsilon=1e-3))
