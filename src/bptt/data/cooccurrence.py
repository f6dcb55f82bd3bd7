"""Word vectors from the training texts themselves: which words stand near which.

Embeddings that start so know from the first step which words are used alike, also those that few labels tell of.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.data.ragged import Ragged
from bptt.shapes import PADDING

WINDOW = 2  # words to each side; a neighbour counts 1 / its distance
POWER = 0.75  # of how often a word stands as a neighbour, so that rare ones do not score highest
LOUDNESS = 0.2  # root mean square of the vectors' numbers
ROUNDS, SPARE = 4, 16  # of the randomised decomposition: power iterations, dimensions beyond those kept


def vectors(texts: Ragged, words: int, width: int) -> NDArray[np.float32]:
    """(V, D) float32 for V = `words` ids of `texts` and D = `width`: the singular value decomposition U S^(1/2) of the positive
    pointwise mutual information of neighbouring words (Levy and Goldberg 2014, section 3; Levy, Goldberg and Dagan 2015,
    sections 2 and 3), scaled to one loudness. Fewer words than D leave the last columns 0; an id without a neighbour
    gets zeros, and so do all where no two words stand together. The same texts give the same vectors.
    """
    from sklearn.utils.extmath import randomized_svd  # a second that only who trains should pay
    from threadpoolctl import threadpool_limits

    information = _information(texts, words)
    found = np.zeros((words, width), np.float32)
    if not information.nnz:
        return found
    kept = min(width, words)
    with threadpool_limits(1):  # sums in one order, whatever the machine
        left, values, _right = randomized_svd(information, kept, n_oversamples=SPARE, n_iter=ROUNDS, random_state=0)
    told = np.diff(information.indptr) > 0
    found[told, :kept] = (left * np.sqrt(values))[told]
    return found * np.float32(LOUDNESS / np.sqrt(np.mean(found[told, :kept] ** 2)))


def _information(texts: Ragged, words: int) -> Any:
    """(V, V) sparse: max(0, log p(i, j) / (p(i) q(j))) for neighbours i and j, q by `POWER`."""
    from scipy.sparse import csr_array

    row, ids = np.repeat(np.arange(len(texts)), texts.lengths), texts.ids
    counts = csr_array((words, words), dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        first, second = ids[:-distance], ids[distance:]
        together = (row[distance:] == row[:-distance]) & (first != PADDING) & (second != PADDING)
        weights = np.full(int(together.sum()), 1 / distance, np.float32)
        counts = counts + csr_array((weights, (first[together], second[together])), shape=(words, words))
    found = (counts + counts.T).tocoo()
    seen = np.asarray(found.sum(axis=1), np.float64).ravel()
    context = seen**POWER
    ratio = found.data * context.sum() / (seen[found.row] * context[found.col])
    kept = ratio > 1
    return csr_array((np.log(ratio[kept]).astype(np.float32), (found.row[kept], found.col[kept])), shape=found.shape)
