"""What near copies mean for the rows: how many there are, whether their labels agree, whether they cross a split."""

import numpy as np

from bptt.checks.finding import Finding, first, grade, percent, share
from bptt.checks.near import Pairs, near_pairs
from bptt.checks.rows import Rows
from bptt.data.ragged import Ragged
from bptt.messages import _

MANY, MOST = 0.01, 0.5  # share of rows with a near copy
FLATTERING = 0.05  # share of held-out rows with a near copy in training


def alike(rows: Rows, words: Ragged, names: list[str]) -> list[Finding]:
    """Near copies among all rows, and those across the parts. words: (N,) texts as ids of `names`, every word."""
    is_word = np.array([name[0].isalnum() or len(name) > 1 for name in names], bool)  # marks alone make no difference
    texts = words.take(rows.first_of_text.astype(np.int32))
    pairs = near_pairs(_only(texts, is_word))
    return [_near_copies(rows, pairs), _near_leaks(rows, pairs)]


def _only(words: Ragged, wanted: np.ndarray) -> Ragged:
    """The ids that are wanted, row by row."""
    kept = wanted[words.ids]
    return Ragged(words.ids[kept], np.concatenate([[0], np.cumsum(kept)])[words.starts])


def _near_copies(rows: Rows, pairs: Pairs) -> Finding:
    count = int(np.isin(rows.text, pairs.rows).sum())
    ends = rows.first_of_text[pairs.rows]
    differ = int((rows.labels[ends[:, 0]] != rows.labels[ends[:, 1]]).sum())
    places = [" ~ ".join(rows.places(end)) for end in ends[:10]]
    message = _(
        "{count:,} rows ({share}) are nearly the same as another (80 % of all runs of three words), "
        "in {pairs:,} pairs; in {differ:,} of these the labels differ."
    )
    finding = message.format(count=count, share=percent(count, len(rows)), pairs=len(pairs.rows), differ=differ) + first(places)
    verdict = grade(share(count, len(rows)), MANY, MOST)
    if verdict == "ok" and (differ or not pairs.complete):
        verdict = "look"
    return Finding(
        check="near_copies",
        verdict=verdict,
        finding=finding + _unless_complete(pairs),
        advice=_("Look at some pairs: leave out what was copied, and decide between two labels.") if verdict != "ok" else "",
        figures={
            "rows": count,
            "pairs": len(pairs.rows),
            "labels_differ": differ,
            "complete": pairs.complete,
            "examples": places,
        },
    )


def _near_leaks(rows: Rows, pairs: Pairs) -> Finding:
    """Rows held out whose text has a near copy in training."""
    trained = np.zeros(len(rows.first_of_text), bool)
    trained[rows.text[rows.part == 0]] = True
    reached = np.zeros_like(trained)
    for one, other in (pairs.rows.T, pairs.rows.T[::-1]):
        reached[one[trained[other]]] = True
    held_out = rows.part > 0
    leaked = np.flatnonzero(held_out & reached[rows.text])
    places = rows.places(leaked[:10])
    message = _("{count:,} rows held out for validation or test ({share} of them) are nearly the same as one of training.")
    verdict = grade(share(len(leaked), int(held_out.sum())), 1 / len(rows), FLATTERING)
    return Finding(
        check="near_leaks",
        verdict=verdict,
        finding=message.format(count=len(leaked), share=percent(len(leaked), int(held_out.sum())))
        + first(places)
        + _unless_complete(pairs),
        advice=_("Put near copies on one side, or leave them out: the scores are too good.") if verdict != "ok" else "",
        figures={"rows": len(leaked), "held_out": int(held_out.sum()), "complete": pairs.complete, "examples": places},
    )


def _unless_complete(pairs: Pairs) -> str:
    return "" if pairs.complete else " " + _("At least: so many texts are alike that not every pair was compared.")
