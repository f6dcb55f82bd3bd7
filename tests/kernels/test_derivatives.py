"""What JAX's transformations do: vmap and checkpoint work; forward mode and second derivatives say why they do not."""

import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from bptt import kernels, layers
from bptt.errors import KernelError
from bptt.kernels import Drops, Options, Tokens, Weights, native, pair
from tests.kernels.parity import computed
from tests.kernels.strategies import Case, Problem, draw_problem

CASE = Case(5, 4, 3, 7, masked=True, options=Options("lstm", return_sequences=True, zoneout=0.2, training=True), drops=(4, 1))


def arrays(problem: Problem) -> tuple[Any, ...]:
    """Inputs, weights, states; mask, drops, seed."""
    p = problem.cast("float32")
    return jax.tree.map(jnp.asarray, (p.inputs, p.weights, p.states, p.mask, p.drops, p.seed))


def loss(*given: Any) -> Any:
    states, sequence = native.recurrence(CASE.options, *given)
    return sum(jnp.sum(state**2) for state in states) + jnp.sum(jnp.sin(sequence))


def test_vmap_is_a_loop() -> None:
    """Over every array at once, results and gradients."""
    problems = [arrays(draw_problem(CASE, seed=seed)) for seed in range(3)]
    stacked = jax.tree.map(lambda *parts: jnp.stack(parts), *problems)
    function = jax.value_and_grad(loss, argnums=range(3))
    mapped, looped = jax.vmap(function)(*stacked), [function(*problem) for problem in problems]
    for got, *want in zip(jax.tree.leaves(mapped), *(jax.tree.leaves(one) for one in looped), strict=True):
        assert np.array_equal(got, np.stack(want))


def test_vmap_over_some_arrays_holds_the_others_still() -> None:
    """Ids and biases mapped, along an axis that is not the first; table, weights and mask shared."""
    p = draw_problem(Case(5, 4, 3, 7, vocabulary=6, masked=True)).cast("float32")
    ids, biases = np.stack([p.ids, p.ids[::-1]], axis=2), np.stack([p.weights.bias, -p.weights.bias])

    def state(ids: Any, bias: Any) -> Any:
        (h,), _ = native.recurrence(p.options, Tokens(ids, p.inputs), p.weights._replace(bias=bias), p.states, p.mask)
        return h

    mapped = jax.vmap(state, in_axes=(2, 0))(ids, biases)
    for i in range(2):
        assert np.array_equal(mapped[i], state(ids[:, :, i], biases[i]))


def test_checkpoint_gives_the_same_gradients() -> None:
    given = arrays(draw_problem(CASE))
    plain, again = (jax.tree.leaves(jax.jit(jax.grad(f, argnums=range(3)))(*given)) for f in (loss, jax.checkpoint(loss)))
    assert all(np.array_equal(a, b) and np.any(a) for a, b in zip(plain, again, strict=True))


def recurrence(x: Any) -> Any:
    _, *others = arrays(draw_problem(CASE))
    return loss(x, *others)


def norm(x: Any) -> Any:
    return jnp.sum(jnp.sin(kernels.layer_norm(1e-3, x, jnp.arange(3.0), jnp.ones(3))))


def dropped(x: Any) -> Any:
    return jnp.sum(kernels.dropout(0.5, (1, 1, x.size), x, jnp.zeros(2, jnp.uint32)) ** 2)


X = np.random.default_rng(0).normal(size=(5, 4, 3)).astype("float32")


@pytest.mark.parametrize("function", [recurrence, norm, dropped])
def test_forward_mode_is_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="forward-mode"):
        jax.jvp(function, (X,), (X,))


@pytest.mark.parametrize("second", [jax.hessian, lambda f: jax.jacrev(jax.jacrev(f)), lambda f: jax.jit(jax.hessian(f))])
@pytest.mark.parametrize("function", [recurrence, norm])
def test_a_second_derivative_is_refused_with_the_way_out(function: Callable[[Any], Any], second: Any) -> None:
    with pytest.raises(KernelError, match=r'with bptt\.kernels\.use\("scan"\)') as refusal:
        second(function)(X)
    assert refusal.value.code == "kernel.second-derivative"


