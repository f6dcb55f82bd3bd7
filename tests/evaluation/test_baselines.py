"""Baselines against scikit-learn's own reading of the same texts, on planted and on real data."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.multiclass import OneVsRestClassifier

from bptt.bundle import save_weights
from bptt.data import Vocabulary
from bptt.data.dataset import Dataset
from bptt.data.targets import Classes, Labels
from bptt.errors import DataError, ModelFileError
from bptt.evaluation import bag_of_words
from bptt.evaluation.baselines import TextRivals
from bptt.evaluation.rivals import load_rivals

FEEDBACK = Path(os.environ.get("BPTT_DATA", ""), "uit_vsfc")
feedback = pytest.mark.skipif(not FEEDBACK.joinpath("train").is_dir(), reason="needs BPTT_DATA with uit_vsfc")


def dataset(texts, labels, classes=("a", "b")):
    return Dataset(list(texts), Classes(np.asarray(labels), classes), [f"f.csv:{row}" for row in range(len(texts))])


def learned(train, number=False):
    return TextRivals.learn(train, lowercase=True, kind="number" if number else "class")


def reviews(rows, seed=0):
    """A text is of class b where "not good" stands in it, of a where "good not": the words alone say nothing."""
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, 2, rows).astype(np.int32)
    filler = [[f"w{word}" for word in draw.integers(0, 30, 6)] for _row in range(rows)]
    pair = {0: "good not", 1: "not good"}
    texts = [" ".join([*words[:3], pair[label], *words[3:]]) for words, label in zip(filler, labels.tolist(), strict=True)]
    return dataset(texts, labels)


@pytest.fixture(scope="module")
def real():
    parts = []
    for part, rows in (("train", 3000), ("val", 600)):
        read = [FEEDBACK.joinpath(part, f"{name}.txt").read_text().splitlines()[:rows] for name in ("sents", "sentiments")]
        parts.append(dataset(read[0], np.array(read[1], np.int32), ("negative", "neutral", "positive")))
    return parts


def words_and_majority(found):
    majority, words = found
    assert (majority["name"], words["name"]) == ("majority", "bag of words")
    return words, majority


def test_pairs_of_neighbours_are_read():
    train, judged = reviews(400), reviews(200, seed=1)
    words, majority = words_and_majority(learned(train).beside(judged, judged.targets.values))
    assert words["figures"]["accuracy"]["value"] == 1
    assert words["figures"]["accuracy"]["low"] == pytest.approx(0.981, abs=5e-4), "Wilson's: 200 / (200 + 1.96 ** 2)"
    assert majority["figures"]["accuracy"]["value"] < 0.6


def test_no_pair_crosses_from_text_to_text():
    _words, _terms, counts = bag_of_words._vocabulary(["a b", "c d"], lowercase=True)
    assert counts.shape == (2, 6), "a, b, c, d, a-b, c-d"
    assert counts.sum(axis=1).tolist() == [3, 3]


def test_the_majority_is_that_of_the_training_rows():
    train, judged = dataset(["x y"] * 30, [1] * 20 + [0] * 10), dataset(["x y"] * 10, [1] * 3 + [0] * 7)
    _words, majority = words_and_majority(learned(train).beside(judged, np.zeros(10, int)))
    assert majority["figures"]["accuracy"]["value"] == 0.3
    assert majority["figures"]["weighted_f1"]["value"] == pytest.approx(0.3 * 2 * 3 / 13)
    assert majority["gains"]["accuracy"]["value"] == pytest.approx(0.7 - 0.3)


@feedback
def test_real_sentences_against_scikit_learn_from_end_to_end(real):
    train, judged = real
    words, _majority = words_and_majority(learned(train).beside(judged, judged.targets.values))
    tokens = Vocabulary(("[PAD]", "[UNK]"), lowercase=True).tokens
    weigh = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=(1, 2), min_df=2, sublinear_tf=True
    )
    theirs = LogisticRegression(C=words["penalty"], max_iter=1000).fit(weigh.fit_transform(train.inputs), train.targets.values)
    answers = theirs.predict(weigh.transform(judged.inputs))
    assert words["terms"] == len(weigh.vocabulary_)
    assert words["figures"]["accuracy"]["value"] == np.mean(answers == judged.targets.values)
    assert words["figures"]["weighted_f1"]["value"] == pytest.approx(f1_score(judged.targets.values, answers, average="weighted"))
    assert words["figures"]["accuracy"]["value"] > 0.85


@feedback
def test_the_judged_rows_teach_nothing(real):
    """Neither their labels nor their words reach what is learned."""
    train, judged = real
    told = learned(train).beside(judged, judged.targets.values)
    half = judged.take(range(300))
    wrong = dataset(half.inputs, (half.targets.values + 1) % 3, half.classes)
    for other in (half, wrong):
        found = learned(train).beside(other, half.targets.values)
        assert (found[1]["terms"], found[1]["penalty"]) == (told[1]["terms"], told[1]["penalty"])
    right = found[1]["figures"]["accuracy"]["value"]
    assert right < 0.2, "judged by labels that are all wrong"


def test_gains_are_the_models_less_the_baselines():
    train, judged = reviews(300), reviews(200, seed=1)
    ours = np.where(np.arange(200) < 20, 1 - judged.targets.values, judged.targets.values)  # 20 wrong of 200
    words, _majority = words_and_majority(learned(train).beside(judged, ours))
    gain = words["gains"]["accuracy"]
    assert gain["value"] == pytest.approx(-0.1)
    assert -0.16 < gain["low"] < -0.1 < gain["high"] < -0.05


def test_numbers_have_mean_and_ridge():
    draw = np.random.default_rng(0)
    sizes = draw.integers(1, 9, 400)
    texts = [("very " if size > 4 else "") + f"w{size} thing" for size in sizes.tolist()]
    train, judged = dataset(texts[:300], sizes[:300] * 10.0), dataset(texts[300:], sizes[300:] * 10.0)
    mean, words = learned(train, number=True).beside(judged, judged.targets.values + 1)
    away = np.abs(judged.targets.values - train.targets.values.mean())
    assert mean["figures"]["mae"]["value"] == pytest.approx(away.mean())
    assert mean["figures"]["rmse"]["value"] == pytest.approx(np.sqrt(np.mean(away**2)))
    assert words["figures"]["mae"]["value"] < away.mean() / 3
    assert words["gains"]["mae"]["value"] == pytest.approx(1 - words["figures"]["mae"]["value"])


def test_too_few_rows_to_choose_a_penalty_by():
    train = dataset(["good film", "good plot", "bad film"], [0, 0, 1])
    words, _majority = words_and_majority(learned(train).beside(train, train.targets.values))
    assert words["penalty"] == 10
    assert words["figures"]["accuracy"]["value"] == 1


def test_no_word_stands_in_two_texts():
    train = dataset(["w1", "w2", "w3", "w4", "", "w5"], [0, 1, 0, 1, 0, 1])
    words, _majority = words_and_majority(learned(train).beside(train, train.targets.values))
    assert words["terms"] == 5


def test_plain_json():
    train = reviews(50)
    found = learned(train).beside(train, train.targets.values)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.parametrize("answers", [np.zeros(3), np.zeros((50, 2))])
def test_answers_that_are_not_one_a_row(answers):
    train = reviews(50)
    with pytest.raises(DataError, match=r"expected \(50,\)") as error:
        learned(train).beside(train, answers)
    assert error.value.code == "baselines.shape"


def test_what_was_learned_comes_back_from_its_file(tmp_path):
    train, judged = reviews(300), reviews(200, seed=1)
    rivals = learned(train)
    rivals.save(tmp_path / "rivals")
    again = load_rivals(tmp_path / "rivals")
    np.testing.assert_array_equal(again.bag.scores(judged.inputs), rivals.bag.scores(judged.inputs))
    assert again.beside(judged, judged.targets.values) == rivals.beside(judged, judged.targets.values)
    save_weights(tmp_path / "other", {"terms": np.zeros(2)}, {"words": "a"})
    with pytest.raises(ModelFileError, match="damaged"):
        load_rivals(tmp_path / "other")


@feedback
def test_labels_of_real_sentences_against_scikit_learn(real):
    """Which of three labels: negative, positive, and long, which nobody can tell from the words."""
    parts = []
    for part in real:
        values = np.stack([part.targets.values == 0, part.targets.values == 2, [len(text) > 60 for text in part.inputs]], axis=1)
        parts.append(Dataset(part.inputs, Labels(values.astype(np.uint8), ("negative", "positive", "long")), part.origins))
    train, judged = parts
    rivals = TextRivals.learn(train, lowercase=True, kind="labels")
    common, words = rivals.beside(judged, judged.targets.values)
    tokens = Vocabulary(("[PAD]", "[UNK]"), lowercase=True).tokens
    weigh = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=(1, 2), min_df=2, sublinear_tf=True
    )
    theirs = OneVsRestClassifier(LogisticRegression(C=words["penalty"], max_iter=1000))
    answers = theirs.fit(weigh.fit_transform(train.inputs), train.targets.values).predict(weigh.transform(judged.inputs))
    truth = judged.targets.values
    assert words["figures"]["micro_f1"]["value"] == pytest.approx(f1_score(truth, answers, average="micro"))
    assert words["figures"]["subset_accuracy"]["value"] == pytest.approx(accuracy_score(truth, answers))
    assert words["gains"]["micro_f1"]["value"] == pytest.approx(1 - words["figures"]["micro_f1"]["value"])
    sets, rows = np.unique(train.targets.values, axis=0, return_counts=True)
    always = np.broadcast_to(sets[rows.argmax()], truth.shape)
    assert common["name"] == "commonest labels"
    assert common["figures"]["subset_accuracy"]["value"] == pytest.approx(accuracy_score(truth, always))


def test_a_label_that_every_text_has_or_none_is_answered_so(tmp_path):
    train = reviews(60)
    values = np.stack([train.targets.values, np.ones(60), np.zeros(60)], axis=1).astype(np.uint8)
    labelled = Dataset(train.inputs, Labels(values, ("b", "all", "none")), train.origins)
    rivals = TextRivals.learn(labelled, lowercase=True, kind="labels")
    rivals.save(tmp_path / "rivals")
    again = load_rivals(tmp_path / "rivals")
    assert again.beside(labelled, values) == rivals.beside(labelled, values)
    np.testing.assert_array_equal(again.bag.scores(reviews(20, seed=1).inputs)[:, 1:] > 0, [[True, False]] * 20)
