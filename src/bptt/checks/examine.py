"""The verb: what there is to know of the data before a network learns from it, quickly or thoroughly."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bptt.checks import alike, copies, damage, languages, lengths, sizes
from bptt.checks.finding import Finding
from bptt.checks.rows import Rows
from bptt.data.config import TextConfig
from bptt.data.splits import Splits
from bptt.data.text import all_words

OfLabels = Sequence[Callable[[Rows], Finding]]


def glance(splits: Splits, text: TextConfig, words: NDArray[np.int64], labels: OfLabels) -> list[Finding]:
    """What is looked at before every training, a second for 25,000 reviews. words: (N,) words of each text of training and
    validation, one part behind the other, uncut; labels: what is looked at in the labels."""
    return _quick(Rows.of(splits), splits, text, words, labels)


def examine(splits: Splits, text: TextConfig, labels: OfLabels) -> list[Finding]:
    """All of that, and what takes longer: near copies and languages."""
    rows = Rows.of(splits)
    words, names = all_words(rows.texts)
    quick = _quick(rows, splits, text, words.lengths[rows.learned], labels)
    return [*quick, *alike.alike(rows, words, names), languages.languages(rows)]


def _quick(rows: Rows, splits: Splits, text: TextConfig, words: NDArray[np.int64], labels: OfLabels) -> list[Finding]:
    return [
        sizes.size(rows, len(splits.rejected)),
        *(check(rows) for check in labels),
        lengths.lengths(words, text.max_length),
        copies.copies(rows),
        copies.leaks(rows, splits.leaks),
        damage.mojibake(rows),
        damage.lost(rows),
        damage.markup(rows),
        languages.scripts(rows),
    ]
