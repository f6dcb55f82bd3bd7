"""What each judged row counts, and the figures that are made of their sums: so that two models can be compared row by row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.evaluation.entities import entities

Counts = dict[str, NDArray[np.float64]]  # by name, (N,) a row
Sums = Mapping[str, NDArray[np.float64]]  # the same summed over rows, (R,) for R sets of rows; "rows" is their number


@dataclass(frozen=True)
class Measure:
    """A figure of some rows: `of` their sums. rising: the higher, the better."""

    name: str
    of: Callable[[Sums], NDArray[np.float64]]
    rising: bool = True


def _share(part: str, whole: str) -> Callable[[Sums], NDArray[np.float64]]:
    return lambda sums: sums[part] / np.maximum(sums[whole], 1)


def _f1(sums: Sums) -> NDArray[np.float64]:
    return 2 * sums["right"] / np.maximum(sums["there"] + sums["found"], 1)


TAG_COUNTS = ("right", "found", "there", "tags_right", "tags")  # of a row: entities, and tags
ACCURACY = Measure("accuracy", _share("correct", "rows"))
RANK_ERROR = Measure("rank_error", _share("distance", "rows"), rising=False)
SUBSET = Measure("subset_accuracy", _share("correct", "rows"))
F1 = Measure("f1", _f1)  # of all labels or entities together
TAGS = Measure("tag_accuracy", _share("tags_right", "tags"))
MAE = Measure("mae", _share("absolute", "rows"), rising=False)
RMSE = Measure("rmse", lambda sums: np.sqrt(sums["squared"] / sums["rows"]), rising=False)
PERPLEXITY = Measure("perplexity", lambda sums: np.exp(sums["nats"] / np.maximum(sums["words"], 1)), rising=False)


def of_classes(probabilities: NDArray[Any], labels: NDArray[Any]) -> Counts:
    """probabilities: (N, K); labels: (N,). How far off in ranks, too, for classes in order."""
    off = abs(probabilities.argmax(axis=1) - labels)
    return {"correct": (off == 0).astype(np.float64), "distance": off.astype(np.float64)}


def of_labels(answered: NDArray[np.bool_], true: NDArray[np.bool_]) -> Counts:
    """answered, true: (N, K)."""
    parts = {"right": answered & true, "found": answered, "there": true}
    counted = {name: one.sum(axis=1).astype(np.float64) for name, one in parts.items()}
    return counted | {"correct": (answered == true).all(axis=1).astype(np.float64)}


def of_numbers(answers: NDArray[Any], labels: NDArray[Any]) -> Counts:
    """answers, labels: (N,)."""
    off = answers.astype(np.float64) - labels
    return {"absolute": abs(off), "squared": np.square(off)}


def of_tags(answers: Sequence[Sequence[str]], true: Sequence[Sequence[str]]) -> Counts:
    """The tags of N rows."""
    rows = []
    for told, labelled in zip(answers, true, strict=True):
        found, there = set(entities(told)), set(entities(labelled))
        same = sum(a == b for a, b in zip(told, labelled, strict=True))
        rows.append((len(found & there), len(found), len(there), same, len(labelled)))
    columns = np.array(rows, np.float64).reshape(-1, 5).T
    return dict(zip(TAG_COUNTS, columns, strict=True))
