"""The verb: what is wrong with a run, the likeliest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bptt.diagnosis import answers, gradients, learning, reading, rows, speed
from bptt.diagnosis.case import Case
from bptt.diagnosis.finding import Cause, Diagnosis

Rule = Callable[[Case], Diagnosis | None]

OF_ANY: Sequence[Rule] = (  # of a script's own fit, too
    gradients.not_finite,
    gradients.exploding,
    gradients.saturated,
    answers.wrong_loss,
    learning.rate_too_high,
    learning.rate_too_low,
    learning.overfitting,
)
OF_RUNS: Sequence[Rule] = (
    gradients.vanishing,
    learning.underfitting,
    answers.collapsed,
    answers.imbalance,
)
OF_ROWS: Sequence[Rule] = (
    rows.noisy,
    rows.leak,
    rows.no_order,
    reading.padding,
    reading.truncation,
    reading.vocabulary,
    reading.too_long,
    speed.slow_input,
    speed.padding_waste,
    speed.recompilation,
    speed.unfused,
)
DOUBT = 0.5  # what is left of the confidence in a fault that another explains

LEARNS_LITTLE: tuple[Cause, ...] = ("underfitting", "collapsed_to_one_class", "vanishing_gradient", "overfitting", "noisy_labels")
EXPLAINS: Mapping[Cause, Sequence[Cause]] = {
    "non_finite": ("learning_rate_too_high", "saturated_units", *LEARNS_LITTLE),
    "exploding_gradient": ("saturated_units", "non_finite", "learning_rate_too_high", *LEARNS_LITTLE),
    "learning_rate_too_high": ("exploding_gradient", "saturated_units", *LEARNS_LITTLE),
    "learning_rate_too_low": LEARNS_LITTLE,
    "wrong_loss": ("learning_rate_too_high", *LEARNS_LITTLE),
    "saturated_units": LEARNS_LITTLE,
    "truncation_cuts_evidence": LEARNS_LITTLE,
    "vocabulary_too_small": (*LEARNS_LITTLE, "order_does_not_matter"),
    "padding_read_as_data": (
        "vanishing_gradient",
        "collapsed_to_one_class",
        "underfitting",
        "padding_waste",
        "sequence_too_long",
    ),
    "leak": ("order_does_not_matter",),
    "noisy_labels": ("overfitting", "underfitting", "collapsed_to_one_class"),
    "class_imbalance": ("collapsed_to_one_class", "overfitting", "noisy_labels"),
    "underfitting": ("collapsed_to_one_class",),
    "vanishing_gradient": ("collapsed_to_one_class", "underfitting", "overfitting", "noisy_labels"),
    "sequence_too_long": (*LEARNS_LITTLE, "order_does_not_matter"),
    "slow_input": ("recompilation",),
}


def examine(case: Case) -> list[Diagnosis]:
    """The faults of a run, the surest first; one that another explains is less sure of itself. Nothing where it is healthy."""
    rules = OF_ANY if not case.config else (*OF_ANY, *OF_RUNS, *(OF_ROWS if case.data else ()))
    found = [one for rule in rules if (one := rule(case))]
    explained = {later for one in found for later in EXPLAINS.get(one.cause, ())}
    weighed = [replace(one, confidence=one.confidence * DOUBT) if one.cause in explained else one for one in found]
    return sorted(weighed, key=lambda one: -one.confidence)
