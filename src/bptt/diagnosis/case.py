"""All that is known of a run: what its folder holds, and what can be measured on its rows."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bptt.config import Config
from bptt.diagnosis.measure import Measured
from bptt.training import Epoch, Event, Stop

ADAPTIVE = ("adam", "adamw", "rmsprop")  # their first steps are as long as the learning rate, whatever the gradient
FIRST_WEIGHTS = 0.05  # root mean square of a weight as Keras draws them, about
LOPSIDED = 0.88  # share of the rows that one class has
LEAST_SKILL, PART = 0.4, 0.75  # what can be learned of most data; the part of it below which a network falls short
SILENT = 1e-3  # norm of a weight below which no step is large or small beside it


def told(weight: Mapping[str, Any]) -> bool:
    """Whether a probe of a weight says how long its step was beside it."""
    return weight["update"] is not None and weight["norm"] is not None and weight["norm"] > SILENT


@dataclass(frozen=True)
class Case:
    """config: None for a training by a script of the user's own; events: metrics.jsonl; data, table: data.json and model.json;
    scores: by part; all of these empty where there are none; probes, horizon: what the microscope saw; fit: what a script
    compiled; measured: what was measured on the rows anew, None where they are not at hand."""

    config: Config | None
    events: Sequence[Event] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    table: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    probes: Sequence[Mapping[str, Any]] = ()
    horizon: Mapping[str, Any] | None = None
    fit: Mapping[str, Any] | None = None
    measured: Measured | None = None

    @property
    def settings(self) -> Config:
        """The configuration of a run of the pipeline's."""
        assert self.config
        return self.config

    @cached_property
    def epochs(self) -> list[Epoch]:
        return [event for event in self.events if event["event"] == "epoch"]

    @cached_property
    def stop(self) -> Stop | None:
        """Why training ended before its last epoch, if it did."""
        return next((event for event in self.events if event["event"] == "stop"), None)

    @property
    def best(self) -> Epoch:
        """The epoch of the lowest validation loss."""
        return min(self.epochs, key=lambda epoch: epoch["val_loss"])

    @property
    def score(self) -> Any:
        """The scores of the validation part; None where there are none."""
        return self.scores.get("validation")

    @cached_property
    def shares(self) -> list[float]:
        """Of each class among the rows of training, the largest first; none where the answers are no classes."""
        counts = sorted(self.data.get("rows_per_class", {}).get("train", {}).values(), reverse=True)
        return [count / max(sum(counts), 1) for count in counts]

    @cached_property
    def ignorance(self) -> float | None:
        """The loss of a model that knows how frequent each answer is, and reads nothing; None where that is not known."""
        if self.config and self.config.data.task == "regress":
            return 1.0
        if self.config and self.config.data.task in ("classify", "ordinal") and self.shares:
            return -sum(share * math.log(share) for share in self.shares if share)
        return None

    @cached_property
    def learned(self) -> float | None:
        """Share of that loss that the last epoch of training has taken away, below 0 where it is worse; None where not known."""
        if not self.epochs or not self.ignorance:
            return None
        return 1 - self.epochs[-1]["loss"] / self.ignorance

    @property
    def fallen(self) -> float:
        """Share of the training loss of the first epoch that is gone after the last."""
        return 1 - self.epochs[-1]["loss"] / max(self.epochs[0]["loss"], 1e-9)

    @property
    def rate(self) -> float | None:
        """The learning rate at the start; None where nobody wrote it down."""
        if self.config:
            return self.config.training.learning_rate
        return self.probes[0]["learning_rate"] if self.probes else None

    @cached_property
    def skill(self) -> float | None:
        """How far the answers to the validation rows are from always saying the same (0) to all right (1); None where unknown."""
        score = self.score
        if hasattr(score, "r2"):
            return score.r2
        if hasattr(score, "majority"):
            common = score.majority()[1]
            return (score.accuracy - common) / max(1 - common, 1e-9)
        return None

    @cached_property
    def step_ratio(self) -> float | None:
        """Length of a step of training beside the weight it changes, the median of the weights in the probe that saw the largest;
        1e-3 to 1e-1 where the learning rate fits. Without probes, told from the learning rate; None where that cannot be."""
        seen = [[one["update"] / one["norm"] for one in probe["weights"] if told(one)] for probe in self.probes]
        if any(seen):
            return max(statistics.median(ratios) for ratios in seen if ratios)
        if self.config and self.config.training.optimizer in ADAPTIVE:
            return self.config.training.learning_rate / FIRST_WEIGHTS
        return None

    @cached_property
    def layers(self) -> dict[str, list[Mapping[str, Any]]]:
        """What each probe saw of each recurrent layer."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for probe in self.probes:
            for layer in probe["layers"]:
                found.setdefault(layer["layer"], []).append(layer)
        return found

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is in the batches of training."""
        return self.data["batches"]["train"]

    @property
    def quantiles(self) -> Mapping[str, float]:
        """The length that each share of the training rows stays within, before they are cut."""
        return self.facts["length_quantiles"]

    @property
    def lopsided(self) -> bool:
        """Whether one class has so many rows that little can be told of the others."""
        return bool(self.shares) and self.shares[0] > LOPSIDED

    @cached_property
    def seconds(self) -> float:
        """All epochs together."""
        return sum(epoch["seconds"] for epoch in self.epochs)

    @cached_property
    def waited(self) -> float:
        """Seconds in which batches were made ready, all epochs together."""
        return sum(epoch["input_seconds"] for epoch in self.epochs if "input_seconds" in epoch)

    @cached_property
    def batches(self) -> int:
        """Of an epoch of training."""
        return next((event["batches"] for event in self.events if event["event"] == "start"), 0)

    @cached_property
    def falls_short(self) -> bool:
        """Whether the network answers worse than it could: than a linear model, or hardly better than one that reads nothing."""
        judge = self.measured.opinion() if self.measured else None
        within_reach = max(judge.skill if judge else 0.0, LEAST_SKILL)
        return self.skill is None or self.skill < PART * within_reach
