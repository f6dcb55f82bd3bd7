"""Text from files and people, safe to show: nothing in it hides, moves the cursor, or turns its neighbours round.

Control and format characters, bidirectional overrides and halves of characters are shown by their number.
"""

import json
import unicodedata
from typing import Any

_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them


def visible(text: str, kept: str = "\t\n\r") -> str:
    """`text` with every unseen character as its number: U+202E becomes `⟨U+202E⟩`. Of the control characters only `kept` stay."""
    if text.isprintable():
        return text
    return "".join(one if one in kept or is_plain(one) else f"⟨U+{ord(one):04X}⟩" for one in text)


def visible_json(value: Any, encoding: str = "utf-8") -> str:
    """`value` as JSON on one line, the same value when read again. What is unseen, or not in `encoding`, stands as `\\uXXXX`."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value)
    return text if text.isprintable() else "".join(one if is_plain(one) else json.dumps(one)[1:-1] for one in text)


def is_plain(character: str) -> bool:
    """Whether `character` is seen, or is a space or a joiner."""
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"
