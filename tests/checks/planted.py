"""Data with known faults: every count that a check must give is known before it runs."""

import random
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from bptt.checks import Finding
from bptt.data import Dataset
from bptt.data.splits import Splits, split
from bptt.data.targets import Classes

Look = Callable[..., dict[str, Finding]]


def words(count: int, seed: int) -> str:
    """A text of `count` words that no other seed shares."""
    draw = random.Random(seed)
    return " ".join("".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=7)) + f"q{seed}" for _word in range(count))


def dataset(rows: Iterable[tuple[str, str]], name: str = "a.csv", classes: Sequence[str] = ("bad", "good")) -> Dataset:
    """Rows of (text, label), each from a line of its own."""
    texts, labels = zip(*rows, strict=True)
    index = np.array([classes.index(label) for label in labels], np.int32)
    return Dataset(list(texts), Classes(index, tuple(classes)), [f"{name}:{line}" for line in range(2, 2 + len(texts))])


def clean(count: int = 200, length: int = 20, seed: int = 0) -> list[tuple[str, str]]:
    """Rows with nothing wrong, half of each class."""
    return [(words(length, 100_000 * (seed + 1) + number), ("bad", "good")[number % 2]) for number in range(count)]


def halves(rows: list[tuple[str, str]], test: list[tuple[str, str]] | None = None) -> Splits:
    """The rows split as training splits them, beside a test part of their own."""
    return split("a.csv", dataset(rows), dataset(test, "test.csv") if test else None, 0.2, 0)


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    """The findings by the name of their check; each stands once."""
    named = {finding.check: finding for finding in findings}
    assert len(named) == len(findings)
    return named
