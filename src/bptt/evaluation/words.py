"""Which words moved an answer: each is left out in turn, and the change is its effect.

Works for any model that gives probabilities, and needs no gradient: Li, Monroe and Jurafsky, "Understanding Neural Networks
through Representation Erasure" (2016), here as a plain difference of log-probabilities. Words that matter only together
(two negations, a name said twice) show less effect than they have.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bptt.batches.padding import cut
from bptt.data import Ragged
from bptt.evaluation.classes import Mistake, Scores
from bptt.evaluation.predict import Predictor

GROUPS = 400  # a text is read again at most so often: in a longer one, neighbouring words are left out together
TINY = np.finfo(np.float32).tiny  # what a probability of 0 counts as, whose logarithm is not finite
DIGITS = 4


def explain(predictor: Predictor, scores: Scores) -> Scores:
    """`scores` whose mistakes hold the words that the model read and the effect of each, in nats:

        effect = log p(true class | the text) - log p(true class | the text without the word)

    Above 0, the word spoke for the true class; below 0, against it.
    """
    mistakes = scores.mistakes
    if not mistakes:
        return scores
    encoded = predictor.encoder.encode([one["text"] for one in mistakes])
    lengths = encoded.lengths
    starts, kept = cut(np.zeros_like(lengths), lengths, predictor.text.max_length, predictor.text.truncation)
    places = [np.arange(start, start + length) for start, length in zip(starts, kept, strict=True)]
    groups = [np.array_split(one, min(len(one), GROUPS)) if len(one) else [] for one in places]
    rows = [
        encoded[number][np.setdiff1d(read, left_out)]
        for number, read in enumerate(places)
        for left_out in [read[:0], *groups[number]]  # the first is the whole text
    ]
    log_p = np.log(np.maximum(np.asarray(predictor.answers_to(Ragged.of(rows)), np.float64), TINY))
    ends = np.cumsum([1 + len(one) for one in groups])
    explained = [
        _with_words(predictor, mistake, group, log_p[end - 1 - len(group) : end])
        for mistake, group, end in zip(mistakes, groups, ends, strict=True)
    ]
    return replace(scores, mistakes=explained)


def _with_words(predictor: Predictor, mistake: Mistake, groups: list[NDArray[np.int64]], log_p: NDArray[np.float64]) -> Mistake:
    """log_p: (1 + G, K) of the whole text and of the text without each of its G groups of words."""
    tokens = predictor.encoder.tokens(mistake["text"])
    true = predictor.classes.index(mistake["label"])
    words = [" ".join(tokens[place] for place in group) for group in groups]
    effects = (log_p[0, true] - log_p[1:, true]).round(DIGITS).tolist()
    return Mistake(**{**mistake, "words": words, "effects": effects})
