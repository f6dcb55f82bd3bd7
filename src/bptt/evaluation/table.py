"""Figures for a screen."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A name a row, and a figure a column."""

    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
