"""Word vectors to start from: learned from the training texts (`cooccurrence`), or read from a file in the text format of
word2vec, fastText and GloVe: a line a word, its name and its numbers with spaces between.

Only the words of the vocabulary are kept, so a file of gigabytes costs time and no memory.
"""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from bptt.data import cooccurrence
from bptt.data.config import COOCCURRENCE, TextConfig
from bptt.data.ragged import Ragged
from bptt.data.sources.files import existing, refuse
from bptt.data.text import normalise
from bptt.errors import ConfigError, DataError
from bptt.messages import _

_LONGEST_LINE = 1 << 22  # bytes: the widest embedding in 64 digits a number

Line = tuple[int, bytes]  # its number, from 1, and what stands on it


class Facts(TypedDict):
    """What data.json holds of the vectors; shares run from 0 to 1."""

    source: str
    found: int
    share_vocabulary: float
    share_words: float


@dataclass
class Vectors:
    """What was found of `known` words (where they are learned, the unknown word is one of them): by id, (D,) float32. source: the
    file, `COOCCURRENCE`, or empty where none were asked for; twice, no_text: lines of a file that were left out, a word that came
    before and one that is not UTF-8."""

    source: str = ""
    known: int = 0
    found: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    twice: list[int] = field(default_factory=list)
    no_text: list[int] = field(default_factory=list)

    def facts(self, ids: NDArray[Any]) -> dict[str, Facts]:
        """For data.json; `ids` are those of all words of the training part."""
        if not self.source:
            return {}
        running = float(np.isin(ids, list(self.found)).mean()) if len(ids) else 0.0
        share = len(self.found) / self.known
        return {"vectors": Facts(source=self.source, found=len(self.found), share_vocabulary=share, share_words=running)}

    def notes(self, ids: NDArray[Any]) -> list[str]:
        """Sentences on what was found, and on the lines that were left out; none where the texts gave all that was asked."""
        if self.source == COOCCURRENCE:
            nothing = _("No two words stand side by side in the training texts: all of them start at random.")
            return [] if self.found else [nothing]
        found = _(
            "{source} has vectors of {found:,} words, {share_vocabulary:.1%} of the vocabulary and {share_words:.1%} of the "
            "words of the training part; the others start at random."
        )
        twice = _("{place}: the word came before; the first of its vectors counts. Such lines: {count:,}.")
        no_text = _("{place}: the word is not UTF-8 and is left out. Such lines: {count:,}.")
        kinds = ((twice, self.twice), (no_text, self.no_text))
        left_out = [told.format(place=f"{self.source}:{lines[0]}", count=len(lines)) for told, lines in kinds if lines]
        return [*(found.format(**facts) for facts in self.facts(ids).values()), *left_out]


def first_vectors(text: TextConfig, ids: Mapping[str, int], rows: Ragged, width: int) -> Vectors:
    """What the embeddings of the words in `ids`, of `width` numbers each, start from, as `text` has it; `rows`: those that are
    trained on. Raises as `read` does, and ConfigError for rows without words."""
    if text.vectors != COOCCURRENCE:
        return read(text, ids, width)
    if not ids:
        message = _("text.vectors: {came} came, but these rows hold numbers, no words. Leave it out.")
        raise ConfigError("config.vectors", message.format(came=text.vectors))
    learned = cooccurrence.vectors(rows, 1 + max(ids.values()), width)
    return Vectors(COOCCURRENCE, 1 + len(ids), {int(one): learned[one] for one in np.flatnonzero(learned.any(axis=1))})


