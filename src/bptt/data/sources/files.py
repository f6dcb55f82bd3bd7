"""Bytes -> text. UTF-8, with or without a byte order mark; anything else is refused by name, never guessed at."""

import codecs
from pathlib import Path
from typing import NoReturn

from bptt.data.suggest import did_you_mean
from bptt.errors import DataError
from bptt.messages import _

_OTHER_FORMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
)


def existing(source: str) -> Path:
    """The file or folder of that name. Raises DataError where there is none, with the nearest name beside it."""
    path = Path(source)
    try:
        if path.exists():
            return path
        neighbours = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    except (OSError, ValueError) as error:
        refuse(error)
    message = _("There is no file or folder {source}.").format(source=source)
    raise DataError("data.missing-file", message + did_you_mean(path.name, neighbours))


def read_bytes(path: Path) -> bytes:
    """The whole file. Raises DataError where the system refuses it."""
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(error)


def refuse(error: OSError | ValueError) -> NoReturn:
    """The system's own refusal, as a DataError."""
    raise DataError("data.unreadable", _("The data cannot be read: {reason}").format(reason=error)) from error


def check_name(name: str) -> None:
    """Raises DataError for a file name that is not UTF-8: it could not be written to any report."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        shown = name.encode("utf-8", "backslashreplace").decode()
        raise DataError("data.file-name", _("The file name {name} is not UTF-8. Rename the file.").format(name=shown)) from error


def decode(content: bytes, name: str) -> str:
    """The text of a file. Raises DataError, with line and byte, for what is not UTF-8 text."""
    for mark, form in _OTHER_FORMS:
        if content.startswith(mark):
            message = _("{name} is {form}, not UTF-8 text. Save it as UTF-8.")
            raise DataError("data.encoding", message.format(name=name, form=form))
    zero = content.find(b"\0")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # After a byte order mark `start` counts from behind the mark.
        position = error.start + len(content) - len(error.object)
    else:
        if zero < 0:
            return text
        position = zero
    message = _("{name}, line {line} is not UTF-8 text: byte {position} of the file is 0x{byte:02x}. Save the file as UTF-8.")
    line = content.count(b"\n", 0, position) + 1
    raise DataError("data.encoding", message.format(name=name, line=line, position=position, byte=content[position]))
