"""Entities are counted as seqeval counts them; what it cannot count, by hand."""

import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from seqeval import metrics
from seqeval.metrics.sequence_labeling import get_entities

from bptt.data import bio
from bptt.errors import DataError
from bptt.evaluation import entities as module
from bptt.evaluation.entities import Entity, entities, score_entities

TAGS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER", "B-JOB-TITLE", "I-JOB-TITLE"]


def rows(seed: int, count: int, tags: list[str] = TAGS) -> list[list[str]]:
    """Rows of 1 to 12 random tags, legal or not."""
    drawn = random.Random(seed)
    return [drawn.choices(tags, k=1 + (7 * row + seed) % 12) for row in range(count)]


def half_right(true: list[list[str]], seed: int) -> list[list[str]]:
    """The same rows, each tag another in one case out of four."""
    drawn = random.Random(seed)
    return [[tag if drawn.random() < 0.75 else drawn.choice(TAGS) for tag in row] for row in true]


def check_chunks() -> None:
    for row in rows(1, 400):
        assert [(one.type, one.start, one.end) for one in entities(row)] == get_entities(row)


def check_scores(seed: int = 2, count: int = 200) -> None:
    true = rows(seed, count)
    predicted = half_right(true, seed + 1)
    found = score_entities(true, predicted)
    with warnings.catch_warnings():  # seqeval's, on shares of nothing
        warnings.simplefilter("ignore")
        report = metrics.classification_report(true, predicted, output_dict=True)
        assert found.token_accuracy == pytest.approx(metrics.accuracy_score(true, predicted), abs=1e-12)
    keys = {"precision": "precision", "recall": "recall", "f1": "f1-score", "support": "support"}
    for name, one in {"micro avg": found.micro, **found.per_type}.items():
        assert [one[key] for key in keys] == pytest.approx([report[name][theirs] for theirs in keys.values()], abs=1e-12)
    assert found.per_type.keys() == report.keys() - {"micro avg", "macro avg", "weighted avg"}
    theirs = [report["macro avg"][key] for key in ("precision", "recall", "f1-score")]
    assert list(found.macro.values()) == pytest.approx(theirs, abs=1e-12)
    assert 0.05 < found.micro["f1"] < 0.95, "neither all right nor all wrong"


def test_chunks_are_seqeval_s() -> None:
    check_chunks()


@pytest.mark.parametrize(("seed", "count"), [(2, 200), (3, 40), (4, 5)])
def test_scores_are_seqeval_s(seed: int, count: int) -> None:
    check_scores(seed, count)


def test_by_hand() -> None:
    true = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC", "O"]]
    predicted = [["B-PER", "I-PER", "O", "O"], ["O", "B-PER", "I-LOC"]]
    found = score_entities(true, predicted)
    assert (found.rows, found.tokens, found.token_accuracy) == (2, 7, pytest.approx(4 / 7))
    assert found.micro == pytest.approx({"precision": 1 / 3, "recall": 1 / 3, "f1": 1 / 3, "support": 3, "predicted": 3})
    assert found.per_type["PER"] == pytest.approx({"precision": 1 / 2, "recall": 1, "f1": 2 / 3, "support": 1, "predicted": 2})
    assert found.per_type["LOC"] == {"precision": 0, "recall": 0, "f1": 0, "support": 2, "predicted": 1}
    assert found.macro == pytest.approx({"precision": 1 / 4, "recall": 1 / 2, "f1": 1 / 3})
    assert found.to_dict()["micro"] == found.micro


def test_equal_spans_of_two_rows_are_two_entities() -> None:
    assert score_entities([["B-LOC"], ["B-LOC"]], [["B-LOC"], ["O"]]).micro["recall"] == 0.5


def test_rows_without_entities_score_0_and_their_tokens_count() -> None:
    found = score_entities([["O", "O"]], [["O", "O"]])
    assert (found.token_accuracy, found.micro["f1"], found.macro["f1"], found.per_type) == (1, 0, 0, {})


@pytest.mark.parametrize(
    ("true", "predicted", "said"),
    [
        ([["O"]], [], "0 rows of predicted tags came, expected 1"),
        ([["O"], ["O", "O"]], [["O"], ["O"]], "row 1 has 1 predicted tags, expected 2"),
        ([[]], [[]], "no token"),
    ],
)
def test_what_does_not_fit_is_refused(true: Any, predicted: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        score_entities(true, predicted)


def forgets_ends(patch: pytest.MonkeyPatch) -> None:
    right = module.entities
    patch.setattr(module, "entities", lambda tags, row=0: [one._replace(end=one.start) for one in right(tags, row)])


def forgets_rows(patch: pytest.MonkeyPatch) -> None:
    right = module.entities
    patch.setattr(module, "entities", lambda tags, row=0: [one._replace(row=0) for one in right(tags)])


FAULTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Callable[[], None]]] = {
    "ends forgotten": (forgets_ends, check_scores),
    "rows forgotten": (forgets_rows, check_scores),
    "an I of another type goes on": (
        lambda patch: patch.setattr(bio, "may_follow", lambda tag, before: before != "O"),
        check_chunks,
    ),
    "an I behind O starts none": (
        lambda patch: patch.setattr(bio, "may_follow", lambda tag, before: not (tag[0] == "I" and before == "O")),
        check_chunks,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, check = FAULTS[name]
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_an_entity_says_where_it_is() -> None:
    assert entities(["O", "I-LOC", "I-LOC", "B-LOC"], row=5) == [Entity(5, "LOC", 1, 2), Entity(5, "LOC", 3, 3)]
