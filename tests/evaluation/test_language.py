"""Perplexities against sums by hand: which words count, and which do not."""

import numpy as np
import pytest

from bptt.data import Dataset
from bptt.data.unlabelled import Itself
from bptt.errors import DataError
from bptt.evaluation import language

# -log p of each word: forward, backward, by its share; 0 where nothing tells it, the first forward and the last backward
FIRST = np.array([[0.0, 1.0, 5.0], [2.0, 3.0, 6.0], [4.0, 0.0, 7.0]], np.float32)
ALONE = np.array([[0.0, 0.0, 9.0]], np.float32)
SECOND = np.array([[0.0, 5.0, 1.0], [8.0, 0.0, 2.0]], np.float32)


def rows(count):
    return Dataset(["a text"] * count, Itself(count), ["a.txt:1"] * count)


def test_every_word_is_told_but_the_first_and_backwards_but_the_last():
    scores = language.score([FIRST, ALONE, SECOND], rows(3))
    assert (scores.rows, scores.words) == (3, 3)
    np.testing.assert_allclose(scores.perplexity, np.exp((2 + 4 + 8) / 3))
    np.testing.assert_allclose(scores.backward, np.exp((1 + 3 + 5) / 3))
    np.testing.assert_allclose(scores.baseline, np.exp((6 + 7 + 2) / 3))


def test_a_model_that_reads_forward_has_no_figure_backwards():
    scores = language.score([FIRST[:, [0, 2]]], rows(1))
    assert scores.backward is None
    np.testing.assert_allclose((scores.perplexity, scores.baseline), np.exp([(2 + 4) / 2, (6 + 7) / 2]))


def test_an_answer_leaves_out_the_first_word():
    np.testing.assert_allclose(language.answer(FIRST).perplexity, np.exp(3))
    assert language.answer(ALONE) == language.Answer(None, 1)


def test_texts_of_one_word_cannot_be_scored():
    with pytest.raises(DataError, match="no word to score"):
        language.score([ALONE, ALONE], rows(2))
