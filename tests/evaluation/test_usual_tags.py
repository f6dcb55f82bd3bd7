"""Tags by each word's usual one, against counts by hand and against the scores of whole entities."""

import pytest

from bptt.data.dataset import Dataset
from bptt.data.targets import Tags
from bptt.evaluation import tags
from bptt.evaluation.rivals import load_rivals
from bptt.evaluation.usual_tags import UsualTags
from tests.tasks.tagged import needs_real, real_sentences

NAMES = ("O", "B-X", "I-X", "B-Y")


def dataset(rows, names=NAMES):
    inputs, answers = [tuple(word for word, _tag in row) for row in rows], [[tag for _word, tag in row] for row in rows]
    return Dataset(inputs, Tags.of(answers, names), [f"f.conll:{row}" for row in range(len(rows))])


TRAIN = dataset(
    [
        [("Bank", "B-X"), ("of", "I-X"), ("it", "O")],
        [("bank", "O"), ("of", "I-X"), ("it", "O"), ("bank", "B-X")],
        [("of", "O"), ("it", "O"), ("so", "O")],
    ]
)


def test_each_word_gets_its_usual_tag_and_an_unknown_one_that_of_all():
    usual = UsualTags.learn(TRAIN, lowercase=True)
    assert usual.answers([("BANK", "of", "new", "it")]) == [["B-X", "I-X", "O", "O"]]
    cased = UsualTags.learn(TRAIN, lowercase=False)
    assert cased.answers([("BANK", "Bank", "bank")]) == [["O", "B-X", "O"]], "as often O as B-X: the one that came first"


def test_figures_are_those_of_whole_entities_and_gains_the_models_less_them():
    judged = dataset([[("bank", "B-X"), ("of", "I-X"), ("it", "O")], [("it", "B-Y"), ("of", "O")]])
    ours = [["B-X", "I-X", "O"], ["B-Y", "O"]]
    [found] = UsualTags.learn(TRAIN, lowercase=True).beside(judged, ours)
    assert found["name"] == "usual tags"
    assert found["figures"]["f1"]["value"] == pytest.approx(2 * 1 / (2 + 2)), "bank of is right; it is missed, of found"
    assert found["figures"]["accuracy"]["value"] == pytest.approx(3 / 5)
    assert found["gains"]["f1"]["value"] == pytest.approx(0.5)
    assert found["gains"]["accuracy"]["value"] == pytest.approx(0.4)


@needs_real
def test_real_sentences_score_as_whole_entities_do_and_come_back_from_a_file(tmp_path):
    rows = real_sentences(400)
    names = tuple(dict.fromkeys(["O", *(tag for row in rows for _word, tag in row)]))
    train, judged = dataset(rows[:300], names), dataset(rows[300:], names)
    usual = UsualTags.learn(train, lowercase=True)
    usual.save(tmp_path / "rivals")
    answers = load_rivals(tmp_path / "rivals").answers(judged.inputs)
    scores, [found] = tags.score(answers, judged, usual), usual.beside(judged, answers)
    assert found["figures"]["f1"]["value"] == pytest.approx(scores.f1)
    assert found["figures"]["accuracy"]["value"] == pytest.approx(scores.accuracy)
    assert found["figures"]["f1"]["low"] < scores.f1 < found["figures"]["f1"]["high"]
    assert found["gains"]["f1"]["value"] == 0
    assert scores.intervals["f1"] == found["figures"]["f1"]
    assert 0.2 < scores.f1 < 0.9
