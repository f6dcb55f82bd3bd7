"""The verb: what there is to know of the data before a network learns from it, quickly or thoroughly."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bptt.checks import alike, copies, damage, languages, lengths, sizes
from bptt.checks.finding import Finding
from bptt.checks.rows import Rows
from bptt.data.config import TextConfig
from bptt.data.splits import Splits
from bptt.data.text import Vocabulary, all_words
from bptt.data.tokens import WORD

OfLabels = Sequence[Callable[[Rows], Finding]]


def glance(splits: Splits, text: TextConfig, tokens: NDArray[np.int64], labels: OfLabels) -> list[Finding]:
    """What is looked at before every training, a second for 25,000 reviews. tokens: (N,) tokens of each text of training and
    validation, one part behind the other, uncut; labels: what is looked at in the labels."""
    return _quick(Rows.of(splits), splits, text, tokens, labels)


def examine(splits: Splits, text: TextConfig, labels: OfLabels) -> list[Finding]:
    """All of that, and what takes longer: near copies and languages."""
    rows = Rows.of(splits)
    if not rows.readable:
        steps = np.array([len(row) for part in (splits.train, splits.validation) for row in part.inputs])
        return _quick(rows, splits, text, steps, labels)
    words, names = all_words(rows.texts)
    tokens = words.lengths[rows.learned] if text.tokens == WORD.name else _lengths(rows, text)
    quick = _quick(rows, splits, text, tokens, labels)
    return [*quick, *alike.alike(rows, words, names), languages.languages(rows)]


def _lengths(rows: Rows, text: TextConfig) -> NDArray[np.int64]:
    """(N,) tokens of each text of training and validation, as a training would part them."""
    learned, held_out = ([rows.texts[row] for row in np.flatnonzero(rows.part == part)] for part in (0, 1))
    vocabulary, encoded = Vocabulary.fit_encode(learned, text)
    return np.concatenate([encoded.lengths, vocabulary.encode(held_out).lengths])


def _quick(rows: Rows, splits: Splits, text: TextConfig, tokens: NDArray[np.int64], labels: OfLabels) -> list[Finding]:
    return [
        sizes.size(rows, len(splits.rejected)),
        *(check(rows) for check in labels),
        lengths.lengths(tokens, text.max_length),
        copies.copies(rows),
        copies.leaks(rows, splits.leaks),
        *(check(rows) for check in (damage.mojibake, damage.lost, damage.markup, languages.scripts) if rows.readable),
    ]
