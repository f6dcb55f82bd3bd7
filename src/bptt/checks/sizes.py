"""How many rows there are, and of which class."""

import numpy as np

from bptt.checks.finding import Finding, Verdict, grade, percent, worst
from bptt.checks.rows import PARTS, Rows
from bptt.messages import _

FEW, TOO_FEW = (
    50,
    10,
)  # rows of the smallest class: below the first its score is a matter of luck, below the second nothing is learned
UNEVEN = 4  # times as many rows of the largest class as of the smallest
LOPSIDED = 0.99  # share of one class from which always naming it looks like success
_SHOWN = 10  # classes


def size(rows: Rows, rejected: int) -> Finding:
    """Rows by part, and those left out as unusable."""
    counts = np.bincount(rows.part).tolist()
    words = (_("{count:,} to train"), _("{count:,} to validate"), _("{count:,} to test"))
    by_part = ", ".join(word.format(count=count) for word, count in zip(words, counts, strict=False))
    message = _("{count:,} in all: {by_part}.").format(count=len(rows), by_part=by_part)
    figures = {"rows": len(rows), **dict(zip(PARTS, counts, strict=False)), "rejected": rejected}
    if not rejected:
        return Finding("rows", "ok", message, figures=figures)
    message += " " + _("{count:,} others are left out as unusable.").format(count=rejected)
    return Finding("rows", "look", message, _("Mend them in the source; training lists each in rejected.jsonl."), figures)


def balance(rows: Rows) -> Finding:
    """Rows by class, of training and validation."""
    named = sorted(rows.counts.items(), key=lambda pair: -pair[1])
    most, (smallest, least), total = named[0][1], named[-1], sum(rows.counts.values())
    few: Verdict = "stop" if least < TOO_FEW else "look" if least < FEW else "ok"
    lopsided: Verdict = "stop" if most / total >= LOPSIDED else grade(most / max(least, 1), UNEVEN, np.inf)
    advice = []
    if few != "ok":
        advice.append(_('Bring more rows of "{label}", or put it together with another class.').format(label=smallest))
    if lopsided != "ok":
        advice.append(
            _("Judge by the macro F1: always naming the largest class gives an accuracy of {share}.").format(
                share=percent(most, total)
            )
        )
    shown = [f"{name} {count:,} ({percent(count, total)})" for name, count in named]
    if len(shown) > _SHOWN:
        shown[_SHOWN:-1] = ["…"]
    message = _("{count} classes: {shown}.").format(count=len(named), shown=", ".join(shown))
    return Finding("balance", worst([few, lopsided]), message, " ".join(advice), {"rows_per_class": dict(named)})
