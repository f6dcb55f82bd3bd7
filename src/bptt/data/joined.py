"""Several texts of a row, as its title and its body, read as one."""

from collections.abc import Sequence

MARKER = "\u241e"  # SYMBOL FOR RECORD SEPARATOR, a word of its own: the network is told where one ends and the next begins


def joined(texts: Sequence[object]) -> object:
    """The texts, some of which may be missing, with a MARKER between, each in the place of its column; None where none is
    there, and the first value that is no text, where there is one, for whoever refuses it."""
    foreign = [text for text in texts if text is not None and not isinstance(text, str)]
    if foreign:
        return foreign[0]
    words = [text.strip() if isinstance(text, str) else "" for text in texts]
    return f" {MARKER} ".join(words) if any(words) else None