def read(text: TextConfig, ids: Mapping[str, int], width: int) -> Vectors:
    """The vectors of the words in `ids`, of `width` numbers each; nothing where `text` names no file. A word that the file
    spells otherwise (another form of Unicode; capitals, where the texts are read in lower case) takes the first vector of such a
    spelling.

    Raises DataError for a file that cannot be read, that breaks off, or has none of the words, and ConfigError where its vectors
    are not of that width.
    """
    if not text.vectors:
        return Vectors()
    path = existing(text.vectors)
    vectors, written_so, total = Vectors(str(path), len(ids)), set[int](), 0
    count, there, lines = _header(path, _lines(path))
    if there != width:
        message = _("{path}: its vectors have {there} numbers, model.embedding_width is {width}. Set the second to the first.")
        raise ConfigError("model.vectors-width", message.format(path=path, there=there, width=width))
    for number, line in lines:
        total += 1
        name, numbers = _parted(path, number, line, width)
        try:
            word = name.decode()
        except UnicodeDecodeError:
            vectors.no_text.append(number)
            continue
        exact = ids.get(word)
        if exact in written_so:
            vectors.twice.append(number)
            continue
        one = ids.get(_folded(word, text.lowercase)) if exact is None else exact
        if one is not None and (exact is not None or one not in vectors.found):
            vectors.found[one] = _numbers(path, number, numbers)
            written_so.update([] if exact is None else [exact])
    _check_whole(path, count, total, len(vectors.found))
    return vectors


def _folded(word: str, lowercase: bool) -> str:
    return normalise(word).lower() if lowercase else normalise(word)


def _lines(path: Path) -> Iterator[Line]:
    """All lines that are not blank; of a file that is gzip inside, whatever its name, those packed in it."""
    try:
        with path.open("rb") as file:
            packed = file.peek(2)[:2] == b"\x1f\x8b"
            source = gzip.GzipFile(fileobj=file) if packed else file
            for number, line in enumerate(iter(partial(source.readline, _LONGEST_LINE), b""), start=1):
                if stripped := line.strip(b" \t\r\n"):
                    yield number, stripped
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        message = _("{name} is not a whole gzip file ({reason}). Fetch or pack it again.")
        raise DataError("data.gzip", message.format(name=path, reason=error)) from error
    except OSError as error:
        refuse(error)


def _header(path: Path, lines: Iterator[Line]) -> tuple[int | None, int, Iterator[Line]]:
    """How many words the first line says there are (none where it says nothing), D, and the lines with words."""
    number, first = next(lines, (1, b""))
    fields = first.split()
    if len(fields) == 2 and all(map(bytes.isdigit, fields)):
        return int(fields[0]), int(fields[1]), lines
    if len(fields) < 2 or not _is_number(fields[-1]):
        message = _(
            "{path}:{line}: no word vectors; expected text, a word and its numbers on each line with spaces between. A .bin file "
            "must be turned into a .vec file first."
        )
        raise DataError("data.vectors-format", message.format(path=path, line=number))
    return None, len(fields) - 1, chain([(number, first)], lines)


def _parted(path: Path, number: int, line: bytes, width: int) -> tuple[bytes, bytes]:
    """A line's word and its numbers, which are counted and not yet read. A name of several words stays whole."""
    name, _space, numbers = line.partition(b" ")
    if numbers.count(b" ") + 1 == width:
        return name, numbers
    fields = line.split()
    name, fields = b" ".join(fields[:-width]), fields[-width:]
    if not name or (b" " in name and all(map(_is_number, name.split()[1:]))):
        message = _("{path}:{line}: {came} numbers, expected {expected}. The file is damaged: fetch it again.")
        raise DataError("data.vectors-line", message.format(path=path, line=number, came=len(line.split()) - 1, expected=width))
    return name, b" ".join(fields)


def _numbers(path: Path, number: int, text: bytes) -> NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):  # infinity is told below
            values = np.array(text.split(b" "), np.float64).astype(np.float32)
    except ValueError:
        values = np.array(np.nan, np.float32)
    if not np.isfinite(values).all():
        message = _("{path}:{line}: what stands behind the word is not all finite numbers. The file is damaged: fetch it again.")
        raise DataError("data.vectors-number", message.format(path=path, line=number))
    return values


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_whole(path: Path, count: int | None, total: int, found: int) -> None:
    if count is not None and count != total:
        message = _("{path}: its first line promises {count:,} words, {total:,} came. It is cut or damaged: fetch it again.")
        raise DataError("data.vectors-count", message.format(path=path, count=count, total=total))
    if not found:
        message = _("{path}: none of its {total:,} words is in the vocabulary. Does text.tokens part texts as the file has them?")
        raise DataError("data.vectors-none", message.format(path=path, total=total))
