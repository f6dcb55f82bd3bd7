"""Which scripts the texts are written in, and which languages."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bptt.checks.finding import Finding, grade, percent, share
from bptt.checks.rows import Rows
from bptt.data.text import normalise
from bptt.messages import _

SECOND = 0.05  # share of a second script or language from which the mixture is worth a look
UNSPACED = {"Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"}  # written without spaces between words
SOME_UNSPACED, MOSTLY_UNSPACED = 0.05, 0.5  # share of letters of such scripts
SAMPLE = 1000  # texts whose language is told: a tenth of a second, and a share is right within 3 % of all
LETTERS = (
    20  # a shorter text says too little: measured, 99.9 % of 4,300 Vietnamese and English sentences above this were told rightly
)
_READ = 500  # characters of a text that are read
_SHOWN = 5
_CHUNK = 1000  # texts put together at once

_NAMED = {"CJK": "Han", "IDEOGRAPHIC": "Han", "MODIFIER": "Common"}


def scripts(rows: Rows) -> Finding:
    """The scripts of all letters, by the share of letters."""
    counts = letters_of(rows.texts)
    total, unspaced = sum(counts.values()), sum(counts[name] for name in UNSPACED)
    shown = ", ".join(f"{name} {percent(count, total)}" for name, count in counts.most_common(_SHOWN))
    shown += ", …" if len(counts) > _SHOWN else ""
    figures = {"letters": dict(counts.most_common())}
    message = _("{shown} of all letters.").format(shown=shown) if total else _("no letter at all.")
    if not total:
        return Finding("scripts", "stop", message, _("Check that the right column is read as the text (--text)."), figures)
    run_together = grade(share(unspaced, total), SOME_UNSPACED, MOSTLY_UNSPACED)
    if run_together != "ok":
        advice = _("Put spaces between the words first, with a word segmenter: a run of letters is read as one word.")
        return Finding("scripts", run_together, message, advice, figures)
    second = (counts.most_common(2)[1:] or [("", 0)])[0][1]
    verdict = grade(share(second, total), SECOND, np.inf)
    advice = _("See that the mixture is meant, and the same in every class.") if verdict != "ok" else ""
    return Finding("scripts", verdict, message, advice, figures)


def letters_of(texts: Sequence[str]) -> Counter[str]:
    """How many letters of each script the texts have."""
    counts = np.zeros(0x110000, np.int64)
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        counts[:128] += _code_points("".join(text for text in chunk if text.isascii()), "ascii", np.uint8)
        more = _code_points("".join(text for text in chunk if not text.isascii()), "utf-32-le", np.uint32)
        counts[: len(more)] += more
    scripts: Counter[str] = Counter()
    for code in np.flatnonzero(counts).tolist():
        if chr(code).isalpha():
            scripts[script(chr(code))] += int(counts[code])
    return scripts


def _code_points(text: str, encoding: str, kind: type[np.unsignedinteger]) -> NDArray[np.int64]:
    """How often each code point occurs, from 0 to at least 127."""
    return np.bincount(np.frombuffer(text.encode(encoding), kind), minlength=128)


@cache
def script(letter: str) -> str:
    """The script of a letter: the first word of the Unicode name of what it stands for, full width and the like set aside."""
    word = unicodedata.name(unicodedata.normalize("NFKC", letter)[0], "other").split()[0]
    return _NAMED.get(word) or word.capitalize()


def languages(rows: Rows) -> Finding:
    """The languages of a sample of the texts, the same at every call, as py3langid tells them."""
    from py3langid import classify  # its model is 4 MB to unpack: half a second that the short look need not pay

    places = np.sort(np.random.default_rng(0).permutation(len(rows))[:SAMPLE])  # even distances would fall in step with the rows
    read = [normalise(rows.texts[place])[:_READ] for place in places]
    told = Counter(classify(text)[0] for text in read if sum(map(str.isalpha, text)) >= LETTERS)
    total = sum(told.values())
    shown = ", ".join(f"{code} {percent(count, total)}" for code, count in told.most_common(_SHOWN))
    shown += ", …" if len(told) > _SHOWN else ""
    figures = {"sample": len(read), "long_enough": total, "languages": dict(told.most_common())}
    if not total:
        return Finding(
            "languages",
            "ok",
            _("not told: of {count:,} texts none has {letters} letters.").format(count=len(read), letters=LETTERS),
            "",
            figures,
        )
    message = _("{shown} of {total:,} texts with {letters} letters or more (a sample; ISO 639 codes).")
    second = (told.most_common(2)[1:] or [("", 0)])[0][1]
    verdict = grade(share(second, total), SECOND, np.inf)
    advice = _("See that the mixture is meant, and the same in every class.") if verdict != "ok" else ""
    return Finding("languages", verdict, message.format(shown=shown, total=total, letters=LETTERS), advice, figures)
