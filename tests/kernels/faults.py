"""Wrong kernels, each wrong in one thing that a recurrent layer has been wrong in: none may pass for a right one.

Here what can be wrong in any cell; faults_cells.py and faults_steps.py hold what can be wrong in one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from bptt.kernels import Options, Tokens, scan
from bptt.kernels.native import recurrence as right  # compiles in a tenth of the scan's time
from bptt.kernels.options import CELLS, GATES, Drops, Weights
from tests.kernels.parity import Kernel
from tests.kernels.strategies import Case

stop = jax.lax.stop_gradient


class Given(NamedTuple):
    """What a kernel is called with."""

    options: Options
    inputs: Any
    weights: Weights
    states: Any
    mask: Any
    drops: Drops
    seed: Any

    @property
    def dense(self) -> Any:
        return self.inputs.table[self.inputs.ids] if isinstance(self.inputs, Tokens) else self.inputs

    def optioned(self, **changes: Any) -> "Given":
        return self._replace(options=replace(self.options, **changes))

    def weighing(self, **changes: Any) -> "Given":
        return self._replace(weights=self.weights._replace(**changes))


@dataclass(frozen=True)
class Fault:
    """A wrong kernel, and the cases of which each must tell."""

    name: str
    kernel: Kernel
    cases: tuple[Case, ...]


PLAIN = [
    Case(9, 6, 3, 5, vocabulary=4, masked=True, options=Options(cell, "tanh", "sigmoid", True, True, True, True))
    for cell in CELLS
]


def into(faults: list[Fault]) -> Callable[..., Any]:
    """The decorator that enters a function of Given into `faults`, with the cases that it is given."""

    def of(*cases: Case) -> Callable[[Any], Any]:
        def enter(wrong: Callable[[Given], Any]) -> Any:
            faults.append(Fault(wrong.__name__, lambda *given: wrong(Given(*given)), cases))
            return wrong

        return enter

    return of


FAULTS: list[Fault] = []
fault = into(FAULTS)(*PLAIN)


@fault
def one_step_off(g: Given) -> Any:
    return right(*g._replace(inputs=jnp.roll(g.dense, 1, axis=1)))


@fault
def transposed_recurrent_kernel(g: Given) -> Any:
    parts = jnp.split(g.weights.recurrent_kernel, GATES[g.options.cell], axis=1)
    return right(*g.weighing(recurrent_kernel=jnp.concatenate([part.T for part in parts], axis=1)))


@fault
def mask_ignored(g: Given) -> Any:
    return right(*g._replace(mask=None))


@fault
def mask_read_in_the_other_direction(g: Given) -> Any:
    return right(*g._replace(mask=g.mask[:, ::-1]))


@fault
def masked_step_takes_the_bias(g: Given) -> Any:
    return right(*g._replace(inputs=jnp.where(g.mask[..., None], g.dense, 0), mask=None))


@fault
def rows_reversed(g: Given) -> Any:
    states, sequence = right(*g)
    return tuple(state[::-1] for state in states), sequence[::-1]


@fault
def rows_left_sorted_by_length(g: Given) -> Any:
    states, sequence = right(*g)
    return tuple(state[jnp.argsort(-g.mask.sum(axis=1))] for state in states), sequence


@fault
def slope_of_the_activation_missing(g: Given) -> Any:
    return scan.recurrence(*g, activation=lambda z: z + stop(jnp.tanh(z) - z))


@fault
def other_activation(g: Given) -> Any:
    return right(*g.optioned(activation="relu"))


@fault
def bias_ignored(g: Given) -> Any:
    return right(*g.weighing(bias=jnp.zeros_like(g.weights.bias)))


@fault
def bias_gradient_dropped(g: Given) -> Any:
    return right(*g.weighing(bias=stop(g.weights.bias)))


@fault
def recurrent_gradient_dropped(g: Given) -> Any:
    return right(*g.weighing(recurrent_kernel=stop(g.weights.recurrent_kernel)))


@fault
def last_row_left_out_of_the_inputs_gradients(g: Given) -> Any:
    return right(*g._replace(inputs=jnp.concatenate([g.dense[:-1], stop(g.dense[-1:])])))


@fault
def initial_state_ignored(g: Given) -> Any:
    return right(*g._replace(states=(jnp.zeros_like(g.states[0]), *g.states[1:])))


@fault
def initial_states_gradient_dropped(g: Given) -> Any:
    return right(*g._replace(states=(stop(g.states[0]), *g.states[1:])))


@fault
def direction_ignored(g: Given) -> Any:
    return right(*g.optioned(go_backwards=False))


@fault
def outputs_in_the_order_of_time(g: Given) -> Any:
    states, sequence = right(*g)
    return states, sequence[:, ::-1]


@fault
def zero_output_for_mask_ignored(g: Given) -> Any:
    return right(*g.optioned(zero_output_for_mask=False))


@fault
def state_of_the_last_step_instead_of_the_held_one(g: Given) -> Any:
    _, sequence = right(*g)
    states, _ = right(*g._replace(mask=None))
    return states, sequence


@fault
def state_after_the_first_step_of_the_sequence(g: Given) -> Any:
    states, sequence = right(*g)
    return (sequence[:, 0], *states[1:]), sequence


@fault
def gradient_cut_after_half_the_steps(g: Given) -> Any:
    states, parts, half = g.states, [], g.dense.shape[1] // 2
    for piece in (slice(half, None), slice(half)):  # backwards
        held = stop(states) if parts else states
        states, sequence = right(*g._replace(inputs=g.dense[:, piece], states=held, mask=g.mask[:, piece]))
        parts.append(sequence)
    return states, jnp.concatenate(parts, axis=1)


@fault
def a_words_gradient_is_that_of_its_first_place(g: Given) -> Any:
    ids = g.inputs.ids
    _, first = jnp.unique(ids.ravel(), return_index=True, size=ids.size)
    counted = jnp.isin(jnp.arange(ids.size), first).reshape(*ids.shape, 1)
    return right(*g._replace(inputs=jnp.where(counted, g.dense, stop(g.dense))))


@fault
def weights_rounded_to_half_precision(g: Given) -> Any:
    return right(*g.weighing(kernel=g.weights.kernel.astype(jnp.float16).astype(g.weights.kernel.dtype)))


@fault
def one_element_not_a_number(g: Given) -> Any:
    states, sequence = right(*g)
    return (states[0].at[-1, -1].set(jnp.nan), *states[1:]), sequence
