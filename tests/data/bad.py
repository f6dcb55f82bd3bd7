"""What a bad file is, and the rows that are put into it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.data.forms import rows

GOOD = rows()
FRENCH = [(f"très bon thé {i}, à goûter", ("bon", "mauvais")[i % 2]) for i in range(100)]
POLISH = [(f"bardzo dobra książka, świetny gęsty żółty miód {i}", ("tak", "nie")[i % 2]) for i in range(100)]
CZECH = [(f"příliš žluťoučký kůň {i}", ("ano", "ne")[i % 2]) for i in range(100)]
RUSSIAN = [(f"очень хороший чай {i}", ("да", "нет")[i % 2]) for i in range(100)]
JAPANESE = [(f"とても美味しいお茶です {i}", ("good", "bad")[i % 2]) for i in range(100)]
CHINESE = [(f"这个茶叶非常好喝 {i}", ("good", "bad")[i % 2]) for i in range(100)]


@dataclass(frozen=True)
class Bad:
    """A file or folder `name` of `content`; wrong as `what` says: training on it ends with `code`, saying each of `said`."""

    what: str
    name: str
    content: bytes | dict[str, bytes]
    code: str
    said: Sequence[str]
    options: Sequence[str] = ()
