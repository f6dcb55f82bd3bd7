"""How long the texts are, and what `text.max_length` cuts away."""

import numpy as np
from numpy.typing import NDArray

from bptt.checks.finding import Finding, grade, percent, share
from bptt.messages import _

CUT, MOSTLY_CUT = 0.05, 0.5  # share of all words that is cut away
_QUANTILES = (0.5, 0.95, 0.99, 1.0)


def lengths(words: NDArray[np.int64], max_length: int) -> Finding:
    """words: (N,) words of each text of training and validation, uncut."""
    rows, total = len(words), int(words.sum())
    long, cut = int((words > max_length).sum()), int(np.maximum(words - max_length, 0).sum())
    median, most, nearly_all, longest = np.quantile(words, _QUANTILES, method="inverted_cdf").tolist()
    message = _(
        "median {median:,} words, 95 % within {most:,}, longest {longest:,}; "
        "text.max_length = {max_length} cuts {rows} of the texts and {words} of the words."
    )
    verdict = grade(share(cut, total), CUT, MOSTLY_CUT)
    advice = ""
    if verdict != "ok":
        advice = _("With --text.max_length {length} 1 % of the texts are cut; time and memory grow with it.").format(
            length=nearly_all
        )
    return Finding(
        check="lengths",
        verdict=verdict,
        finding=message.format(
            median=median, most=most, longest=longest, max_length=max_length, rows=percent(long, rows), words=percent(cut, total)
        ),
        advice=advice,
        figures={
            "words": total,
            "quantiles": {f"{at:g}": value for at, value in zip(_QUANTILES, (median, most, nearly_all, longest), strict=True)},
            "rows_cut": long,
            "words_cut": cut,
            "histogram": histogram(words),
        },
    )


def histogram(words: NDArray[np.int64]) -> list[dict[str, int]]:
    """How many texts are of which length: bins that double, each with its first and last length, up to the longest text."""
    edges = [0, *(2**power for power in range(int(words.max(initial=1)).bit_length() + 1))]  # 0, 1, 2, 4, ...
    counts = np.histogram(words, [*edges[:-1], edges[-1]])[0].tolist()
    bins = [{"from": low, "to": high - 1, "rows": count} for low, high, count in zip(edges, edges[1:], counts, strict=False)]
    filled = [at for at, one in enumerate(bins) if one["rows"]]
    return bins[filled[0] : filled[-1] + 1] if filled else []
