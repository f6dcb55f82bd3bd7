"""Bytes -> text, in the encoding that the bytes themselves show, or the one that was named. Nothing is ever replaced.

A byte order mark is believed. Without one: UTF-8 where it fits, UTF-16 where zero bytes show it, cp1252 where the text then
spells one of Western Europe's languages. All else is refused, with the byte and the encodings that could read it.
"""

import codecs
import re
from collections.abc import Iterable

from bptt.data.config import AUTO, MIXED
from bptt.data.sources.western import looks_western
from bptt.errors import DataError
from bptt.messages import _

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_TEXT = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip (.xlsx files are, too)"),
    (b"PAR1", "Parquet"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
    (b"%PDF-", "PDF"),
    (b"SQLite format 3\0", "SQLite"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_USUAL = ("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1258")
# Characters of UTF-8 beyond ASCII. Not those that start with 0xdf: NKo is rare, a German word in cp1252 that ends ß“ is not.
_MULTIBYTE = re.compile(rb"[\xc2-\xde][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASCII_RUN = re.compile(rb"[\t\r\n\x20-\x7e]{32,}")
_FEW = 8  # a run of so few different bytes may be a line drawn in UTF-16, as of U+2550
_LEAST_ASCII = 0.02  # separators, quotes, line breaks and labels: of a table of Chinese texts, a few in a hundred
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def decode(content: bytes, encoding: str = AUTO, western: bool = True) -> tuple[str, str]:
    """The text, and, where its encoding was neither named nor UTF-8 nor marked, the one that was found.

    `western`: whether cp1252 is looked for.

    Raises DataError, whose sentence starts with the byte and lacks the file's name, for bytes that no one can be sure of.
    """
    for magic, form in _NOT_TEXT:
        if content.startswith(magic):
            raise DataError("data.encoding", _("this is {form}, not text. Save it as text in UTF-8.").format(form=form))
    mark, marked = next(((mark, form) for mark, form in _MARKS if content.startswith(mark)), (b"", ""))
    if encoding != AUTO:
        return _named(content, encoding, mark, marked), ""
    if marked:
        return _strict(content, marked, len(mark)), ""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return _found(content, error.start, western)
    wide = _wide(content) if content.count(b"\0") > 0.4 * len(content) else ""  # of English in UTF-16, every second byte
    return (_strict(content, wide), wide) if wide else (text, "")


def western_together(contents: Iterable[bytes]) -> bool:
    """Whether those of the `contents` that show no other encoding read as cp1252, all in one language: one alone shows little."""
    marks = tuple(mark for mark, _form in _MARKS)
    unknown = [one for one in contents if not (_reads(one, "utf-8") or one.startswith(marks) or b"\0" in one)]
    return looks_western(b"\n".join(unknown))


def _named(content: bytes, encoding: str, mark: bytes, marked: str) -> str:
    """`content` in the encoding that the user named, unless its own mark says another."""
    name = codecs.lookup("utf-8" if encoding == MIXED else encoding).name.removesuffix("-sig")
    if marked and not marked.startswith(name):
        message = _("it begins with the mark of {marked}, but data.encoding says {named}. Leave data.encoding out.")
        raise DataError("data.encoding", message.format(marked=marked, named=encoding))
    if encoding == MIXED:
        return _mixed(content[len(mark) :])
    if not marked and name in ("utf-16", "utf-32"):  # Python would take the order of this machine's bytes
        name = _wide(content) or f"{name}-le"
    return _strict(content, marked or name, len(mark))


def _found(content: bytes, position: int, western: bool) -> tuple[str, str]:
    """What is not UTF-8 from the byte at `position`: UTF-16 or cp1252, if the text then makes sense."""
    if b"\0" in content:
        wide = _wide(content)
        if wide:
            return _strict(content, wide), wide
    elif western and not _MULTIBYTE.search(content) and looks_western(content):
        return content.decode("cp1252"), "cp1252"
    raise _not_readable(content, "UTF-8", position)


def _strict(content: bytes, encoding: str, skipped: int = 0) -> str:
    """All of `content` behind its mark of `skipped` bytes."""
    try:
        text = content[skipped:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_readable(content, encoding.upper(), skipped + error.start) from error
    if encoding.startswith(("utf-16", "utf-32")):
        for run in _ASCII_RUN.finditer(content):  # would be read as Chinese
            if len(set(run[0])) > _FEW:
                raise _not_readable(content, encoding.upper(), run.start())
    return text


def _mixed(content: bytes) -> str:
    """UTF-8 where that fits, each other byte as cp1252."""
    try:
        return content.decode("utf-8", errors="bptt.cp1252")
    except UnicodeDecodeError as error:
        raise _not_readable(content, MIXED, error.start) from error


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """What stands for the bytes that are not UTF-8. Raises `error` where cp1252 lacks them, too."""
    if isinstance(error, UnicodeDecodeError) and _reads(wrong := error.object[error.start : error.end], "cp1252"):
        return wrong.decode("cp1252"), error.end
    raise error


codecs.register_error("bptt.cp1252", _as_cp1252)


def _wide(content: bytes) -> str:
    """The order of bytes in which unmarked UTF-16 or UTF-32 makes sense: no control characters, most of ASCII; "" for none."""
    best, most = "", 0.0
    for encoding in _WIDE:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        share = 1 - len(re.sub(r"[\t\r\n -~]", "", text)) / len(text)
        if share > max(most, _LEAST_ASCII) and not _CONTROL.search(text):
            best, most = encoding, share
    return best


def _not_readable(content: bytes, encoding: str, position: int) -> DataError:
    """The byte that does not fit, and the encodings that fit every byte."""
    line, byte = content.count(b"\n", 0, position) + 1, content[position]
    wrong = _("byte {position} (line {line}) is 0x{byte:02x}, which does not fit {encoding}.")
    told = wrong.format(position=position, line=line, byte=byte, encoding=encoding)
    able = [] if b"\0" in content else [name for name in ("utf-8", *_USUAL) if _reads(content, name)]
    if "cp1252" in able and encoding == "UTF-8":
        able.insert(0 if _MULTIBYTE.search(content) else len(able), MIXED)
    if able:
        cure = _("Save it as UTF-8, or name its encoding, one of those that fit every byte: --data.encoding {able}.")
        return DataError("data.encoding", f"{told} {cure.format(able=', '.join(able))}")
    return DataError("data.encoding", f"{told} " + _("No usual encoding fits every byte: save it as UTF-8."))


def _reads(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
