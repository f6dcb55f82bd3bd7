"""A linear model on bags of words: what can be said of a text without reading it in order.

It reads the words of the network (`data.text`), alone and in pairs of neighbours, weighted by tf-idf with 1 + log(tf), and
answers by logistic regression, or ridge regression for numbers: Wang and Manning, "Baselines and Bigrams: Simple, Good Sentiment
and Topic Classification", ACL 2012, found linear models on such pairs hard to beat. It reads whole texts, also what the network
cuts off. How strongly it is held back (penalty) is chosen by cross-validation inside the training rows.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.bundle import Weights
from bptt.data.ragged import Ragged
from bptt.data.text import all_words

FOLDS = 3
STRENGTHS = (3.0, 10.0, 30.0)  # C of the logistic regression
PENALTIES = (0.1, 0.3, 1.0)  # alpha of the ridge regression
LEAST_TEXTS = 2  # a word or pair must stand in so many training texts


@dataclass(frozen=True)
class BagOfWords:
    """terms: (M,) int64, rising: a word by its place in `words`, a pair of neighbours by `_pair`; idf: (M,); weights: (M, K), and
    offset: (K,), of K classes, or one each for a number; penalty: C or alpha as chosen."""

    words: tuple[str, ...]
    terms: NDArray[np.int64]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    offset: NDArray[np.float32]
    penalty: float
    lowercase: bool

    @classmethod
    def classifier(cls, texts: Sequence[str], classes: NDArray[np.int32], lowercase: bool) -> "BagOfWords":
        """Learns the class (N,) of each text."""
        from sklearn.linear_model import LogisticRegression  # a second that only who compares should pay

        rarest = int(np.unique(classes, return_counts=True)[1].min())
        return cls._fit(texts, classes, lowercase, (LogisticRegression(max_iter=1000), "C", STRENGTHS, "f1_weighted"), rarest)

    @classmethod
    def labeller(cls, texts: Sequence[str], labels: NDArray[np.uint8], lowercase: bool) -> "BagOfWords":
        """Learns which of K labels (N, K) each text has: above 0 its score is a yes."""
        from sklearn.linear_model import LogisticRegression  # a second that only who compares should pay
        from sklearn.multiclass import OneVsRestClassifier

        each = OneVsRestClassifier(LogisticRegression(max_iter=1000))
        with warnings.catch_warnings():  # such a label is always answered so
            warnings.filterwarnings("ignore", r"Label (not )?\d+ is present in all training examples")
            return cls._fit(texts, labels, lowercase, (each, "estimator__C", STRENGTHS, "f1_micro"), len(texts))

    @classmethod
    def regressor(cls, texts: Sequence[str], numbers: NDArray[np.floating[Any]], lowercase: bool) -> "BagOfWords":
        """Learns the number (N,) of each text."""
        from sklearn.linear_model import Ridge  # a second that only who compares should pay

        return cls._fit(texts, numbers, lowercase, (Ridge(), "alpha", PENALTIES, "neg_mean_squared_error"), len(texts))

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(N, K): the higher, the likelier the class; of a number, (N, 1), it."""
        counts = _counts(texts, self.lowercase, self._places, self.terms)
        return np.asarray(_weighted(counts, self.idf) @ self.weights) + self.offset

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(N, K) of the K classes. Of two the logistic regression has one score and its opposite: they stand twice their distance
        apart."""
        scores = self.scores(texts) / (2 if len(self.offset) == 2 else 1)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each word stands in `words`."""
        return {name: place for place, name in enumerate(self.words)}

    def parts(self) -> tuple[Weights, dict[str, str]]:
        """All of it as arrays and texts, for a file."""
        arrays: Weights = {"terms": self.terms, "idf": self.idf, "weights": self.weights, "offset": self.offset}
        return arrays, {"words": "\n".join(self.words), "penalty": str(self.penalty), "lowercase": str(self.lowercase)}

    @classmethod
    def of_parts(cls, arrays: Weights, texts: Mapping[str, str]) -> "BagOfWords":
        """What `parts` gave. Raises KeyError or ValueError for anything else."""
        known = {name: arrays[name] for name in ("terms", "idf", "weights", "offset")}
        words, lowercase = tuple(texts["words"].split("\n")), texts["lowercase"] == "True"
        return cls(words, **known, penalty=float(texts["penalty"]), lowercase=lowercase)

    @classmethod
    def _fit(
        cls, texts: Sequence[str], answers: NDArray[Any], lowercase: bool, how: tuple[Any, str, tuple[float, ...], str], rows: int
    ) -> "BagOfWords":
        """how: the linear model, its key that holds it back, the values to choose from, and what is best; with fewer than FOLDS
        `rows` (of the rarest class) there is nothing to choose by: the middle one serves."""
        from sklearn.model_selection import GridSearchCV
        from threadpoolctl import threadpool_limits

        linear, key, choices, scoring = how
        words, terms, counts = _vocabulary(texts, lowercase)
        rows_of = np.bincount(counts.indices, minlength=len(terms))
        idf = (np.log((1 + len(texts)) / (1 + rows_of)) + 1).astype(np.float32)  # as scikit-learn smooths it
        read = _weighted(counts, idf)
        with threadpool_limits(1):  # sparse sums leave a second thread nothing to do but to spin
            if rows < FOLDS:
                best = linear.set_params(**{key: choices[len(choices) // 2]}).fit(read, answers)
            else:
                best = GridSearchCV(linear, {key: choices}, cv=FOLDS, scoring=scoring).fit(read, answers).best_estimator_
        weights, offset = _linear(best)
        if key == "C" and weights.shape[1] == 1:  # of two classes only the second is scored
            weights, offset = np.concatenate([-weights, weights], axis=1), np.concatenate([-offset, offset])
        fitted = weights.astype(np.float32), offset.astype(np.float32)
        return cls(words, terms, idf, *fitted, float(best.get_params()[key]), lowercase)


def _linear(fitted: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(M, K) weights and (K,) offset of a linear model, or of one a label (one that all texts
    have, or none, is always answered so)."""
    parts = getattr(fitted, "estimators_", [fitted])
    [width] = {part.coef_.shape[-1] for part in parts if hasattr(part, "coef_")} or {0}
    weights = [np.atleast_2d(part.coef_) if hasattr(part, "coef_") else np.zeros((1, width)) for part in parts]
    offset = [np.atleast_1d(part.intercept_) if hasattr(part, "coef_") else 2 * part.y_[0] - 1.0 for part in parts]
    return np.concatenate(weights).T, np.concatenate([np.atleast_1d(one) for one in offset])


def _vocabulary(texts: Sequence[str], lowercase: bool) -> tuple[tuple[str, ...], NDArray[np.int64], Any]:
    """The words, the terms that stand in LEAST_TEXTS texts (where any does), and how often each stands in each text."""
    found, names = all_words(texts, lowercase)
    counts, terms = _all_counts(found, np.arange(len(names)), len(names))
    rows_of = np.bincount(counts.indices, minlength=len(terms))
    kept = np.flatnonzero(rows_of >= min(LEAST_TEXTS, rows_of.max(initial=0)))
    return tuple(names), terms[kept], counts[:, kept]


def _counts(texts: Sequence[str], lowercase: bool, places: Mapping[str, int], terms: NDArray[np.int64]) -> Any:
    """How often each of the `terms`, of words by their `places`, stands in each text, sparse."""
    from scipy.sparse import csr_array

    read, names = all_words(texts, lowercase)
    counts, found = _all_counts(read, np.array([places.get(name, -1) for name in names], np.int64), len(places))
    place = np.searchsorted(terms, found)
    known = np.flatnonzero(terms[np.minimum(place, len(terms) - 1)] == found)
    picked = counts[:, known].tocoo()
    return csr_array((picked.data, (picked.row, place[known][picked.col])), shape=(len(texts), len(terms)))


def _all_counts(texts: Ragged, place: NDArray[np.int64], words: int) -> tuple[Any, NDArray[np.int64]]:
    """How often each term stands in each of the texts, given as ids of words, sparse; and the terms, rising. `place`: of each id
    among the `words` known, -1 where it is none of them."""
    from scipy.sparse import csr_array

    row, word = np.repeat(np.arange(len(texts)), texts.lengths), place[texts.ids]
    neighbours = (row[1:] == row[:-1]) & (word[1:] >= 0) & (word[:-1] >= 0)
    cells = np.concatenate([word[word >= 0], _pair(word[:-1], word[1:], words)[neighbours]])
    terms, column = np.unique(cells, return_inverse=True)
    rows = np.concatenate([row[word >= 0], row[1:][neighbours]])
    return csr_array((np.ones(len(column), np.float32), (rows, column)), shape=(len(texts), len(terms))), terms


def _pair(first: NDArray[np.int64], second: NDArray[np.int64], words: int) -> NDArray[np.int64]:
    """A number for each pair of neighbours, above those of single words."""
    return (1 + first) * words + second


def _weighted(counts: Any, idf: NDArray[np.float32]) -> Any:
    """tf-idf with 1 + log(tf), each text of length 1."""
    weighted = counts.tocsr(copy=True)
    weighted.data = (1 + np.log(weighted.data)) * idf[weighted.indices]
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted.data /= np.repeat(np.maximum(lengths, np.finfo(np.float32).tiny), np.diff(weighted.indptr))
    return weighted
