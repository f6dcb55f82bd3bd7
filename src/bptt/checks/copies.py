"""Rows that repeat another's text: wasted, contradictory, or on both sides of a split."""

import numpy as np

from bptt.checks.finding import Finding, first, grade, percent, share
from bptt.checks.rows import Rows
from bptt.messages import _

MANY, MOST = 0.01, 0.5  # share of rows that are copies
CONTRADICTORY = 0.05  # share of rows whose text has two labels: no model can be right on all of them


def copies(rows: Rows) -> Finding:
    """Rows whose text an earlier row of the same side has, training and validation being one side, the test part another."""
    count, places = 0, []
    for side in (np.flatnonzero(rows.learned), np.flatnonzero(~rows.learned)):
        repeats = np.setdiff1d(side, side[np.unique(rows.text[side], return_index=True)[1]])
        count += len(repeats)
        places += rows.places(repeats)
    message = _("{count:,} rows ({share}) repeat the text of another, but for case and white space.")
    verdict = grade(share(count, len(rows)), MANY, MOST)
    return Finding(
        check="copies",
        verdict=verdict,
        finding=message.format(count=count, share=percent(count, len(rows))) + first(places),
        advice=_("Leave them out, unless they are really so frequent.") if verdict != "ok" else "",
        figures={"rows": count, "examples": places[:10]},
    )


def two_labels(rows: Rows) -> Finding:
    """Texts that stand under more than one label, in whatever parts."""
    pairs = np.unique(np.stack([rows.text, rows.labels]), axis=1)  # (2, pairs) texts with their labels, each once
    labels_of = np.bincount(pairs[0])
    contradictory = labels_of[rows.text] > 1
    count, texts = int(contradictory.sum()), int((labels_of > 1).sum())
    message = _("{texts:,} texts stand under two labels or more, in {count:,} rows ({share}).")
    verdict = grade(share(count, len(rows)), 1 / len(rows), CONTRADICTORY)
    by_text = np.flatnonzero(contradictory)[np.argsort(rows.text[contradictory], kind="stable")]
    places = rows.places(by_text[:10])
    return Finding(
        check="labels",
        verdict=verdict,
        finding=message.format(texts=texts, count=count, share=percent(count, len(rows))) + first(places),
        advice=_("Decide which label is right: no model can learn both.") if verdict != "ok" else "",
        figures={"texts": texts, "rows": count, "examples": places},
    )


def leaks(rows: Rows, left_out: int) -> Finding:
    """Texts of training that validation or test hold too; `left_out`: rows that were left out for that."""
    trained = np.unique(rows.text[rows.part == 0])
    leaked = np.flatnonzero((rows.part > 0) & np.isin(rows.text, trained))
    places = rows.places(leaked[:10])
    if len(leaked):
        message = _("{count:,} rows held out for validation or test have a text that training has too.")
        finding, advice = (
            message.format(count=len(leaked)) + first(places),
            _("Take them out of one side: the scores are too good."),
        )
    elif left_out:
        message = _("{count:,} rows whose text also stands in another part are left out.")
        finding, advice = message.format(count=left_out), _("Nothing need be done; the source's own split is not clean.")
    else:
        finding, advice = _("no text stands in two parts."), ""
    verdict = "stop" if len(leaked) else grade(left_out, 1, np.inf)
    return Finding("leaks", verdict, finding, advice, {"rows": len(leaked), "left_out": left_out, "examples": places})
