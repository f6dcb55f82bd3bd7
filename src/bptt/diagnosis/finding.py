"""The noun of this stage: what is wrong with a run, by which numbers, how sure that is, and what to change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pydantic import FiniteFloat
from typing_extensions import TypedDict

from bptt.messages import _

Cause = Literal[
    "exploding_gradient",
    "vanishing_gradient",
    "learning_rate_too_high",
    "learning_rate_too_low",
    "overfitting",
    "underfitting",
    "saturated_units",
    "noisy_labels",
    "collapsed_to_one_class",
    "class_imbalance",
    "leak",
    "padding_read_as_data",
    "truncation_cuts_evidence",
    "vocabulary_too_small",
    "order_does_not_matter",
    "slow_input",
    "sequence_too_long",
    "padding_waste",
    "recompilation",
    "unfused_layer",
    "non_finite",
    "wrong_loss",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)


class ToldRemedy(TypedDict):
    """A `Remedy` in a file."""

    overrides: dict[str, Any]
    why: str


class Told(TypedDict):
    """A `Diagnosis` as findings.json holds it; its sentences are of the language in which it was written."""

    cause: Cause
    confidence: FiniteFloat
    evidence: dict[str, Any]
    remedy: ToldRemedy
    sentence: str


@dataclass(frozen=True)
class Remedy:
    """why: what it should do, in a sentence; overrides: {"section.key": value} of the configuration, none where the data or the
    code must be mended."""

    why: str
    overrides: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagnosis:
    """One fault of a run. confidence: 0 to 1; evidence: the numbers it is told from, fit for JSON; sentence: what they say."""

    cause: Cause
    confidence: float
    sentence: str
    evidence: Mapping[str, Any]
    remedy: Remedy

    def told(self) -> dict[str, Any]:
        """As findings.json has it, a `Told`."""
        return {**self.to_dict(), "sentence": self.sentence}

    def to_dict(self) -> dict[str, Any]:
        """For a program: all but the sentence, whose numbers are the evidence."""
        return {
            "cause": self.cause,
            "confidence": round(self.confidence, 2),
            "evidence": {name: _rounded(value) for name, value in self.evidence.items()},
            "remedy": {"overrides": dict(self.remedy.overrides), "why": self.remedy.why},
        }


def titles() -> dict[Cause, str]:
    """Each cause in the language in use."""
    return {
        "exploding_gradient": _("Exploding gradient"),
        "vanishing_gradient": _("Vanishing gradient"),
        "learning_rate_too_high": _("Learning rate too high"),
        "learning_rate_too_low": _("Learning rate too low"),
        "overfitting": _("Overfitting"),
        "underfitting": _("Underfitting"),
        "saturated_units": _("Saturated units"),
        "noisy_labels": _("Noisy labels"),
        "collapsed_to_one_class": _("Collapsed to one class"),
        "class_imbalance": _("Class imbalance"),
        "leak": _("Leak between training and validation"),
        "padding_read_as_data": _("Padding read as data"),
        "truncation_cuts_evidence": _("Truncation cuts the evidence"),
        "vocabulary_too_small": _("Vocabulary too small"),
        "order_does_not_matter": _("Order does not matter"),
        "slow_input": _("Slow input"),
        "sequence_too_long": _("Sequences too long"),
        "padding_waste": _("Time wasted on padding"),
        "recompilation": _("Recompilation"),
        "unfused_layer": _("A layer off the fused kernels"),
        "non_finite": _("A number that is not finite"),
        "wrong_loss": _("Wrong loss for these answers"),
    }


def _rounded(value: Any) -> Any:
    """Six digits of a number; what JSON has no word for is told as a text."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if value - value == 0 else str(value)
    return value
