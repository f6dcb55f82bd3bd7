"""What is told beside the effects: the answer after every step, states, what is like it, and what was not read."""

import numpy as np
import pytest

from bptt.data import Dataset, bio
from bptt.data.targets import Classes
from bptt.explaining import Aim, Explainer, course, explain, nearest
from bptt.models.dissect import before_head, states
from tests.explaining.judges import CLASSES, FORWARD, TAGS, TEXTS, judge, row

GOOD = Aim("good", 2)


def told(predictor, one, aims=(GOOD,), train=None):
    return Explainer(predictor, train).explain(one, predictor.answers([one])[0], aims)


@pytest.mark.parametrize(
    ("task", "kind", "changes"),
    [
        ("classify", "words", {"cell": "gru", **FORWARD}),
        ("classify", "words", {}),
        ("classify", "words", {"mask": False, "padding": "pre"}),
        ("multilabel", "words", {"bidirectional": False}),
        ("ordinal", "numbers", {"bidirectional": False}),
    ],
)
def test_after_each_step_it_says_what_predict_says_of_the_row_cut_there(task, kind, changes):
    predictor = judge(task, kind=kind, **changes)
    one = row(kind)
    found = told(predictor, one)
    cut = (
        [one[:end] for end in range(1, len(one) + 1)]
        if kind == "numbers"
        else [" ".join(one.split()[:end]) for end in range(1, len(one.split()) + 1)]
    )
    assert found["at"] == list(range(1, len(cut) + 1))
    expected = predictor.answers(cut)
    for column, name in enumerate(CLASSES):
        np.testing.assert_allclose(found["course"][name], expected[:, column], atol=1e-4)
    assert np.ptp(expected[:, 2]) > 1e-3


def test_a_network_that_reads_forward_says_the_same_from_its_own_states():
    """Reading forward, the answer after step t is the head's of the state after step t: no text has to be cut."""
    predictor = judge("classify", cell="lstm", **FORWARD)
    found = told(predictor, row("words"))
    [hidden] = nearest.run(predictor, states(predictor.model), predictor.encoder.encode([row("words")]))
    kernel, bias = (np.asarray(one.value) for one in predictor.model.get_layer("head").weights)
    logits = hidden @ kernel + bias
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found["course"]["good"], softmax[:, 2], atol=1e-4)
    np.testing.assert_allclose(found["norm"], np.linalg.norm(hidden, axis=1), atol=1e-4)


@pytest.mark.parametrize(
    "changes", [{}, {"cell": "gru", "units": (4, 3)}, {"pooling": "last"}, {"mask": False, "padding": "pre"}]
)
def test_the_states_are_the_last_layer_s(changes):
    """Against the layer's own final state, in both directions; a twin that gives every step where the layer gives one."""
    predictor = judge("classify", **changes)
    one = row("words")
    [hidden] = nearest.run(predictor, states(predictor.model), predictor.encoder.encode([one]))
    units = hidden.shape[1] // 2
    last = judge("classify", **{**changes, "pooling": "last"})
    for weight in last.model.weights:
        same = [other for other in predictor.model.weights if other.path == weight.path and other.shape == weight.shape]
        if same:
            weight.assign(same[0].value)
    [final] = nearest.run(last, before_head(last.model), last.encoder.encode([one]))
    if predictor.text.mask or changes.get("padding") == "pre":
        np.testing.assert_allclose(hidden[-1, :units], final[:units], atol=1e-5)
    if predictor.text.mask:
        np.testing.assert_allclose(hidden[0, units:], final[units:], atol=1e-5)
    assert len(hidden) == 5


@pytest.mark.parametrize(("truncation", "before", "after"), [("pre", 4, 0), ("post", 0, 4)])
def test_what_was_cut_away_is_told_and_not_explained(truncation, before, after):
    predictor = judge("classify", max_length=8, truncation=truncation)
    words = TEXTS[2].split()
    found = told(predictor, TEXTS[2])
    assert (found["before"], found["after"]) == (before, after)
    assert found["tokens"] == words[before : len(words) - after]
    assert len(found["effects"][0]["effects"]) == len(found["norm"]) == len(found["at"]) == 8


