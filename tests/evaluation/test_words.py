"""Effects of words against a model whose answer is known word by word, and against a real one asked by hand."""

import numpy as np
import pytest

from bptt import models
from bptt.data import Dataset, TextConfig, Vocabulary
from bptt.data.targets import Classes
from bptt.evaluation import Predictor, words
from bptt.evaluation.classes import score
from bptt.evaluation.words import explain

PLAIN = (str, lambda row, answer, names: answer)  # asked and answered as it is
TEXT = TextConfig(max_length=12, bucket_edges=(4, 8), min_count=1)
CLASSES = ("bad", "good")
WEIGHTS = {"lovely": 2.0, "nice": 0.75, "awful": -1.5, "tea": 0.0, "the": 0.0}


class Additive:
    """Log-odds of "good" are the sum of its words' weights: leaving one out changes them by exactly its weight."""

    def __init__(self, vocabulary):
        self._weights = np.array([WEIGHTS.get(word, 0.0) for word in vocabulary.words])

    output_shape = (None, 2)

    def predict_on_batch(self, ids):
        good = 1 / (1 + np.exp(-self._weights[ids].sum(axis=1)))
        return np.stack([1 - good, good], axis=1)


@pytest.fixture(scope="module")
def additive():
    vocabulary = Vocabulary.fit([" ".join(WEIGHTS)], TEXT)
    return Predictor(Additive(vocabulary), vocabulary, TEXT, models.Softmax(2), CLASSES, *PLAIN, batch_size=4)


def explained(predictor, texts, label):
    rows = Dataset(texts, Classes(np.full(len(texts), label, np.int32), CLASSES), [""] * len(texts))
    return explain(predictor, score(predictor.answers(texts), rows)).mistakes


def test_each_effect_is_the_change_of_the_true_class(additive):
    [mistake] = explained(additive, ["The lovely tea, awful"], 0)  # it is bad, the model says good
    assert mistake["words"] == ["the", "lovely", "tea", ",", "awful"]

    def log_bad(log_odds):
        return -np.log1p(np.exp(log_odds))

    expected = [log_bad(0.5) - log_bad(rest) for rest in (0.5, -1.5, 0.5, 0.5, 2.0)]
    assert mistake["effects"] == pytest.approx(expected, abs=1e-4)
    assert mistake["effects"][1] < 0 < mistake["effects"][4]


def test_each_mistake_keeps_its_own_words(additive):
    texts = ["lovely", "nice nice lovely the tea", "nice", "the lovely nice tea tea"]
    mistakes = explained(additive, texts, 0)
    assert len(mistakes) == len(texts)
    for mistake in mistakes:
        assert mistake["words"] == mistake["text"].split()
        misled = [effect < 0 for effect in mistake["effects"]]
        assert misled == [word in ("lovely", "nice") for word in mistake["words"]]


@pytest.mark.parametrize(("side", "kept"), [("pre", slice(-12, None)), ("post", slice(0, 12))])
def test_only_words_that_the_model_read(additive, side, kept):
    predictor = Predictor(
        additive.model, additive.encoder, TEXT.model_copy(update={"truncation": side}), models.Softmax(2), CLASSES, *PLAIN
    )
    text = ["lovely", *["tea"] * 15, "nice"]
    [mistake] = explained(predictor, [" ".join(text)], 0)
    assert mistake["words"] == text[kept]
    strongest = int(np.argmin(mistake["effects"]))
    assert mistake["words"][strongest] == ("nice" if side == "pre" else "lovely")


def test_words_of_a_long_text_are_left_out_in_groups(additive, monkeypatch):
    monkeypatch.setattr(words, "GROUPS", 4)
    [mistake] = explained(additive, ["lovely tea tea the nice the the tea tea the"], 0)
    assert mistake["words"] == ["lovely tea tea", "the nice the", "the tea", "tea the"]
    assert mistake["effects"][0] < mistake["effects"][1] < mistake["effects"][2] == mistake["effects"][3] == 0


def test_a_text_without_a_word_has_no_effects(additive):
    [mistake] = explained(additive, ["  "], 1)
    assert (mistake["words"], mistake["effects"]) == ([], [])


def test_an_answer_of_no_probability_at_all_stays_finite():
    vocabulary = Vocabulary.fit([" ".join(WEIGHTS)], TEXT)

    class Sure:
        output_shape = (None, 2)

        def predict_on_batch(self, ids):
            return np.tile(np.array([[0.0, 1.0]], np.float32), (len(ids), 1))

    [mistake] = explained(Predictor(Sure(), vocabulary, TEXT, models.Softmax(2), CLASSES, *PLAIN), ["the tea"], 0)
    assert mistake["effects"] == [0.0, 0.0]


def test_a_real_model_asked_by_hand():
    """The text without the word, as a user would send it."""
    vocabulary = Vocabulary.fit(["the tea was lovely and awful too"], TEXT)
    model = models.build(
        models.ModelConfig(embedding_width=5, units=(6,)), models.Words(len(vocabulary), mask=True), models.Softmax(2)
    )
    draw = np.random.default_rng(0)
    model.set_weights([draw.normal(size=weight.shape).astype(np.float32) for weight in model.get_weights()])
    predictor = Predictor(model, vocabulary, TEXT, models.Softmax(2), CLASSES, *PLAIN)
    text = "the tea was lovely too"
    true = int(predictor.answers([text])[0].argmin())
    [mistake] = explained(predictor, [text], true)
    for number, effect in enumerate(mistake["effects"]):
        rest = " ".join(word for other, word in enumerate(text.split()) if other != number)
        both = np.log(predictor.answers([text, rest])[:, true])
        assert effect == pytest.approx(both[0] - both[1], abs=1e-3)
    assert len(set(mistake["effects"])) == 5
