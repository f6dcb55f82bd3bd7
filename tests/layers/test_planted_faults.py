"""Tests of the tests: each wrong layer fails the very check that the right one passes."""

from collections.abc import Callable
from typing import Any

import pytest

from bptt import kernels, layers
from bptt.layers import lookups
from tests.layers import test_dropout, test_embedding, test_layer_normalization
from tests.layers.faults_recurrent import FAULTS as RECURRENT_FAULTS
from tests.layers.twins import alike

Plant = Callable[[pytest.MonkeyPatch], None]
Check = Callable[[], Any]


def dropping(change: Callable[..., Any]) -> Plant:
    """A dropout whose kernel is another: `change` takes the right one and its arguments."""
    right = kernels.dropout
    return lambda patch: patch.setattr(kernels, "dropout", lambda *arguments: change(right, *arguments))


def link_kept(patch: pytest.MonkeyPatch) -> None:
    """A dropout whose output passes for the Embedding's."""
    right = layers.Dropout.call

    def wrong(self: Any, inputs: Any, training: bool = False) -> Any:
        out, tokens = right(self, inputs, training), lookups.recall(inputs)
        if tokens is not None and out is not inputs:
            lookups.remember(out, *tokens)
        return out

    patch.setattr(layers.Dropout, "call", wrong)


def newest_link(patch: pytest.MonkeyPatch) -> None:
    """Any array passes for the output of the latest Embedding."""
    patch.setattr(lookups, "recall", lambda _output: next(reversed(lookups._tokens.values()), (None,))[0])


def always_dropping(patch: pytest.MonkeyPatch) -> None:
    right = layers.Dropout.call
    patch.setattr(layers.Dropout, "call", lambda self, inputs, training=False: right(self, inputs, training=True))


def norm(change: Callable[..., tuple[Any, ...]]) -> Plant:
    right = kernels.layer_norm
    return lambda patch: patch.setattr(kernels, "layer_norm", lambda *arguments: right(*change(*arguments)))


FAULTS: dict[str, tuple[Plant, Check]] = {
    "one mask for ever": (
        dropping(lambda right, rate, groups, x, seed: right(rate, groups, x, seed * 0)),
        lambda: test_dropout.check_fresh(layers.Dropout(0.5)),
    ),
    "one mask for ever in fit": (
        dropping(lambda right, rate, groups, x, seed: right(rate, groups, x, seed * 0)),
        lambda: test_dropout.check_masks_of_a_fit(layers.Dropout),
    ),
    "dropout without its scale": (
        dropping(lambda right, rate, *arguments: right(rate, *arguments) * (1 - rate)),
        lambda: test_dropout.check_values(layers.Dropout(0.5)),
    ),
    "keeping what should be dropped": (
        dropping(lambda right, rate, *arguments: right(1 - rate, *arguments)),
        lambda: test_dropout.check_share(layers.Dropout(0.4), draws=test_dropout.X.size),
    ),
    "dropping elements in place of features": (
        dropping(lambda right, rate, groups, x, seed: right(rate, (1, 1, x.size), x, seed)),
        lambda: test_dropout.check_whole_features(layers.SpatialDropout1D(0.5)),
    ),
    "dropping at prediction": (always_dropping, lambda: test_dropout.check_prediction(layers.Dropout(0.5))),
    "ids read through an active dropout": (link_kept, lambda: test_embedding.check_behind_dropout(layers.Dropout, True)),
    "ids read for an array that was worked on": (
        newest_link,
        lambda: alike(test_embedding.BY_ARRAY["doubled"], test_embedding.IDS),
    ),
    "epsilon forgotten": (
        norm(lambda _epsilon, *arrays: (0.0, *arrays)),
        lambda: alike(test_layer_normalization.network(epsilon=0.1), test_layer_normalization.X),
    ),
    "gamma forgotten": (
        norm(lambda epsilon, x, gamma, beta: (epsilon, x, gamma * 0 + 1, beta)),
        lambda: alike(test_layer_normalization.network(), test_layer_normalization.X),
    ),
} | RECURRENT_FAULTS


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, check = FAULTS[name]
    plant(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):  # the latter where an expected refusal does not come
        check()


@pytest.mark.parametrize("name", FAULTS)
def test_without_the_fault_the_check_passes(name: str) -> None:
    FAULTS[name][1]()
