"""What can be wrong inside a step: planted into the scan, whose steps, draws and norm are replaced while it is traced."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import jax.numpy as jnp

from bptt.kernels import scan
from bptt.kernels.draws import keeps
from bptt.kernels.scan import STEPS, Cell
from tests.kernels.faults import Fault, Given, into, stop
from tests.kernels.faults_cells import GRU, GRU_BEFORE, LSTM, SIMPLE_RNN, dropped, normed, zoned

FAULTS: list[Fault] = []
fault = into(FAULTS)
step_of = dict(STEPS)
simple_rnn, lstm, gru = step_of.values()
norm = Cell.norm


def with_step(g: Given, step: Any) -> Any:
    with patch.dict(STEPS, {g.options.cell: step}):
        return scan.recurrence(*g)


def with_draws(g: Given, draws: Any) -> Any:
    with patch.object(scan, "keeps", draws):
        return scan.recurrence(*g)


def with_norm(g: Given, wrong: Any) -> Any:
    with patch.object(Cell, "norm", wrong):
        return scan.recurrence(*g)


@fault(LSTM)
def output_from_the_cell_before(g: Given) -> Any:
    def step(cell: Any, x: Any, states: Any, zone: Any) -> Any:
        new = []

        def one_step_off(state: int, old: Any, candidate: Any) -> Any:
            new.append(candidate)
            return zone(0, old, candidate) if state == 0 else old

        h, _ = lstm(cell, x, states, one_step_off)
        return h, new[0]

    return with_step(g, step)


@fault(LSTM)
def cell_shown_without_its_activation(g: Given) -> Any:
    def step(cell: Any, x: Any, states: Any, zone: Any) -> Any:
        calls = []

        def f(z: Any) -> Any:
            calls.append(z)
            return z if len(calls) == 2 else cell.f(z)

        return lstm(cell._replace(f=f), x, states, zone)

    return with_step(g, step)


@fault(LSTM)
def gradient_through_the_cell_alone(g: Given) -> Any:
    """Truncated as in 1997: nothing flows back through the gates' h."""
    return with_step(g, lambda cell, x, states, zone: lstm(cell, x, (stop(states[0]), states[1]), zone))


@fault(GRU, GRU_BEFORE)
def update_gate_turned_round(g: Given) -> Any:
    """h = (1 - z) h + z g, as other texts have it."""

    def step(cell: Any, x: Any, states: Any, zone: Any) -> Any:
        def gate(a: Any) -> Any:
            z, r = jnp.split(cell.gate(a), 2, axis=-1)
            return jnp.concatenate([1 - z, r], axis=-1)

        return gru(cell._replace(gate=gate), x, states, zone)

    return with_step(g, step)


@fault(dropped(GRU, 1), dropped(GRU_BEFORE, 1))
def recurrent_mask_on_what_the_update_gate_keeps(g: Given) -> Any:
    def step(cell: Any, x: Any, states: Any, zone: Any) -> Any:
        return gru(cell._replace(drops=None), x, (states[0] * cell.drops[0],), zone)

    return with_step(g, step)


@fault(replace(LSTM, drops=(0, 4)), replace(SIMPLE_RNN, drops=(0, 1)))
def masks_on_the_products(g: Given) -> Any:
    """(h U) * m for (h * m) U."""

    def product(a: Any, kernel: Any, masks: Any, _narrow: bool) -> Any:
        return a @ kernel if masks is None else (a @ kernel) * jnp.concatenate(list(masks), axis=1)

    with patch.object(scan, "_product", product):
        return scan.recurrence(*g)


@fault(zoned(LSTM, True), zoned(LSTM, False))
def output_made_before_the_cell_is_held(g: Given) -> Any:
    def step(cell: Any, x: Any, states: Any, zone: Any) -> Any:
        h, c = lstm(cell, x, states, lambda state, old, new: new if state else zone(0, old, new))
        return h, zone(1, states[1], c)

    return with_step(g, step)


@fault(zoned(LSTM, True), zoned(GRU, False))
def held_values_gradient_dropped(g: Given) -> Any:
    def step(cell: Any, x: Any, states: Any, zone: Any) -> Any:
        return step_of[g.options.cell](cell, x, states, lambda state, old, new: zone(state, stop(old), new))

    return with_step(g, step)


@fault(zoned(SIMPLE_RNN, True), zoned(LSTM, True), zoned(GRU, True))
def draws_by_place_instead_of_time(g: Given) -> Any:
    return with_draws(g, lambda seed, rate, sizes, t, *which: keeps(seed, rate, sizes, sizes[1] - 1 - t, *which))


@fault(zoned(LSTM, True))
def the_same_draws_at_every_step(g: Given) -> Any:
    return with_draws(g, lambda seed, rate, sizes, t, *which: keeps(seed, rate, sizes, 0 * t, *which))


@fault(zoned(LSTM, True))
def one_draw_for_both_states(g: Given) -> Any:
    return with_draws(g, lambda seed, rate, sizes, t, state, states: keeps(seed, rate, sizes, t, 0, states))


@fault(zoned(GRU, True))
def the_new_value_kept(g: Given) -> Any:
    return with_draws(g, lambda *given: ~keeps(*given))


@fault(zoned(SIMPLE_RNN, True))
def the_same_draws_for_every_row(g: Given) -> Any:
    return with_draws(g, lambda *given: jnp.broadcast_to(keeps(*given)[:1], (given[2][0], given[2][2])))


@fault(normed(SIMPLE_RNN), normed(LSTM), normed(GRU))
def norm_over_the_batch(g: Given) -> Any:
    return with_norm(g, lambda cell, a: norm(cell, a.T).T)


@fault(normed(LSTM), normed(GRU), normed(GRU_BEFORE))
def each_gate_normalised_apart(g: Given) -> Any:
    def apart(cell: Any, a: Any) -> Any:
        return norm(cell, a.reshape(len(a), -1, g.states[0].shape[1])).reshape(a.shape)

    return with_norm(g, apart)


@fault(normed(LSTM), normed(GRU_BEFORE))
def moments_gradient_dropped(g: Given) -> Any:
    def frozen(cell: Any, a: Any) -> Any:
        spread = jnp.sqrt(a.var(axis=-1, keepdims=True) + cell.options.epsilon)
        return (a - stop(a.mean(axis=-1, keepdims=True))) / stop(spread)

    return with_norm(g, frozen)


@fault(normed(SIMPLE_RNN), normed(GRU))
def variance_of_a_sample(g: Given) -> Any:
    def sample(cell: Any, a: Any) -> Any:
        return (a - a.mean(axis=-1, keepdims=True)) / jnp.sqrt(a.var(axis=-1, keepdims=True, ddof=1) + cell.options.epsilon)

    return with_norm(g, sample)


@fault(normed(SIMPLE_RNN))
def norm_of_the_recurrent_product_alone(g: Given) -> Any:
    def step(cell: Any, x: Any, states: Any, zone: Any) -> Any:
        alone = simple_rnn(cell._replace(f=lambda z: z), 0 * x, states, lambda _, old, new: new)[0]
        return (zone(0, states[0], cell.f(x + alone)),)

    return with_step(g, step)


@fault(normed(GRU))
def recurrent_bias_inside_the_norm(g: Given) -> Any:
    units, bias = g.states[0].shape[1], g.weights.bias[1]

    def inside(cell: Any, a: Any) -> Any:
        return norm(cell, a + (bias[: 2 * units] if a.shape[1] == 2 * units else bias[2 * units :]))

    return with_norm(g.weighing(bias=g.weights.bias.at[1].set(0)), inside)
