"""Texts that were harmed on their way here: a wrong encoding, lost characters, the remains of a web page."""

import re
from collections.abc import Callable

from ftfy.badness import is_bad

from bptt.checks.finding import Finding, Verdict, first, grade, percent, share
from bptt.checks.rows import Rows
from bptt.data.text import normalise
from bptt.messages import _

WIDESPREAD = 0.1  # share of rows from which the file should be made anew rather than learned from
_TAGS = (
    "a|abbr|b|big|blockquote|body|center|cite|code|dd|div|dl|dt|em|font|form|h[1-6]|head|hr|html|i|iframe|img|input|li|link|meta"
)
_TAGS += "|ol|p|pre|q|s|script|small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|title|tr|tt|u|ul"
_MARKUP = re.compile(
    rf"</?(?:{_TAGS})(?:\s+[a-z-]+\s*=[^<>]*)?\s*/?>|<!--|&(?:#\d{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});",
    re.IGNORECASE,
)


def mojibake(rows: Rows) -> Finding:
    """Text that was read in another encoding than it was written in, as ftfy's rules know it: `Ã©` for é, or the control
    characters that the quotation marks of Windows-1252 become in Latin-1."""
    known: dict[str, bool] = {}

    def harmed(text: str) -> bool:
        if text.isascii():
            return False
        # Each word but once: ftfy's rules look at neighbouring characters, not across spaces. Not split(), which takes U+0085
        # for white space.
        for word in text.split(" "):
            if not word.isascii():
                if word not in known:
                    known[word] = is_bad(word)
                if known[word]:
                    return True
        return False

    return _found(
        "mojibake",
        rows,
        harmed,
        _('{count:,} rows ({share}) have characters of a wrong encoding, as "Ã©" for "é".'),
        _("Save the source anew as UTF-8 from where it came; the package ftfy mends what is here."),
    )


def lost(rows: Rows) -> Finding:
    """U+FFFD, which stands where a character could not be read."""
    return _found(
        "lost_characters",
        rows,
        lambda text: "\ufffd" in text,
        _("{count:,} rows ({share}) have U+FFFD (\ufffd), which stands for a character that was lost."),
        _("Go back to the file before it was converted: what is lost cannot be mended here."),
    )


def markup(rows: Rows) -> Finding:
    """HTML tags and entities that are left once bptt has read entities and line breaks as what they mean."""

    def marked(text: str) -> bool:
        return ("<" in text or "&" in text) and _MARKUP.search(normalise(text)) is not None

    return _found(
        "markup",
        rows,
        marked,
        _("{count:,} rows ({share}) have HTML tags or entities that would be read as words."),
        _("Take the tags out of the source; line breaks and plain entities are read rightly as they are."),
    )


def _found(check: str, rows: Rows, harmed: Callable[[str], bool], message: str, advice: str) -> Finding:
    """The rows whose text is `harmed`, as a finding."""
    found = [row for row, text in enumerate(rows.texts) if harmed(text)]
    places = rows.places(found[:10])
    verdict: Verdict = grade(share(len(found), len(rows)), 1 / len(rows), WIDESPREAD)
    return Finding(
        check=check,
        verdict=verdict,
        finding=message.format(count=len(found), share=percent(len(found), len(rows))) + first(places),
        advice="" if verdict == "ok" else advice,
        figures={"rows": len(found), "examples": places},
    )
