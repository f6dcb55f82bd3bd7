"""A folder with one sub-folder per label and one text a file; the same inside a .tar.gz, which is never unpacked to disk."""

import gzip
import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from bptt.data.config import DataConfig
from bptt.data.reading import Reading
from bptt.data.sources import files
from bptt.data.sources.labelled import Found, parts_of
from bptt.data.sources.rows import Parts
from bptt.errors import DataError
from bptt.messages import _

_CHUNK = 1 << 20  # bytes unpacked at once


def read_folder(path: Path, config: DataConfig, reading: Reading) -> Parts:
    """The texts below a folder. Links are followed, except those that lead back to a folder they stand in."""
    found = Found(path.name or str(path))
    for file in _walk(path, (), found):
        parts = file.relative_to(path).parts
        if found.wants(parts, file.is_file()):
            found.texts.append((parts, files.read_bytes(file, config.max_unpacked_mb * 10**6)))
    return parts_of(found, config.encoding, reading)


def _walk(folder: Path, above: tuple[Path, ...], found: Found) -> Iterator[Path]:
    """The files below `folder`; `above` are the folders it stands in, as they really are."""
    try:
        here = folder.resolve()
        entries = sorted(folder.iterdir())
    except OSError as error:
        files.refuse(error)
    if here in above:
        found.circles.append(folder.name)
        return
    for entry in entries:
        if entry.is_dir():
            yield from _walk(entry, (*above, here), found)
        elif entry.exists():
            yield entry
        else:
            found.dangling.append(entry.name)


class _Limited(io.BufferedReader):
    """A .gz file whose first `most` bytes can be read, or skipped, and no more."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(gzip.GzipFile(path, "rb"), _CHUNK)
        self.path, self.most = path, most

    def read(self, size: int | None = -1) -> bytes:
        room = self.most - self.tell()
        if size is None or size < 0 or size > room:
            raise files.too_big(self.path.name, self.most)
        return super().read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET and offset > self.most:
            raise files.too_big(self.path.name, self.most)
        return super().seek(offset, whence)


def read_archive(path: Path, config: DataConfig, reading: Reading) -> Parts:
    """The texts in a .tar.gz; links and devices in it are never followed."""
    found = Found(path.name)
    try:
        with (
            _Limited(path, config.max_unpacked_mb * 10**6) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r:") as archive,
        ):
            for member in archive:
                archive.members.clear()  # type: ignore[attr-defined]  # millions of empty files must not fill the memory
                parts = tuple(posixpath.normpath(member.name).strip("/").split("/"))
                if not member.isdir() and found.wants(parts, member.isfile()):
                    content = archive.extractfile(member)
                    found.texts.append((parts, content.read() if content else b""))
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        message = _("{name} is not a whole .tar.gz ({reason}). Fetch or pack it again.")
        raise DataError("data.archive", message.format(name=path.name, reason=error)) from error
    return parts_of(found, config.encoding, reading)
