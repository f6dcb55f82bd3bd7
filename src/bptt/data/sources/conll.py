"""Sentences with a tag a token: in columns, as the CoNLL shared tasks write them, or as JSONL.

In columns a line holds one token: its first column, with the tag in the last; tabs separate columns where a line has any, else
spaces. A blank line ends a sentence. Left out, and counted in a note: lines that start with the token -DOCSTART- (CoNLL-2003),
which end a sentence as well, and comments, which are lines before a sentence's first token that start with `# ` and do not end
in a BIO tag. CoNLL-U's numbered tokens are not read: there the first column is no token.

In JSONL a line is one sentence: {"tokens": ["Paris", "sleeps"], "tags": ["B-PLACE", "O"]}.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bptt.data import bio
from bptt.data.config import DataConfig
from bptt.data.reading import Reading
from bptt.data.sources import jsonlines, tables
from bptt.data.sources.rows import Rows
from bptt.errors import DataError
from bptt.messages import _

COLUMNS, JSON = (".conll", ".txt", ".tsv"), (".jsonl", ".ndjson")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")  # not splitlines(): a token may hold U+2028 and its like
_DOCUMENT = "-DOCSTART-"
_HEAD = 200  # sentences that tell what a file holds


class Token(NamedTuple):
    """One token of a sentence, and the line that it stands on."""

    line: int
    text: str
    tag: str


def looks_tagged(path: Path, config: DataConfig) -> bool:
    """Whether the file holds tags: a .conll always; a .txt or .tsv whose first sentences have a BIO tag on every line, and one
    that begins an entity; a .jsonl whose first records hold lists of tokens and tags. False for what cannot be read.
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".conll"):
        return True
    if path.is_fifo() or not name.endswith((*COLUMNS, *JSON)):
        return False
    try:
        text = tables.text_of(path, config, notes=[])
    except DataError:
        return False
    if name.endswith(JSON):
        records = [record for _line, record in islice(jsonlines.records(text), _HEAD) if isinstance(record, dict)]
        return bool(records) and all(isinstance(one.get(key), list) for one in records for key in ("tokens", "tags"))
    lines = [fields for sentence in islice(_sentences(text, Counter()), _HEAD) for _line, fields in sentence]
    return all(len(fields) > 1 and bio.is_bio(fields[-1]) for fields in lines) and any(
        fields[-1].startswith(bio.BEGIN) for fields in lines
    )


def read(path: Path, config: DataConfig, reading: Reading) -> Rows:
    """Every sentence of the file, its tokens as input and its tags as label, a tuple of strings each; or why it cannot be used.

    Rejected, with the line: one with a line that has no tag, or another number of columns than most; with a token that is white
    space; with tokens and tags of different count; and, where any tag of the file is B-X or I-X, with tags that are not BIO.
    Raises DataError for a file that is empty or cannot be read.
    """
    rows = Rows(path.name, reading)
    text = tables.text_of(path, config, rows.notes)
    is_json = path.name.lower().removesuffix(".gz").endswith(JSON)
    sentences = list(_of_json(text, rows) if is_json else _of_columns(text, rows))
    tagged = any(bio.type_of(token.tag) for sentence in sentences for token in sentence)
    for sentence in sentences:
        wrong = _wrong(sentence, tagged)
        if wrong:
            token, reason = wrong
            rows.reject(reason, f"{path.name}:{token.line}", token.line)
        else:
            tokens, tags = tuple(token.text for token in sentence), tuple(token.tag for token in sentence)
            rows.add(tokens, tags, f"{path.name}:{sentence[0].line}", sentence[0].line)
    return rows


def _wrong(sentence: Sequence[Token], tagged: bool) -> tuple[Token, str] | None:
    """The first token that makes the sentence unusable, and why; `tagged` where the tags are to be BIO."""
    before = bio.OUTSIDE
    for token in sentence:
        if not token.text.strip():
            return token, _("has no token")
        if not token.tag:
            return token, _("has no tag")
        if "\0" in token.text or "\0" in token.tag:
            return token, _("holds a NUL character, which no text has")
        if tagged and not bio.is_bio(token.tag):
            return token, _('has the tag "{tag}"; expected O, B-X or I-X').format(tag=token.tag)
        if tagged and not bio.may_follow(token.tag, before):
            message = _('has the tag "{tag}" behind "{before}": an entity begins with "{begin}"')
            begin = bio.BEGIN + bio.type_of(token.tag)
            return token, message.format(tag=token.tag, before=before, begin=begin)
        before = token.tag
    return None


def _of_columns(text: str, rows: Rows) -> Iterator[list[Token]]:
    left_out: Counter[str] = Counter()
    sentences = list(_sentences(text, left_out))
    widths = Counter(len(fields) for sentence in sentences for _line, fields in sentence)
    usual = widths.most_common(1)[0][0] if widths else 0
    if usual > 2:
        message = _("{name}: read the first of {count} columns as the token, the last as its tag.")
        rows.notes.append(message.format(name=rows.name, count=usual))
    for what, count in sorted(left_out.items()):
        message = _("{name}: left out {count} lines that are no tokens ({what}).")
        rows.notes.append(message.format(name=rows.name, count=count, what=what))
    for sentence in sentences:
        odd = next(((line, len(fields)) for line, fields in sentence if 1 < len(fields) != usual), None)
        if odd:
            line, width = odd
            message = _("has {found} columns, most lines have {expected}")
            rows.reject(message.format(found=width, expected=usual), f"{rows.name}:{line}", line)
        else:
            yield [Token(line, fields[0], _tag(fields[-1]) if len(fields) > 1 else "") for line, fields in sentence]


def _sentences(text: str, left_out: Counter[str]) -> Iterator[list[tuple[int, list[str]]]]:
    """The sentences, each as its lines' numbers and columns; `left_out` counts the lines that are no tokens."""
    sentence: list[tuple[int, list[str]]] = []
    for number, line in enumerate(_LINE_BREAK.split(text), start=1):
        fields = [column.strip() for column in line.split("\t")] if "\t" in line else line.split()
        document = fields[:1] == [_DOCUMENT]
        if document:
            left_out[_DOCUMENT] += 1
        if document or not any(fields):
            if sentence:
                yield sentence
            sentence = []
        elif not sentence and line.startswith(("# ", "#\t")) and not bio.is_bio(fields[-1]):
            left_out["#"] += 1
        else:
            sentence.append((number, fields))
    if sentence:
        yield sentence


def _of_json(text: str, rows: Rows) -> Iterator[list[Token]]:
    for line, record in jsonlines.records(text):
        found = record if isinstance(record, str) else _lists(record)
        if isinstance(found, str):
            rows.reject(found, f"{rows.name}:{line}", line)
        else:
            yield [Token(line, token, _tag(tag)) for token, tag in zip(*found, strict=True)]


def _lists(record: dict[str, object]) -> tuple[list[str], list[str]] | str:
    """The tokens and the tags of a record, or why it is no sentence."""
    lists: list[list[str]] = []
    for key in ("tokens", "tags"):
        value = record.get(key)
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            return _('has no list of strings called "{key}"').format(key=key)
        lists.append(value)
    tokens, tags = lists
    if len(tokens) != len(tags):
        return _("has {tokens} tokens and {tags} tags").format(tokens=len(tokens), tags=len(tags))
    return (tokens, tags) if tokens else _("has no tokens")


def _tag(tag: str) -> str:
    """A tag as the name of its class, as a label is."""
    return unicodedata.normalize("NFC", tag).strip()
