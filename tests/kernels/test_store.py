"""What a forward pass leaves in store for its backward pass: taken once, and computed again where it is gone."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bptt.kernels import Options, Tokens, Weights, compiled, native, pair
from bptt.kernels.options import Drops, Norm

B, T, D, H, V = 5, 7, 3, 4, 11
RANDOM = np.random.default_rng(3)


def drawn(*shape: int) -> jax.Array:
    return jnp.asarray(RANDOM.normal(size=shape), jnp.float32)


def problem(cell: str, rows: int = B, time: int = T, units: int = H) -> tuple[Any, ...]:
    """Inputs, weights, states."""
    gates, bias = {"lstm": 4, "gru": 3}.get(cell, 1) * units, 2 if cell == "gru" else 1
    tokens = Tokens(jnp.asarray(RANDOM.integers(0, V, (rows, time)), jnp.int32), drawn(V, D))
    weights = Weights(drawn(D, gates), drawn(units, gates), drawn(bias, gates).squeeze())
    return tokens, weights, tuple(drawn(rows, units) for _ in range(2 if cell == "lstm" else 1))


def pulled(cell: str, shown: bool, *given: Any) -> Callable[[], list[np.ndarray[Any, Any]]]:
    """A forward pass; what it gives computes the gradients of a weighted sum of all results."""
    options = Options(cell, return_sequences=shown)
    tokens, weights, states = given or problem(cell)
    ids = tokens.ids

    def run(table: Any, weights: Any, states: Any) -> Any:
        return native.recurrence(options, Tokens(ids, table), weights, states)

    found, back = jax.vjp(run, tokens.table, weights, states)
    towards = jax.tree.map(lambda result: jnp.cos(jnp.arange(result.size, dtype=result.dtype)).reshape(result.shape), found)
    return lambda: [np.asarray(leaf) for leaf in jax.tree.leaves(back(towards))]


def missed() -> int:
    return int(compiled.module.missed())


def same(one: list[Any], other: list[Any]) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("shown", [False, True], ids=["last output", "every output"])
@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_a_second_backward_pass_computes_again_to_the_bit(cell: str, shown: bool) -> None:
    back, before = pulled(cell, shown), missed()
    first = back()
    assert missed() == before
    assert all(np.abs(gradient).max() > 0 for gradient in first)
    same(back(), first)
    held = not (shown and cell == "simple_rnn")  # it goes back from its outputs alone
    assert missed() == before + held


@pytest.mark.parametrize("option", ["zoneout", "zoneout_cell", "narrow", "recurrent dropout", "mask", "layer norm"])
def test_what_is_computed_again_obeys_every_option(option: str) -> None:
    """40 units: fewer are not multiplied in bfloat16."""
    tokens, weights, states = problem("lstm", units=40)
    rates = {"zoneout": 0.4, "zoneout_cell": 0.3}
    chosen: dict[str, Any] = {"training": True, option: rates[option]} if option in rates else {"narrow": option == "narrow"}
    options = Options("lstm", **chosen)
    if option == "layer norm":
        tokens = jnp.asarray(RANDOM.normal(size=(B, T, 160)), jnp.float32)
        weights = weights._replace(kernel=None, norm=Norm(drawn(160), drawn(40), drawn(40)))
    drops = Drops(None, abs(drawn(4, B, 40))) if option == "recurrent dropout" else Drops()
    mask = jnp.asarray(RANDOM.random((B, T)) < 0.6) if option == "mask" else None
    seed = jnp.asarray([3, 7], jnp.uint32)
    found, back = jax.vjp(lambda states: native.recurrence(options, tokens, weights, states, mask, drops, seed)[0], states)
    towards, before = jax.tree.map(lambda state: jnp.cos(state * 40), found), missed()
    first = jax.tree.leaves(back(towards))
    assert missed() == before
    same(jax.tree.leaves(back(towards)), first)
    assert missed() == before + 1


def test_any_order_and_other_sizes_between() -> None:
    calls = [("lstm", B, T, H), ("lstm", 2, 3, 5), ("gru", B, T, H), ("lstm", B, T, H), ("simple_rnn", 3, 9, 2)]
    backs = [pulled(cell, False, *problem(cell, rows, time, units)) for cell, rows, time, units in calls]
    before = missed()
    taken = [backs[i]() for i in (3, 0, 4, 2, 1)]
    assert missed() == before
    for i, found in zip((3, 0, 4, 2, 1), taken, strict=True):
        same(backs[i](), found)


def test_both_directions_leave_theirs() -> None:
    options = Options("lstm")
    tokens, weights, states = problem("lstm")
    _, other, later = problem("lstm")

    def run(table: Any, weights: Any, other: Any) -> Any:
        rest = (weights, states, None, Drops(), None), (other, later, None, Drops(), None)
        return pair.recurrence(options, (Tokens(tokens.ids, table),), rest)[0]

    found, back = jax.vjp(run, tokens.table, weights, other)
    towards, before = jax.tree.map(lambda state: jnp.cos(state * 40), found), missed()
    first = jax.tree.leaves(back(towards))
    assert missed() == before
    same(jax.tree.leaves(back(towards)), first)
    assert missed() == before + 2


def test_training_finds_all_that_it_left() -> None:
    """Compiled, thrice, also where `jax.checkpoint` runs the forward pass twice."""
    tokens, weights, states = problem("lstm")

    def loss(weights: Any) -> Any:
        h = native.recurrence(Options("lstm"), tokens, weights, states)[0][0]
        return jnp.sum(h**2)

    step, again = jax.jit(jax.grad(loss)), jax.jit(jax.grad(jax.checkpoint(loss)))
    before = missed()
    for _ in range(3):
        same(jax.tree.leaves(step(weights)), jax.tree.leaves(again(weights)))
    assert missed() == before


@pytest.mark.slow
def test_forward_passes_without_a_backward_pass_are_dropped_from_the_oldest_on() -> None:
    """Each leaves 33 MB; 2 GiB are held at most."""
    given = problem("lstm", 64, 200, 128)
    backs, before = [pulled("lstm", False, *given) for _ in range(70)], missed()
    newest = backs[-1]()
    assert missed() == before
    same(backs[0](), newest)
    assert missed() == before + 1
