"""What a network has to beat: answers without one, learned from the same rows and judged on the same rows.

The majority class (or the mean) reads nothing. The bag of words reads the words of the network (`data.text`), alone and in
pairs of neighbours, weighted by tf-idf with 1 + log(tf), and answers by logistic regression, or ridge regression for
numbers: Wang and Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", ACL 2012, found linear
models on such pairs hard to beat. It reads whole texts, also what the network cuts off. How strongly it is held back
(penalty) is chosen by cross-validation inside the training rows.
"""

from typing import Any, Literal

import numpy as np
from pydantic import FiniteFloat, NonNegativeInt
from typing_extensions import TypedDict

from bptt.data.dataset import Dataset
from bptt.data.text import all_words
from bptt.errors import DataError
from bptt.evaluation.intervals import Figure, Metric, Numbers, bootstrap, difference, share
from bptt.messages import _

FOLDS = 3
STRENGTHS = (3.0, 10.0, 30.0)  # C of the logistic regression
PENALTIES = (0.1, 0.3, 1.0)  # alpha of the ridge regression
LEAST_TEXTS = 2  # a word or pair must stand in so many training texts


class Baseline(TypedDict):
    """One way to answer, and how the model compares with it; plain JSON values."""

    name: Literal["majority", "mean", "bag of words"]
    terms: NonNegativeInt  # words and pairs read
    penalty: FiniteFloat | None  # C or alpha as chosen; None where nothing is learned from words
    figures: dict[str, Figure]
    gains: dict[str, Figure]  # the model's figures less these; of an error (mae, rmse) a gain is below 0


def accuracy(truth: Numbers, answers: Numbers) -> float:
    """The share of N rows answered rightly. truth, answers: (N,) indices of classes."""
    return float(np.mean(truth == answers))


def weighted_f1(truth: Numbers, answers: Numbers) -> float:
    """The mean of the classes' F1, weighted by the rows of each. truth, answers: (N,) indices of classes."""
    classes = int(max(truth.max(), answers.max())) + 1
    right, support, answered = (np.bincount(one, minlength=classes) for one in (truth[truth == answers], truth, answers))
    return float(2 * right / np.maximum(support + answered, 1) @ support / len(truth))


def mae(truth: Numbers, answers: Numbers) -> float:
    """The mean absolute error, in the unit of the target. truth, answers: (N,)."""
    return float(np.mean(np.abs(truth - answers)))


def rmse(truth: Numbers, answers: Numbers) -> float:
    """The root of the mean squared error, in the unit of the target. truth, answers: (N,)."""
    return float(np.sqrt(np.mean((truth - answers) ** 2)))


CLASSIFICATION: dict[str, Metric] = {"accuracy": accuracy, "weighted_f1": weighted_f1}
REGRESSION: dict[str, Metric] = {"mae": mae, "rmse": rmse}


def classification(train: Dataset, judged: Dataset, answers: Numbers, lowercase: bool = True) -> list[Baseline]:
    """The majority class of `train` and the bag of words, beside a model's `answers` (N,), indices of classes, to the N rows
    of `judged`. `lowercase`: as the model reads.

    Raises DataError where answers and rows do not match.
    """
    from sklearn.linear_model import LogisticRegression  # a second that only who compares should pay

    rarest = min(count for count in train.rows_per_class().values() if count)
    majority = np.full(len(judged), np.bincount(train.labels).argmax())
    terms, penalty, read = _bag_of_words(train, judged, lowercase, LogisticRegression(max_iter=1000), "C", STRENGTHS, rarest)
    return [
        _beside("majority", 0, None, majority, judged, answers, CLASSIFICATION),
        _beside("bag of words", terms, penalty, read, judged, answers, CLASSIFICATION),
    ]


def regression(train: Dataset, judged: Dataset, answers: Numbers, lowercase: bool = True) -> list[Baseline]:
    """The mean of `train` and the bag of words, beside a model's `answers` (N,) to the N rows of `judged`; the labels of both
    are numbers. `lowercase`: as the model reads.

    Raises DataError where answers and rows do not match.
    """
    from sklearn.linear_model import Ridge  # a second that only who compares should pay

    mean = np.full(len(judged), train.labels.mean())
    terms, penalty, read = _bag_of_words(train, judged, lowercase, Ridge(), "alpha", PENALTIES, len(train))
    return [
        _beside("mean", 0, None, mean, judged, answers, REGRESSION),
        _beside("bag of words", terms, penalty, read, judged, answers, REGRESSION),
    ]


