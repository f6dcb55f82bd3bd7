"""Each rule names its fault, and is silent about the run beside it that lacks what makes it one."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bptt.diagnosis import CAUSES, Case, examine
from tests.diagnosis.patient import epochs, measured, patient, probe, scores, sentences, settings

FLAT = epochs([0.7, 0.7, 0.69], [0.7, 0.69, 0.69])
HIGH = [100.0 * 0.1**step for step in range(8)]  # early steps get far more
LOW = HIGH[::-1]
UNLEARNED = {"events": FLAT, "scores": {"validation": scores(0.52)}}


def first(case: Case) -> str:
    found = examine(case)
    return found[0].cause if found else ""


def buried(texts: tuple[list[str], list[int]], words: int) -> tuple[list[str], list[int]]:
    """Behind each text so many words that say nothing."""
    draw = np.random.default_rng(len(texts[0]))
    return [" ".join([text, *(f"f{number}" for number in draw.integers(200, size=words))]) for text in texts[0]], texts[1]


def with_rows(case: Case, train: Any, validation: Any, **how: Any) -> Case:
    return replace(case, measured=measured(train, validation, case.settings, **how))


def shuffled(rows: tuple[list[str], list[int]]) -> tuple[list[str], list[int]]:
    return rows[0], np.random.default_rng(5).permutation(rows[1]).tolist()


def copied(rows: tuple[list[str], list[int]]) -> tuple[list[str], list[int]]:
    """Validation that holds what training has, each with a word more."""
    return [f"{text} indeed" for text in rows[0][:100]], rows[1][:100]


def marked(rows: tuple[list[str], list[int]]) -> tuple[list[str], list[int]]:
    return [f"src{label} {text}" for text, label in zip(*rows, strict=True)], rows[1]


def per_class(ones: int) -> dict[str, Any]:
    return {**patient().data, "rows_per_class": {"train": {"bad": 200 - ones, "good": ones}}}


def last_of(units: int = 64, pooling: str = "last") -> Any:
    return settings(model__cell="simple_rnn", model__pooling=pooling, model__units=[units])


def long_rows(length: int = 100) -> dict[str, Any]:
    return {"length_quantiles": {"0.25": length, "0.5": length, "0.75": length, "0.95": length, "1": length}}


ROWS, HELD_OUT = sentences(200), sentences(100, seed=1)
WIDE = {"length_histogram": {"width": 10, "rows": [150] + [0] * 15 + [50]}, "share_padding": 0.7}
NUMBERS = settings(data__task="regress")
FIT = {"loss": "sparse_categorical_crossentropy", "from_logits": False, "last_activation": "softmax", "outputs": 3}
FIT["targets"] = {"kind": "integers", "min": 0, "max": 2}
SHORT = settings(text__max_length=6, text__truncation="pre")

FAULTS: list[tuple[str, Case, Case]] = [
    (
        "exploding_gradient",
        patient(probes=[probe(gradient=HIGH, norm=1e4)]),
        patient(probes=[probe(gradient=HIGH, norm=1e4, layer="backward_recurrent_1")]),
    ),
    (
        "vanishing_gradient",
        patient(last_of(), probes=[probe(gradient=LOW)], facts=long_rows(), **UNLEARNED),
        patient(last_of(), probes=[probe(gradient=LOW)], facts=long_rows()),
    ),
    (
        "vanishing_gradient",  # nobody looked at the gradient
        patient(last_of(), probes=[], facts=long_rows(), **UNLEARNED),
        patient(last_of(pooling="mean"), probes=[], facts=long_rows(), **UNLEARNED),
    ),
    ("learning_rate_too_high", patient(probes=[probe(ratio=1.0)], **UNLEARNED), patient(probes=[probe(ratio=0.02)], **UNLEARNED)),
    (
        "learning_rate_too_low",
        patient(probes=[probe(ratio=1e-5)], **UNLEARNED),
        patient(probes=[probe(ratio=1e-5)]),
    ),
    (
        "overfitting",
        patient(settings(model__embedding_dropout=0.0), events=epochs([0.6, 0.2, 0.01], [0.5, 0.4, 0.9])),
        patient(events=epochs([0.6, 0.2, 0.01], [0.5, 0.4, 0.9])),  # held back by dropout, ended soon after
    ),
    ("underfitting", patient(settings(model__units=[1]), **UNLEARNED), patient(settings(model__units=[1]))),
    ("saturated_units", patient(probes=[probe(saturated=0.9)]), patient(probes=[probe(saturated=0.3)])),
    ("noisy_labels", with_rows(patient(**UNLEARNED), shuffled(ROWS), shuffled(HELD_OUT)), patient(**UNLEARNED)),
    ("collapsed_to_one_class", patient(scores={"validation": scores(answer=1)}), patient()),
    (
        "class_imbalance",
        patient(data=per_class(10), scores={"validation": scores(answer=0, ones=5)}),
        patient(data=per_class(10), scores={"validation": scores(1.0, ones=5)}),
    ),
    ("leak", with_rows(patient(), ROWS, copied(ROWS)), with_rows(patient(), ROWS, copied(HELD_OUT))),
    ("leak", with_rows(patient(), marked(ROWS), marked(HELD_OUT)), with_rows(patient(), marked(ROWS), HELD_OUT)),
    (
        "padding_read_as_data",
        patient(settings(text__mask=False), facts={"share_padding": 0.5}),
        patient(settings(text__mask=False), facts={"share_padding": 0.01}),
    ),
    (
        "truncation_cuts_evidence",
        with_rows(patient(SHORT, facts={"share_words_cut": 0.7}), buried(ROWS, 12), buried(HELD_OUT, 12)),
        with_rows(patient(SHORT, facts={"share_words_cut": 0.7}), ROWS, HELD_OUT),  # what is cut off are the first words
    ),
    (
        "vocabulary_too_small",
        patient(settings(text__vocabulary_size=60), facts={"share_unknown": 0.6}),
        patient(facts={"share_unknown": 0.6}),  # so many words stand there once: no setting is to blame
    ),
    (
        "slow_input",
        patient(settings(training__batch_size=1)),
        patient(settings(training__batch_size=1), events=[{**FLAT[0], "batches": 20}, *epochs([0.6, 0.2], [0.4, 0.3])[1:]]),
    ),
    (
        "sequence_too_long",
        with_rows(patient(settings(text__max_length=400), facts=long_rows(400)), buried(ROWS, 390), buried(HELD_OUT, 390)),
        with_rows(patient(settings(text__max_length=400), facts=long_rows(200)), buried(ROWS, 190), buried(HELD_OUT, 190)),
    ),
    ("padding_waste", patient(settings(text__bucket_edges=[]), facts=WIDE), patient(facts={**WIDE, "share_padding": 0.2})),
    (
        "recompilation",
        patient(
            facts={"shapes": [(32, T) for T in range(1, 40)]},
            events=[{**one, "compile_seconds": 0.9} for one in patient().events],
        ),
        patient(facts={"shapes": [(32, T) for T in range(1, 40)]}),
    ),
    (
        "unfused_layer",
        patient(table={"layers": [{"name": "recurrent_1", "kernel": "scan", "reason": "relu"}]}),
        patient(table={"layers": [{"name": "recurrent_1", "kernel": "native", "reason": "AVX2"}]}),
    ),
    (
        "non_finite",
        patient(events=[*FLAT, {"event": "stop", "reason": "not finite", "epoch": 2, "batch": 3}], scores={}),
        patient(events=[*patient().events, {"event": "stop", "reason": "early stopping", "epoch": 3}]),
    ),
    (
        "wrong_loss",
        with_rows(patient(NUMBERS, scores={}), ROWS, HELD_OUT, numbers=True),
        with_rows(
            patient(NUMBERS, scores={}), (ROWS[0], [len(text) / 7 for text in ROWS[0]]), (HELD_OUT[0], HELD_OUT[1]), numbers=True
        ),
    ),
    ("wrong_loss", Case(None, fit={**FIT, "from_logits": True}), Case(None, fit=FIT)),
    ("wrong_loss", Case(None, fit={**FIT, "last_activation": "linear"}), Case(None, fit=FIT)),
    ("wrong_loss", Case(None, fit={**FIT, "outputs": 2}), Case(None, fit=FIT)),
    (
        "wrong_loss",
        Case(None, fit={**FIT, "loss": "mean_squared_error", "last_activation": "sigmoid", "from_logits": None}),
        Case(None, fit={**FIT, "loss": "mean_squared_error", "last_activation": "linear", "targets": None}),
    ),
    (
        "wrong_loss",
        Case(None, fit={**FIT, "loss": "binary_crossentropy"}),
        Case(None, fit={**FIT, "loss": "binary_crossentropy", "last_activation": "sigmoid", "targets": None}),
    ),
    ("learning_rate_too_high", Case(None, FLAT, probes=[probe(ratio=1.0)]), Case(None, FLAT, probes=[probe(ratio=0.02)])),
    ("exploding_gradient", Case(None, probes=[probe(gradient=HIGH, norm=1e4)]), Case(None, probes=[probe(gradient=HIGH)])),
]


@pytest.mark.parametrize(("cause", "planted", "beside"), FAULTS, ids=[f"{number}-{one[0]}" for number, one in enumerate(FAULTS)])
def test_each_fault_is_named_first_and_nothing_beside_it(cause: str, planted: Case, beside: Case) -> None:
    assert first(planted) == cause
    assert cause not in [one.cause for one in examine(beside)]


def test_a_healthy_run_has_no_finding() -> None:
    assert examine(patient()) == []


def test_every_cause_but_one_has_a_fault_here() -> None:
    assert {cause for cause, _planted, _beside in FAULTS} == set(CAUSES) - {"order_does_not_matter"}, (
        "needs a network: test_runs.py"
    )
