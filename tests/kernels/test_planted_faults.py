"""Tests of the tests: every wrong kernel fails the very checks that the right ones pass."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bptt import kernels
from bptt.kernels import Options, native
from tests.haste import haste
from tests.kernels import faults, faults_cells, faults_steps, test_dropout, test_layer_norm
from tests.kernels.faults import PLAIN, Fault
from tests.kernels.parity import Kernel, check
from tests.kernels.strategies import Case, draw_problem
from tests.kernels.test_padding import check_padding

CALLS = faults.FAULTS + faults_cells.FAULTS
STEPS = faults_steps.FAULTS
right_dropout, right_norm = kernels.dropout, kernels.layer_norm


def passes(kernel: Kernel, case: Case, dtype: str) -> bool:
    try:
        check(kernel, draw_problem(case), dtype)
    except AssertionError:
        return False
    return True


def each(faults: list[Fault]) -> Any:
    return pytest.mark.parametrize("fault", faults, ids=lambda fault: fault.name)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_right_kernels_pass(dtype: str) -> None:
    cases = {case for fault in CALLS + STEPS for case in fault.cases}
    assert len(cases) > 20
    assert all(passes(native.recurrence, case, dtype) for case in cases)


@each(CALLS)
def test_a_recurrence_called_wrong_is_caught(fault: Fault) -> None:
    """In float32, the more lenient; float64 is left to the long suite."""
    with haste():
        assert not passes(fault.kernel, fault.cases[0], "float32")


@each(STEPS)
def test_a_wrong_step_is_caught(fault: Fault) -> None:
    """Step by step: compiling each would be the greater part."""
    with haste(), jax.disable_jit():
        assert not passes(fault.kernel, fault.cases[0], "float64")


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@each(CALLS + STEPS)
def test_a_wrong_recurrence_is_caught_in_every_case(fault: Fault, dtype: str) -> None:
    assert not any(passes(fault.kernel, case, dtype) for case in fault.cases)


def loosened(fault: Fault, gate: str) -> list[Case]:
    """Its cases of an LSTM or a GRU, with gates outside [0, 1]."""
    gated = [case for case in fault.cases if case.options.cell != "simple_rnn"]
    return [replace(case, options=replace(case.options, recurrent_activation=gate)) for case in gated]


LOOSE = [
    pytest.param(fault, gate, id=f"{fault.name}-{gate}")
    for fault in CALLS + STEPS
    for gate in ("relu", "linear", "tanh")
    if loosened(fault, gate) and (fault.name, gate) != ("activations_swapped", "tanh")  # the candidate's is tanh as well
]


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "gate"), LOOSE)
def test_a_wrong_recurrence_of_loose_gates_is_caught(fault: Fault, gate: str) -> None:
    """Whose weights are drawn small."""
    for case in loosened(fault, gate):
        assert passes(native.recurrence, case, "float32")
        with haste(), jax.disable_jit(fault in STEPS):
            assert not passes(fault.kernel, case, "float32")


def padding_multiplied_by_zero(options: Options, x: Any, *others: Any) -> Any:
    """0 times NaN is NaN."""
    (h,), sequence = native.recurrence(options, x, *others)
    return (h + 0 * x.sum(),), sequence


def test_a_kernel_that_reads_the_padding_is_caught() -> None:
    with pytest.raises(AssertionError, match="in the padding changes"):
        check_padding(padding_multiplied_by_zero, replace(PLAIN[0], vocabulary=0), 0, "float32")


def without_its_scale(rate: float, groups: Any, x: Any, seed: Any) -> Any:
    return right_dropout(rate, groups, x, seed) * (1 - rate)


def keeping_what_it_should_drop(rate: float, groups: Any, x: Any, seed: Any) -> Any:
    return x / (1 - rate) - right_dropout(rate, groups, x, seed)


def one_mask_for_ever(rate: float, groups: Any, x: Any, seed: Any) -> Any:
    return right_dropout(rate, groups, x, np.zeros(2, np.uint32))


def one_word_of_the_seed_ignored(rate: float, groups: Any, x: Any, seed: Any) -> Any:
    return right_dropout(rate, groups, x, seed * np.array([1, 0], np.uint32))


def another_mask_for_the_gradient(rate: float, groups: Any, x: Any, seed: Any) -> Any:
    out = right_dropout(rate, groups, x, seed)
    other = right_dropout(rate, groups, x, seed + np.uint32(1))
    return other + jax.lax.stop_gradient(out - other)


def one_draw_for_two_neighbours(rate: float, groups: Any, x: Any, seed: Any) -> Any:
    mask = right_dropout(rate, groups, jnp.ones_like(x), seed).ravel()
    return x * mask[jnp.arange(x.size) // 2].reshape(x.shape)


def a_draw_for_each_element_whatever_the_noise_shape(rate: float, groups: Any, x: Any, seed: Any) -> Any:
    return right_dropout(rate, (1, 1, x.size), x, seed)


def the_next_seed_moves_the_mask(rate: float, groups: Any, x: Any, seed: Any) -> Any:
    mask = one_word_of_the_seed_ignored(rate, groups, jnp.ones_like(x), seed)
    return x * jnp.roll(mask, int(seed[1]) * 16)


SPATIAL = ((6, 5, 7), (6, 1, 7), (6, 5, 7))


@pytest.mark.parametrize(
    ("fault", "judge", "arguments"),
    [
        (without_its_scale, test_dropout.test_the_share_dropped_is_the_rate_and_the_rest_is_scaled, (0.5, "float32")),
        (keeping_what_it_should_drop, test_dropout.test_the_share_dropped_is_the_rate_and_the_rest_is_scaled, (0.1, "float32")),
        (one_mask_for_ever, test_dropout.test_draws_are_spread_evenly_over_places_and_seeds, ()),
        (one_mask_for_ever, test_dropout.test_seeds_that_differ_in_a_bit_give_independent_masks, ((1, 3),)),
        (one_word_of_the_seed_ignored, test_dropout.test_seeds_that_differ_in_a_bit_give_independent_masks, ((1, 3),)),
        (another_mask_for_the_gradient, test_dropout.test_the_same_seed_draws_the_same_mask_in_both_dtypes_and_both_passes, ()),
        (one_draw_for_two_neighbours, test_dropout.test_elements_are_independent_of_their_neighbours, (1, 0.5)),
        (
            a_draw_for_each_element_whatever_the_noise_shape,
            test_dropout.test_one_draw_serves_the_axes_that_the_noise_shape_shares,
            SPATIAL,
        ),
        (the_next_seed_moves_the_mask, test_dropout.test_a_seeds_masks_are_not_one_mask_moved, ()),
    ],
)
def test_a_wrong_dropout_is_caught(fault: Any, judge: Any, arguments: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(*arguments)
    monkeypatch.setattr(kernels, "dropout", fault)
    with pytest.raises(AssertionError):
        judge(*arguments)


def epsilon_outside_the_root(epsilon: float, x: Any, gamma: Any, beta: Any) -> Any:
    spread = jnp.std(x, axis=-1, keepdims=True) + epsilon
    return (x - x.mean(axis=-1, keepdims=True)) / spread * gamma + beta


def variance_of_a_sample(epsilon: float, x: Any, gamma: Any, beta: Any) -> Any:
    spread = jnp.sqrt(jnp.var(x, axis=-1, keepdims=True, ddof=1) + epsilon)
    return (x - x.mean(axis=-1, keepdims=True)) / spread * gamma + beta


def moments_without_their_gradient(epsilon: float, x: Any, gamma: Any, beta: Any) -> Any:
    mean, spread = (jax.lax.stop_gradient(m) for m in (x.mean(-1, keepdims=True), jnp.sqrt(x.var(-1, keepdims=True) + epsilon)))
    return (x - mean) / spread * gamma + beta


def gamma_missing_from_the_gradient(epsilon: float, x: Any, gamma: Any, beta: Any) -> Any:
    out, plain = right_norm(epsilon, x, gamma, beta), right_norm(epsilon, x, jnp.ones_like(gamma), beta)
    return plain + jax.lax.stop_gradient(out - plain)


@pytest.mark.parametrize(
    "fault", [epsilon_outside_the_root, variance_of_a_sample, moments_without_their_gradient, gamma_missing_from_the_gradient]
)
def test_a_wrong_layer_normalisation_is_caught(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "layer_norm", fault)
    with pytest.raises(AssertionError):
        test_layer_norm.test_results_and_gradients_are_the_formulas(16, (13, 41), "float32")


def test_a_variance_that_cancels_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """mean(x^2) - mean(x)^2 passes wherever the mean is small."""

    def cancelling(epsilon: float, x: Any, gamma: Any, beta: Any) -> Any:
        mean = x.mean(axis=-1, keepdims=True)
        return (x - mean) / jnp.sqrt((x * x).mean(axis=-1, keepdims=True) - mean * mean + epsilon) * gamma + beta

    monkeypatch.setattr(kernels, "layer_norm", cancelling)
    test_layer_norm.test_results_and_gradients_are_the_formulas(16, (13, 41), "float32")
    with pytest.raises(AssertionError):
        test_layer_norm.test_a_large_mean_costs_no_more_than_its_own_rounding(16)
