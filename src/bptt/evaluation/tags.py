"""Tags against tags: the entities that they mark, the share that are right, and the sentences answered worst."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import FiniteFloat, NonNegativeInt
from typing_extensions import TypedDict

from bptt.data.dataset import Dataset
from bptt.data.inputs import words
from bptt.evaluation.baselines import Baseline, Rivals, sentence
from bptt.evaluation.classes import ClassScores, each_table
from bptt.evaluation.entities import Tags, entities, score_entities, true_tags
from bptt.evaluation.intervals import Figure
from bptt.evaluation.table import Table
from bptt.messages import _

WORST = 10  # mistakes kept
_SHARES = ("precision", "recall", "f1")


class Span(TypedDict):
    """An entity of a sentence: tokens `start` to `end`, both included, counted from 0."""

    type: str
    start: NonNegativeInt
    end: NonNegativeInt


class Named(Span):
    """An entity with its tokens, spaces between."""

    text: str


class Mistake(TypedDict):
    """A sentence with an entity that was missed, or found where there is none."""

    origin: str
    tokens: list[str]
    true: list[Span]
    predicted: list[Span]


@dataclass(frozen=True)
class Answer:
    """A tag for each token of a row, and the entities that they mark."""

    tokens: list[str]
    tags: list[str]
    entities: list[Named]

    @classmethod
    def of(cls, tokens: list[str], tags: Sequence[str]) -> "Answer":
        """The answer whose tags these are."""
        named = [Named(**one, text=" ".join(tokens[one["start"] : one["end"] + 1])) for one in spans(tags)]
        return cls(tokens, list(tags), named)


@dataclass(frozen=True)
class Scores:
    """What `score` measures, in plain JSON values. Precision, recall and F1 are over all entities (micro)."""

    rows: NonNegativeInt
    tokens: NonNegativeInt
    accuracy: FiniteFloat  # share of the tokens whose tag is right
    precision: FiniteFloat
    recall: FiniteFloat
    f1: FiniteFloat
    macro_f1: FiniteFloat  # mean over the types that are there or were found
    per_type: dict[str, ClassScores]  # in the order of the alphabet
    wrong_rows: NonNegativeInt  # with an entity missed, or found where there is none
    mistakes: list[Mistake]  # those with the most such entities
    intervals: dict[str, Figure] = field(default_factory=dict)  # of F1 and accuracy, where there are baselines
    baselines: list[Baseline] = field(default_factory=list)  # what answers without reading in order

    def line(self) -> str:
        """The whole in one sentence."""
        message = _(
            "entities: F1 {f1:.4f}, precision {precision:.4f}, recall {recall:.4f}; tags: accuracy {accuracy:.4f} ({rows} rows)"
        )
        return message.format(**self.summary())

    def beside(self) -> list[str]:
        """What the same rows get by other means, a sentence each."""
        return [sentence(one) for one in self.baselines]

    def table(self) -> Table:
        """Each type of entity."""
        return each_table(self.per_type, _("entities"))

    def notes(self) -> list[str]:
        """Whether there is an entity at all."""
        return [] if self.per_type else [_("No tag begins an entity (B-X): only the share of right tags tells something.")]

    def summary(self) -> dict[str, Any]:
        """The few figures that the end of a training tells to a program."""
        return {key: getattr(self, key) for key in (*_SHARES, "accuracy", "rows")}

    def figures(self) -> dict[str, Any]:
        """All figures for a program, without what quotes the data."""
        return {key: value for key, value in self.to_dict().items() if key != "mistakes"} | {"notes": self.notes()}

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts and lists, for scores.json."""
        return asdict(self)


def score(predicted: Tags, dataset: Dataset, rivals: Rivals | None = None) -> Scores:
    """Scores of the tags `predicted` for the N rows of `dataset`, whose inputs are tokens, beside those of `rivals`.

    Raises DataError where there is no token, and where a row has another number of tags.
    """
    true = true_tags(dataset)
    counted = score_entities(true, predicted)
    wrong = [_wrong(*pair) for pair in zip(true, predicted, strict=True)]
    worst = sorted((row for row, count in enumerate(wrong) if count), key=lambda row: -wrong[row])[:WORST]
    return Scores(
        rows=counted.rows,
        tokens=counted.tokens,
        accuracy=counted.token_accuracy,
        precision=counted.micro["precision"],
        recall=counted.micro["recall"],
        f1=counted.micro["f1"],
        macro_f1=counted.macro["f1"],
        per_type=counted.per_type,
        wrong_rows=sum(map(bool, wrong)),
        mistakes=[
            Mistake(
                origin=dataset.origins[row],
                tokens=words(dataset.inputs[row]),
                true=spans(true[row]),
                predicted=spans(predicted[row]),
            )
            for row in worst
        ],
        intervals=rivals.intervals(dataset, predicted) if rivals else {},
        baselines=rivals.beside(dataset, predicted) if rivals else [],
    )


def spans(tags: Sequence[str]) -> list[Span]:
    """The entities of one row."""
    return [Span(type=one.type, start=one.start, end=one.end) for one in entities(tags)]


def _wrong(true: Sequence[str], predicted: Sequence[str]) -> int:
    """Entities missed, and entities found where there is none."""
    return len(set(entities(true)) ^ set(entities(predicted)))
