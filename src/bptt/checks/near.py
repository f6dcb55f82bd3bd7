"""Texts that are nearly the same: every pair that shares at least 80 % of its runs of three words (the Jaccard similarity of the
sets of runs), found without comparing all pairs and without chance.

Prefix filtering (Chaudhuri, Ganti, Kaushik: A primitive operator for similarity joins in data cleaning, ICDE 2006): put all
runs in one order, the rarest first. Two sets of Jaccard similarity t or more share a run among the first |x| - ceil(t |x|) + 1
of each, so only texts that share such a run are compared, and those are compared in full. Most runs of real texts occur once,
so few are: 25,000 film reviews leave 4,000 pairs of 312 million. MinHash would compute 100 hashes of every run and still be
right only on average; this misses nothing and reports nothing that is not so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bptt.data.ragged import Ragged

SIMILAR = 0.8  # Jaccard similarity
BUDGET = 30_000_000  # look-ups of runs, some 3 s: texts made from one template could else be compared for hours
_AT_ONCE = 4_000_000  # look-ups


@dataclass(frozen=True)
class Pairs:
    """rows: (P, 2) int64, each pair once, the earlier row first; complete: whether all pairs were looked at."""

    rows: NDArray[np.int64]
    complete: bool


@dataclass(frozen=True)
class _Sets:
    """N sets of runs. runs: flat int64, each row's rising, by rank, the rarest first; starts: (N + 1,); shared: flat, whether
    another place has the run too; universe: runs there are."""

    runs: NDArray[np.int64]
    starts: NDArray[np.int64]
    shared: NDArray[np.bool_]
    universe: int

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.diff(self.starts)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each run."""
        return np.repeat(np.arange(len(self.starts) - 1), self.sizes)


def near_pairs(words: Ragged, budget: int | None = None) -> Pairs:
    """Pairs of the N rows whose sets of runs of three words are similar; a row of one or two words is a single run.

    budget: look-ups, BUDGET where not given.
    """
    sets = _runs(words)
    candidates, complete = _candidates(sets, BUDGET if budget is None else budget)
    return Pairs(candidates[_similarity(sets, candidates) >= SIMILAR], complete)


def _runs(words: Ragged) -> _Sets:
    """The runs of three words of each row, as ranks by how often they occur."""
    size = np.uint64(words.ids.max(initial=0) + 2)  # 0 stands for no word
    ids = np.concatenate([words.ids, [-1, -1]]).astype(np.int64) + 1
    left = np.repeat(words.starts[1:], words.lengths) - np.arange(len(words.ids))  # words from here to the end of the row
    at = np.flatnonzero((left >= 3) | (left == np.repeat(words.lengths, words.lengths)))
    second, third = np.where(left[at] > 1, ids[at + 1], 0), np.where(left[at] > 2, ids[at + 2], 0)
    # Unlike runs have unlike codes below two million words; above, the codes wrap round and are hashes of 64 bits.
    codes = (ids[at].astype(np.uint64) * size + second.astype(np.uint64)) * size + third.astype(np.uint64)
    _codes, run, count = np.unique(codes, return_inverse=True, return_counts=True)
    rank = np.empty(len(count), np.int64)
    rank[np.argsort(count, kind="stable")] = np.arange(len(count))
    row = np.repeat(np.arange(len(words)), words.lengths)[at]
    keys = _distinct(row * len(count) + rank[run])
    runs, row = keys % max(len(count), 1), keys // max(len(count), 1)
    starts = np.searchsorted(row, np.arange(len(words) + 1))
    return _Sets(runs, starts, np.sort(count)[runs] > 1, len(count))


def _candidates(sets: _Sets, budget: int) -> tuple[NDArray[np.int64], bool]:
    """Pairs (P, 2) that share a run of their prefixes and are of like size, and whether these are all."""
    sizes, row = sets.sizes, sets.rows
    prefix = sizes - np.ceil(SIMILAR * sizes - 1e-9).astype(np.int64) + 1
    inside = np.flatnonzero(sets.shared & (np.arange(len(row)) - sets.starts[row] < prefix[row]))
    inside = inside[np.argsort(sets.runs[inside], kind="stable")]  # by run, within one by row
    run, row = sets.runs[inside], row[inside]
    found, left, distance = [np.empty(0, np.int64)], budget, 1
    while (together := np.flatnonzero(run[distance:] == run[:-distance])).size and left >= 0:
        pairs = _distinct(row[together] * len(sizes) + row[together + distance])
        ends = sizes[pairs // len(sizes)], sizes[pairs % len(sizes)]
        small, large = np.minimum(*ends), np.maximum(*ends)
        alike = small >= SIMILAR * large - 1e-9
        after = left - np.cumsum(small[alike])  # of the budget, once a pair is compared
        found.append(pairs[alike][after >= 0])
        left = int(after[-1]) if len(after) else left
        distance += 1
    pairs = _distinct(np.concatenate(found))
    return np.stack([pairs // len(sizes), pairs % len(sizes)], axis=1), left >= 0


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each value (0 or more) once, rising; several times as fast as np.unique, which hashes."""
    values = np.sort(values)
    return values[np.diff(values, prepend=-1) > 0]


def _similarity(sets: _Sets, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """(P,) the exact Jaccard similarity of each pair (P, 2)."""
    sizes = sets.sizes
    smaller_first = np.where((sizes[pairs[:, 0]] <= sizes[pairs[:, 1]])[:, None], pairs, pairs[:, ::-1])
    keys = sets.rows * sets.universe + sets.runs
    work = np.cumsum(sizes[smaller_first[:, 0]])
    common = np.empty(len(pairs), np.int64)
    for chunk in np.split(np.arange(len(pairs)), np.flatnonzero(np.diff(work // _AT_ONCE)) + 1):
        small, large = smaller_first[chunk].T
        at = np.repeat(sets.starts[small] - np.cumsum(sizes[small]) + sizes[small], sizes[small]) + np.arange(sizes[small].sum())
        pair = np.repeat(np.arange(len(chunk)), sizes[small])
        wanted = large[pair] * sets.universe + sets.runs[at]
        there = keys[np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)] == wanted
        common[chunk] = np.bincount(pair[there], minlength=len(chunk))
    return common / (sizes[pairs].sum(axis=1) - common)