def test_tags_have_their_probabilities_and_what_moved_them():
    predictor = judge("chain", kind="spelled")
    one = row("spelled", 2)
    found = told(predictor, one, [Aim("B-X", 1, 3), Aim("I-X", 2, 4)])
    table = np.array([found["tags"][tag] for tag in TAGS])
    np.testing.assert_allclose(table.sum(axis=0), 1, atol=1e-3)
    assert table.shape == (3, 12)
    for effects in found["effects"]:
        assert effects["value"] == pytest.approx(found["tags"][effects["name"]][effects["step"]], abs=1e-4)
    assert (found["at"], found["course"], found["nearest"]) == ([], {}, [])
    emissions = predictor.model.predict_on_batch(predictor.padded(predictor.encoder.encode([one])).batch(0, 0).inputs)[0, :12, :3]
    np.testing.assert_allclose(table, by_hand(emissions, predictor.model.get_layer("chain")).T, atol=2e-4)


def by_hand(emissions, chain):
    """(T, K) the probability of each tag, by going through all legal sequences of a short row."""
    legal, starts = bio.rules(TAGS)
    forward = [np.exp(emissions[0] + np.asarray(chain.start)) * starts]
    move = np.exp(np.asarray(chain.transitions)) * legal
    for one in emissions[1:]:
        forward.append((forward[-1] @ move) * np.exp(one))
    backward = [np.exp(np.asarray(chain.end))]
    for one in emissions[:0:-1]:
        backward.append(move @ (backward[-1] * np.exp(one)))
    both = np.array(forward) * np.array(backward[::-1])
    return both / both.sum(axis=1, keepdims=True)


def test_the_nearest_is_the_row_itself_and_the_others_follow_by_angle():
    predictor = judge("classify")
    train = Dataset(TEXTS * 2, Classes(np.arange(8, dtype=np.int32) % 3, CLASSES), [f"a:{n}" for n in range(8)])
    found = told(predictor, TEXTS[3], train=train)
    features = np.stack(nearest.run(predictor, before_head(predictor.model), predictor.encoder.encode(TEXTS)))
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    similar = features @ features[3]
    assert [one["origin"] for one in found["nearest"][:2]] == ["a:3", "a:7"]
    assert found["nearest"][0]["label"] == CLASSES[3 % 3]
    assert found["nearest"][2]["similarity"] == pytest.approx(np.sort(similar)[-2], abs=1e-4)
    assert [one["similarity"] for one in found["nearest"]] == sorted(
        (one["similarity"] for one in found["nearest"]), reverse=True
    )


def test_what_is_told_in_part_is_said(monkeypatch):
    monkeypatch.setattr(nearest, "REMEMBERED", 3)
    monkeypatch.setattr(explain, "AIMS", 1)
    train = Dataset(TEXTS, Classes(np.zeros(4, np.int32), CLASSES), list("abcd"))
    found = told(judge("multilabel"), TEXTS[0], [Aim("bad", 0), Aim("good", 2)], train)
    assert len(found["effects"]) == 1
    assert any("1 of 2 numbers" in note for note in found["notes"])
    assert any("3 of 4 training rows" in note for note in found["notes"])


def test_long_rows_are_asked_at_even_distances():
    assert course.evenly(5, 10) == [1, 2, 3, 4, 5]
    found = course.evenly(1000, 10)
    assert (found[0], found[-1], len(found)) == (1, 1000, 10)
    assert set(np.diff(found)) == {111}
    assert course.evenly(0, 10) == []


@pytest.mark.parametrize("task", ["classify", "chain"])
def test_a_row_without_a_step(task):
    predictor = judge(task)
    found = told(predictor, "", [Aim("bad", 0)] if task == "classify" else [])
    assert (found["tokens"], found["norm"], found["at"]) == ([], [], [])
