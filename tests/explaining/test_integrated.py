"""Integrated gradients add up, and are those of the definition, taken by hand in small steps."""

import numpy as np
import pytest

from bptt.explaining import Aim, Explainer
from bptt.explaining import integrated as module
from bptt.explaining.integrated import NODE, WEIGHT, Gradients, closed
from tests.explaining.judges import FORWARD, judge, row

CASES = [
    ("classify", "words", {}),
    ("classify", "words", {"cell": "gru", **FORWARD}),
    ("classify", "words", {"cell": "simple_rnn", "units": (5, 4), "residual": True, "pooling": "mean", "dense": (4,)}),
    ("classify", "words", {"mask": False, "units": (4, 3), "norm": "layer", **FORWARD}),
    ("classify", "words", {"mask": False, "padding": "pre", "norm": "batch", "pooling": "mean"}),
    ("multilabel", "words", {"padding": "pre"}),
    ("ordinal", "numbers", {"pooling": "mean"}),
    ("regress", "words", {"activation": "relu"}),
    ("regress", "numbers", {}),
    ("chain", "spelled", {}),
    ("chain", "words", {"mask": False}),
    ("steps", "words", {"bidirectional": False}),
    ("steps", "numbers", {"padding": "pre"}),
]


def of_row(predictor, one):
    return predictor.padded(predictor.encoder.encode([one])).batch(0, 0)


@pytest.mark.parametrize(("task", "kind", "changes"), CASES, ids=range(len(CASES)))
def test_the_effects_add_up_to_the_change(task, kind, changes):
    """Completeness (Sundararajan et al. 2017, Proposition 1), against what the whole model says by its own way."""
    predictor = judge(task, kind=kind, **changes)
    batch = of_row(predictor, row(kind))
    per_step = predictor.head.per_step
    aims = [Aim("a", 1 if task != "regress" else 0, 2 if per_step else None), Aim("b", 0, 4 if per_step else None)]
    for found, aim in zip(Gradients(predictor.model, predictor.head).effects(batch, aims), aims, strict=True):
        total = sum(found["effects"]) + found["padding"]
        assert total == pytest.approx(found["value"] - found["start"], abs=0.0012 * sum(map(abs, found["effects"])) + 1e-5)
        assert found["gap"] == pytest.approx(found["value"] - found["start"] - total, abs=1e-5)
        assert max(map(abs, found["effects"])) > 1e-4, "there is something to explain"
        assert len(found["effects"]) == batch.real.sum()
        assert (found["padding"] != 0) == (not predictor.text.mask and bool((~batch.real).any()))
        if not per_step:
            assert found["value"] == pytest.approx(predictor.answers([row(kind)])[0, aim.column], abs=2e-5)


@pytest.mark.parametrize("changes", [{"mask": False, **FORWARD}, {"pooling": "mean"}])
def test_they_are_those_of_the_definition(changes):
    """By differences of the model's answers alone, step after step and feature after feature, in 200 steps of the way."""
    predictor = judge("classify", max_length=6, **changes)
    batch = of_row(predictor, row("words"))
    gradients = Gradients(predictor.model, predictor.head)
    [found] = gradients.effects(batch, [Aim("", 2)])
    lower, upper = gradients._halves
    made = lower.predict_on_batch(batch.inputs)
    features, *mask = made if isinstance(made, list) else [made]
    way, tiny = (np.arange(200) + 0.5) / 200, 1e-2
    expected = np.zeros(features.shape[1:])
    for t, d in np.ndindex(expected.shape):
        nudge = np.zeros_like(features)
        nudge[0, t, d] = tiny
        ends = [
            upper.predict_on_batch([way[:, None, None] * features + side * nudge, *(np.repeat(one, 200, 0) for one in mask)])[
                :, 2
            ]
            for side in (1, -1)
        ]
        expected[t, d] = features[0, t, d] * ((ends[0].astype(float) - ends[1]) / (2 * tiny)).mean()
    np.testing.assert_allclose(found["effects"], expected.sum(axis=1)[batch.real[0]], atol=5e-4)
    assert np.ptp(found["effects"]) > 5e-3


def test_a_jump_on_the_way_is_found(monkeypatch):
    """A network that remembers jumps from one answer to another within a thousandth of the way."""
    predictor = judge("classify", max_length=8, cell="simple_rnn", **FORWARD)
    weights = {one.path.rpartition("simple_rnn_cell/")[2]: one for one in predictor.model.weights}
    weights["recurrent_kernel"].assign(10 * np.eye(5))
    weights["bias"].assign(0.02 * np.sign(np.random.default_rng(0).normal(size=5)))
    gradients = Gradients(predictor.model, predictor.head)
    batch = of_row(predictor, row("words"))
    features, mask = (np.asarray(one) for one in gradients._lower.predict_on_batch(batch.inputs))
    shares = np.linspace(0, 1, 2001, dtype=np.float32)[:, None, None]
    values = gradients._halves[1].predict_on_batch([shares * features, np.repeat(mask, 2001, axis=0)])[:, 1]
    assert abs(np.diff(values)).max() > 0.1, "there is a jump"
    [found] = gradients.effects(batch, [Aim("", 1)])
    assert closed(found["gap"], found["effects"], found["value"])
    monkeypatch.setattr(module, "CALLS", 0)
    [found] = gradients.effects(batch, [Aim("", 1)])
    assert not closed(found["gap"], found["effects"], found["value"]), "points in even distances step over it"


def test_the_rule_is_gauss_s_with_both_ends():
    assert (NODE[0], NODE[-1]) == (-1, 1)
    for power in range(2 * len(NODE) - 2):
        assert WEIGHT @ NODE**power == pytest.approx((1 + (-1) ** power) / (power + 1), abs=1e-13)


@pytest.mark.parametrize("fault", ["masked", "half", "end"])
def test_planted_faults_do_not_add_up(monkeypatch, fault):
    predictor = judge("classify", **FORWARD)
    batch = of_row(predictor, row("words"))
    whole = Gradients._stretches

    def spoiled(self, features, mask, edges, column, place):
        if fault == "masked":
            mask = [np.ones_like(one) for one in mask]
        found = whole(self, features, mask, edges if fault != "end" else edges * 0.9, column, place)
        if fault == "half":
            found = [module.Stretch(one.low, one.high, one.first, one.last, one.moved / 2) for one in found]
        return found

    monkeypatch.setattr(Gradients, "_stretches", spoiled)
    [found] = Gradients(predictor.model, predictor.head).effects(batch, [Aim("", 1)])
    true = predictor.answers([row("words")])[0, 1]
    assert abs(found["value"] - true) > 1e-3 or not closed(found["gap"], found["effects"], found["value"])


def test_what_cannot_be_closed_is_told(monkeypatch):
    monkeypatch.setattr(module, "CALLS", 0)
    monkeypatch.setattr(module, "TOLERANCE", 1e-9)
    monkeypatch.setattr(module, "DIGIT", 1e-12)
    predictor = judge("classify", cell="simple_rnn")
    one = row("words", 2)
    told = Explainer(predictor, None).explain(one, predictor.answers([one])[0], [Aim("bad", 0)])
    assert any("kinks" in note for note in told["notes"])
