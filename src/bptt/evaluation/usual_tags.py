"""Tags without a network: each word gets the tag that it has most often in the training rows, an unknown one that of all."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.bundle import Weights, save_weights
from bptt.data.dataset import Dataset
from bptt.evaluation.baselines import Baseline, beside, figures
from bptt.evaluation.entities import Tags, entities
from bptt.evaluation.intervals import Figure, Metric, Numbers

KIND = "tags"  # in the file
_THERE, _TOKENS = 0, 1  # of a judged row: its entities, its tokens
_RIGHT, _FOUND, _RIGHT_TOKENS = 0, 1, 2  # of an answer to it


def _f1(rows: Numbers, answers: Numbers) -> float:
    """Of whole entities. rows: (N, 2), answers: (N, 3), counted as `_row` and `_answer` do."""
    both = rows[:, _THERE].sum() + answers[:, _FOUND].sum()
    return float(2 * answers[:, _RIGHT].sum() / both) if both else 0.0


def _accuracy(rows: Numbers, answers: Numbers) -> float:
    """Share of the tokens whose tag is right."""
    return float(answers[:, _RIGHT_TOKENS].sum() / rows[:, _TOKENS].sum())


METRICS: dict[str, Metric] = {"f1": _f1, "accuracy": _accuracy}


@dataclass(frozen=True)
class UsualTags:
    """tags: the usual one of each word of the training rows; other: that of a word that stands in none of them; lowercase:
    whether case is read."""

    tags: Mapping[str, str]
    other: str
    lowercase: bool

    @classmethod
    def learn(cls, train: Dataset, lowercase: bool) -> "UsualTags":
        """From rows of words and their tags; of two as frequent, the one that came first."""
        seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row, tags in enumerate(_true(train)):
            for word, tag in zip(train.inputs[row], tags, strict=True):
                seen[_read(word, lowercase)][tag] += 1
        common = sum(seen.values(), Counter[str]()).most_common(1)[0][0]
        return cls({word: tags.most_common(1)[0][0] for word, tags in seen.items()}, common, lowercase)

    def answers(self, rows: Sequence[Sequence[str]]) -> list[list[str]]:
        """A tag for each word of each row."""
        return [[self.tags.get(_read(word, self.lowercase), self.other) for word in row] for row in rows]

    def beside(self, judged: Dataset, answers: Tags) -> list[Baseline]:
        """Beside a model's `answers`, tags for each token of the N rows of `judged`."""
        true, theirs = _true(judged), self.answers(judged.inputs)
        ours, others = _counted(true, answers), _counted(true, theirs)
        return [beside("usual tags", len(self.tags), None, _rows(true), ours, others, METRICS)]

    def intervals(self, judged: Dataset, answers: Tags) -> dict[str, Figure]:
        """The same figures of a model's `answers`, with their intervals."""
        true = _true(judged)
        return figures(_rows(true), _counted(true, answers), METRICS)

    def save(self, path: Path) -> None:
        """Writes all of it to `path`, whole or not at all."""
        save_weights(
            path, {}, {"kind": KIND, "tags": json.dumps(self.tags), "other": self.other, "lowercase": str(self.lowercase)}
        )

    @classmethod
    def of_parts(cls, arrays: Weights, texts: Mapping[str, str]) -> "UsualTags":
        """What `save` wrote. Raises KeyError or ValueError for anything else."""
        return cls(json.loads(texts["tags"]), texts["other"], texts["lowercase"] == "True")


def _read(word: str, lowercase: bool) -> str:
    return word.lower() if lowercase else word


def _true(rows: Dataset) -> list[list[str]]:
    return [rows.targets.word(row).split(" ") for row in range(len(rows))]


def _rows(true: Tags) -> NDArray[np.int64]:
    return np.array([[len(entities(tags)), len(tags)] for tags in true])


def _counted(true: Tags, answers: Tags) -> NDArray[Any]:
    """(N, 3): of each row the entities found rightly, those found, and the tokens whose tag is right."""
    return np.array([_count(*pair) for pair in zip(true, answers, strict=True)])


def _count(true: Sequence[str], answer: Sequence[str]) -> tuple[int, int, int]:
    there, found = set(entities(true)), set(entities(answer))
    return len(there & found), len(found), sum(a == b for a, b in zip(true, answer, strict=True))
