"""What is told of one answer, as plain JSON values."""

from typing import Any

from pydantic import FiniteFloat, NonNegativeInt, PositiveInt
from typing_extensions import TypedDict

from bptt.data.splits import Part


class Effects(TypedDict):
    """How much each step moved one number of the answer, by integrated gradients: `effects` and `padding` sum to `value - start`,
    up to `gap`."""

    name: str  # the class, label or tag whose probability it is; empty where the answer is a number
    step: NonNegativeInt | None  # the step that is tagged, from 0; None where the row has one answer
    value: FiniteFloat  # what the network says
    start: FiniteFloat  # what it says of as many steps of zeros
    effects: list[FiniteFloat]  # (T,)
    padding: FiniteFloat  # of the padding, where the network reads it as data
    gap: FiniteFloat


class Picture(TypedDict):
    """Hidden states over time: `values`[unit][step] of some units at some steps, both counted from 1."""

    steps: list[PositiveInt]
    units: list[PositiveInt]
    values: list[list[FiniteFloat]]


class Neighbour(TypedDict):
    """A training row whose features before the head are near; similarity: the cosine of the two, -1 to 1."""

    text: str
    label: str
    origin: str
    similarity: FiniteFloat


class Told(TypedDict):
    """What explained.json holds: the answers of one part of the data that were farthest from right, the worst first, and those
    that were surest of what is right, or nearest to it; with each the truth."""

    part: Part
    worst: list[tuple[str, "Explanation"]]
    surest: list[tuple[str, "Explanation"]]


class Explanation(TypedDict):
    """One answer and what led to it. T steps were read, of which `tokens` are the words; `before` and `after` them so many were
    cut away. course: what the network says after the steps `at` (from 1), by class or label ("" for a number); tags: the
    probability of each tag at every step. Either is empty where the other is not."""

    text: str
    answer: dict[str, Any]
    tokens: list[str]
    before: NonNegativeInt
    after: NonNegativeInt
    at: list[PositiveInt]
    course: dict[str, list[FiniteFloat]]
    tags: dict[str, list[FiniteFloat]]
    effects: list[Effects]
    norm: list[FiniteFloat]  # (T,) of the hidden state after each step
    states: Picture
    nearest: list[Neighbour]
    notes: list[str]