def figures(judged: Dataset, answers: Numbers, metrics: dict[str, Metric]) -> dict[str, Figure]:
    """Each figure of `answers` (N,) to the N rows of `judged`, with its interval."""
    truth = judged.labels
    return {
        name: share(int(np.sum(truth == answers)), len(truth)) if metric is accuracy else bootstrap(metric, truth, answers)
        for name, metric in metrics.items()
    }


def _beside(
    name: Literal["majority", "mean", "bag of words"],
    terms: int,
    penalty: float | None,
    theirs: Numbers,
    judged: Dataset,
    ours: Numbers,
    metrics: dict[str, Metric],
) -> Baseline:
    if np.shape(ours) != (len(judged),):
        message = _("The answers have shape {came}, expected {expected}: one answer a judged row.")
        raise DataError("baselines.shape", message.format(came=np.shape(ours), expected=(len(judged),)))
    gains = {key: difference(metric, judged.labels, ours, theirs) for key, metric in metrics.items()}
    return Baseline(name=name, terms=terms, penalty=penalty, figures=figures(judged, theirs, metrics), gains=gains)


def _bag_of_words(
    train: Dataset, judged: Dataset, lowercase: bool, linear: Any, key: str, choices: tuple[float, ...], rows: int
) -> tuple[int, float, Numbers]:
    """How many terms, the value of `key` that served best, and the answers (N,) to `judged` of `linear` with it.

    With fewer than FOLDS `rows` (of the rarest class) there is nothing to choose by: the middle one serves.
    """
    from sklearn.model_selection import GridSearchCV
    from threadpoolctl import threadpool_limits

    learned, asked = _tf_idf(train.texts, judged.texts, lowercase)
    with threadpool_limits(1):  # sparse sums leave a second thread nothing but to spin: beside other programs, four times as long
        if rows < FOLDS:
            choice = choices[len(choices) // 2]
            return learned.shape[1], choice, linear.set_params(**{key: choice}).fit(learned, train.labels).predict(asked)
        scoring = "f1_weighted" if key == "C" else "neg_mean_squared_error"
        search = GridSearchCV(linear, {key: choices}, cv=FOLDS, scoring=scoring).fit(learned, train.labels)
        return learned.shape[1], search.best_params_[key], search.predict(asked)


def _tf_idf(learned: list[str], asked: list[str], lowercase: bool) -> tuple[Any, Any]:
    """Two sparse matrices, a row a text and a column a term of the texts `learned`, whose frequencies alone weigh."""
    from sklearn.feature_extraction.text import TfidfTransformer

    counts = _counts([*learned, *asked], lowercase)
    texts = np.bincount(counts[: len(learned)].indices, minlength=counts.shape[1])
    counts = counts[:, texts >= min(LEAST_TEXTS, texts.max())]
    weights = TfidfTransformer(sublinear_tf=True).fit(counts[: len(learned)])
    return weights.transform(counts[: len(learned)]), weights.transform(counts[len(learned) :])


def _counts(texts: list[str], lowercase: bool) -> Any:
    """How often each word and each pair of neighbours (columns) stands in each text (rows), sparse."""
    from scipy.sparse import csr_array

    found, names = all_words(texts, lowercase)
    row, word = np.repeat(np.arange(len(texts)), found.lengths), found.ids.astype(np.int64)
    neighbours = row[1:] == row[:-1]
    pairs = ((1 + word[:-1]) * len(names) + word[1:])[neighbours]  # numbers from len(names) on: no word has them
    _terms, column = np.unique(np.concatenate([word, pairs]), return_inverse=True)
    cells = np.concatenate([row, row[1:][neighbours]]), column
    return csr_array((np.ones(len(column)), cells), shape=(len(texts), len(_terms)))