def test_dropout_is_linear_and_has_every_derivative() -> None:
    """d2/dx2 of sum((m x)^2) is 2 m^2 on the diagonal; m is 0 or 2."""
    x = X.ravel()
    mask = kernels.dropout(0.5, (1, 1, x.size), np.ones_like(x), jnp.zeros(2, jnp.uint32))
    assert set(np.unique(mask)) == {0.0, 2.0}
    assert np.array_equal(jax.jacrev(jax.jacrev(dropped))(x), np.diag(2 * mask**2))


def test_the_scan_kernel_gives_the_second_derivative() -> None:
    """d/ds of the gradient at x + s v, by differences, is the Hessian times v."""
    layer = layers.SimpleRNN(4, kernel_initializer=keras.initializers.RandomNormal(seed=1))
    layer.build(X.shape)

    def gradient(x: Any) -> Any:
        return jax.grad(lambda x: jnp.sum(layer(x) ** 2))(x)

    def along(x: Any) -> Any:
        return jax.grad(lambda x: jnp.vdot(gradient(x), np.cos(X)))(x)

    with pytest.raises(RuntimeError, match="first derivatives only"):  # Keras rewords it as one of its own class
        along(X)
    with kernels.use("scan"):
        product = along(X)
        differences = (gradient(X + 1e-2 * np.cos(X)) - gradient(X - 1e-2 * np.cos(X))) / 2e-2
    np.testing.assert_allclose(product, differences, atol=1e-3 * np.abs(product).max())


def test_the_mask_and_the_ids_have_no_gradient() -> None:
    p = draw_problem(Case(5, 4, 3, 7, vocabulary=6, masked=True))
    assert set(computed(native.recurrence, p, "float32")) == {"h", "d_inputs", "d_kernel", "d_recurrent_kernel", "d_bias", "d_h"}


@pytest.mark.parametrize("by_ids", [False, True], ids=["inputs", "ids"])
@pytest.mark.parametrize("directions", [1, 2])
def test_the_gradient_of_inputs_is_computed_for_those_who_ask(by_ids: bool, directions: int) -> None:
    """The other gradients have the same bits without it."""
    random = np.random.default_rng(5)
    x, h = jnp.asarray(random.normal(size=(5, 7, 3))), jnp.zeros((5, 4))
    ids, weights = jnp.asarray(random.integers(0, 7, (5, 6)), jnp.int32), [random.normal(size=n) for n in ((3, 4), (4, 4), 4)]

    def loss(x: Any, weights: Any) -> Any:
        inputs, rest = Tokens(ids, x[0]) if by_ids else x, (weights, (h,), None, Drops(), None)
        options = Options(return_sequences=True)
        one, two = native.recurrence, lambda *_: pair.recurrence(options, (inputs,), (rest, rest))
        sequence = (one if directions == 1 else two)(options, inputs, *rest)[1]
        return jnp.sum(jnp.sin(jnp.arange(sequence.size).reshape(sequence.shape)) * sequence)

    arrays = x, Weights(*map(jnp.asarray, weights))
    without, both = jax.grad(loss, 1), jax.grad(loss, (0, 1))
    assert jnp.abs(both(*arrays)[0]).max() > 0
    for alone, beside in zip(without(*arrays), both(*arrays)[1], strict=True):
        np.testing.assert_array_equal(alone, beside)
    made = [re.findall(r"@bptt_\w+_backward.*->(.*)", jax.jit(of).lower(*arrays).as_text()) for of in (without, both)]
    shape = "tensor<7x3x" if by_ids else "tensor<5x7x3x"
    assert [shape in results for (results,) in made] == [False, True]
