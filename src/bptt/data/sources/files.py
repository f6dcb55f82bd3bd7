"""Names and bytes: what is there, whole, and of a compressed file no more than was allowed."""

import gzip
import io
import zlib
from pathlib import Path
from typing import NoReturn

from bptt.data.suggest import did_you_mean
from bptt.errors import DataError
from bptt.messages import _

_CHUNK = 1 << 20  # bytes


def existing(source: str) -> Path:
    """The file or folder of that name. Raises DataError where there is none, with the nearest name beside it."""
    check_name(source)
    path = Path(source)
    try:
        if path.exists():
            return path
        neighbours = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    except (OSError, ValueError) as error:
        refuse(error)
    message = _("There is no file or folder {source}.").format(source=source)
    raise DataError("data.missing-file", message + did_you_mean(path.name, neighbours))


def read_bytes(path: Path, most: int) -> bytes:
    """The whole file; one that is gzip inside, whatever its name, unpacked to at most `most` bytes.

    Raises DataError where the system refuses it, or where it is damaged or unpacks to more.
    """
    try:
        with path.open("rb") as file:
            twice = file if file.seekable() else io.BytesIO(file.read())  # a pipe cannot be read from its beginning again
            packed = twice.read(2) == b"\x1f\x8b"
            twice.seek(0)
            return _unpacked(twice, path.name, most) if packed else twice.read()
    except OSError as error:
        refuse(error)


def _unpacked(file: io.BufferedIOBase, name: str, most: int) -> bytes:
    chunks, total = [], 0
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            while chunk := packed.read(_CHUNK):
                chunks.append(chunk)
                total += len(chunk)
                if total > most:
                    raise too_big(name, most)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        message = _("{name} is not a whole gzip file ({reason}). Fetch or pack it again.")
        raise DataError("data.gzip", message.format(name=name, reason=error)) from error
    return b"".join(chunks)


def too_big(name: str, most: int) -> DataError:
    """The error for what unpacks to more than `most` bytes."""
    message = _("{name} unpacks to more than {limit} MB. If it should be that big, allow it: --data.max_unpacked_mb {more}.")
    return DataError("data.too-big", message.format(name=name, limit=most // 10**6, more=10 * most // 10**6))


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
