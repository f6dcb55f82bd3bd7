"""Entities found against entities there: precision, recall and F1 of whole entities, as CoNLL-2000 and CoNLL-2003 count.

An entity is right where its type, its first and its last token all are. B-X starts one, I-X goes on with one of type X; an I-X
behind anything else starts one, too, so that any tags can be counted (Tjong Kim Sang and De Meulder 2003; seqeval's default).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from pydantic import FiniteFloat, NonNegativeInt
from typing_extensions import TypedDict

from bptt.data import bio
from bptt.data.dataset import Dataset
from bptt.errors import DataError
from bptt.evaluation.classes import ClassScores
from bptt.messages import _

Tags = Sequence[Sequence[str]]  # of N rows


class Entity(NamedTuple):
    """Tokens `start` to `end` of row `row`, both included."""

    row: int
    type: str
    start: int
    end: int


class Shares(TypedDict):
    """Each a share in 0 to 1; a share of nothing is 0."""

    precision: FiniteFloat  # of the entities found, the share that are there
    recall: FiniteFloat  # of the entities there, the share that were found
    f1: FiniteFloat  # harmonic mean of the two


@dataclass(frozen=True)
class EntityScores:
    """What `score_entities` measures, in plain JSON values."""

    rows: NonNegativeInt
    tokens: NonNegativeInt
    token_accuracy: FiniteFloat  # share of the tokens whose tag is right
    micro: ClassScores  # over all entities
    macro: Shares  # mean over the types that are there or were found
    per_type: dict[str, ClassScores]  # in the order of the alphabet

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts and lists, for scores.json."""
        return asdict(self)


def true_tags(rows: Dataset) -> list[list[str]]:
    """The tags of N rows, by name."""
    return [rows.targets.word(row).split(" ") for row in range(len(rows))]


def entities(tags: Sequence[str], row: int = 0) -> list[Entity]:
    """The entities of one row, in their order. A tag that is not BIO is outside of any."""
    found: list[Entity] = []
    before = bio.OUTSIDE
    for step, tag in enumerate(tags):
        kind = bio.type_of(tag)
        if kind and (tag.startswith(bio.BEGIN) or not bio.may_follow(tag, before)):
            found.append(Entity(row, kind, step, step))
        elif kind:
            found[-1] = found[-1]._replace(end=step)
        before = tag
    return found


def score_entities(true: Tags, predicted: Tags) -> EntityScores:
    """Scores of the tags `predicted` for N rows whose tags are `true`.

    Raises DataError where there is no token, and where a row has another number of tags.
    """
    _check(true, predicted)
    there, found = _all(true), _all(predicted)
    support, answers, right = (_by_type(group) for group in (there, found, there & found))
    per_type = {name: _scores(right[name], answers[name], support[name]) for name in sorted(support | answers)}
    pairs = [
        tag == answer for row, answered in zip(true, predicted, strict=True) for tag, answer in zip(row, answered, strict=True)
    ]
    return EntityScores(
        rows=len(true),
        tokens=len(pairs),
        token_accuracy=sum(pairs) / len(pairs),
        micro=_scores(right.total(), answers.total(), support.total()),
        macro=_mean(list(per_type.values())),
        per_type=per_type,
    )


def _check(true: Tags, predicted: Tags) -> None:
    if len(true) != len(predicted):
        message = _("{came} rows of predicted tags came, expected {expected}, one for each row.")
        raise DataError("scores.shape", message.format(came=len(predicted), expected=len(true)))
    for number, (row, answered) in enumerate(zip(true, predicted, strict=True)):
        if len(row) != len(answered):
            message = _("row {number} has {came} predicted tags, expected {expected}, one for each token.")
            raise DataError("scores.shape", message.format(number=number, came=len(answered), expected=len(row)))
    if not any(true):
        raise DataError("scores.no-rows", _("There is no token to score. Give at least one row with tokens."))


def _all(rows: Tags) -> set[Entity]:
    return {entity for number, tags in enumerate(rows) for entity in entities(tags, number)}


def _by_type(group: Iterable[Entity]) -> Counter[str]:
    return Counter(entity.type for entity in group)


def _scores(right: int, predicted: int, support: int) -> ClassScores:
    precision, recall, f1 = (2 * right / both if both else 0.0 for both in (2 * predicted, 2 * support, predicted + support))
    return ClassScores(precision=precision, recall=recall, f1=f1, support=support, predicted=predicted)


def _mean(types: Sequence[ClassScores]) -> Shares:
    precision, recall, f1 = (sum(one[key] for one in types) / max(len(types), 1) for key in ("precision", "recall", "f1"))
    return Shares(precision=precision, recall=recall, f1=f1)
