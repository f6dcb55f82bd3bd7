"""Tags without a network: each word gets the tag that it has most often in the training rows, an unknown one that of all."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bptt.bundle import Weights, save_weights
from bptt.data.dataset import Dataset
from bptt.evaluation import measures
from bptt.evaluation.baselines import Baseline, beside, figures
from bptt.evaluation.entities import Tags, true_tags
from bptt.evaluation.intervals import Figure, Metric

KIND = "tags"  # in the file


def _metric(measure: measures.Measure) -> Metric:
    """`measure` of rows as `_counted` counts them; they know the truth themselves."""
    return lambda _truth, rows: float(measure.of(dict(zip(measures.TAG_COUNTS, rows.sum(axis=0), strict=True))))


METRICS = {"f1": _metric(measures.F1), "accuracy": _metric(measures.TAGS)}


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
        for row, tags in enumerate(true_tags(train)):
            for word, tag in zip(train.inputs[row], tags, strict=True):
                seen[_read(word, lowercase)][tag] += 1
        common = sum(seen.values(), Counter[str]()).most_common(1)[0][0]
        return cls({word: tags.most_common(1)[0][0] for word, tags in seen.items()}, common, lowercase)

    def answers(self, rows: Sequence[Sequence[str]]) -> list[list[str]]:
        """A tag for each word of each row."""
        return [[self.tags.get(_read(word, self.lowercase), self.other) for word in row] for row in rows]

    def beside(self, judged: Dataset, answers: Tags) -> list[Baseline]:
        """Beside a model's `answers`, tags for each token of the N rows of `judged`."""
        true, theirs = true_tags(judged), self.answers(judged.inputs)
        ours, others = _counted(true, answers), _counted(true, theirs)
        return [beside("usual tags", len(self.tags), None, ours, ours, others, METRICS)]

    def intervals(self, judged: Dataset, answers: Tags) -> dict[str, Figure]:
        """The same figures of a model's `answers`, with their intervals."""
        counted = _counted(true_tags(judged), answers)
        return figures(counted, counted, METRICS)

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


def _counted(true: Tags, answers: Tags) -> NDArray[np.float64]:
    """(N, 5): what each row counts, in the order of `measures.TAG_COUNTS`."""
    counts = measures.of_tags(answers, true)
    return np.stack([counts[name] for name in measures.TAG_COUNTS], axis=1)
