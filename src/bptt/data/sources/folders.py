"""A folder with one sub-folder per label and one text a file; the same inside a .tar.gz, which is never unpacked to disk."""

import os
import posixpath
import tarfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from bptt.data.sources import files
from bptt.data.sources.rows import Parts, Rows
from bptt.data.suggest import listed
from bptt.errors import DataError
from bptt.messages import _

Members = list[tuple[tuple[str, ...], bytes]]  # path below the source, split at the slashes; content
_UNLABELLED = "unsup"  # the folder of the Large Movie Review Dataset whose texts nobody has labelled


def read_folder(path: Path) -> Parts:
    """The texts below a folder."""
    found = [Path(folder, name) for folder, _subfolders, names in os.walk(path, onerror=files.refuse) for name in names]
    texts = [(file.relative_to(path).parts, files.read_bytes(file)) for file in found if _is_text(file.name)]
    return _by_label(path.name, texts, len(found))


def read_archive(path: Path) -> Parts:
    """The texts in a .tar.gz; links and devices in it are never followed."""
    texts, found = [], 0
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                found += not member.isdir()
                content = archive.extractfile(member) if member.isfile() and _is_text(member.name) else None
                if content:
                    texts.append((tuple(posixpath.normpath(member.name).strip("/").split("/")), content.read()))
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        message = _("{name} is not a whole .tar.gz ({reason}). Fetch or pack it again.")
        raise DataError("data.archive", message.format(name=path.name, reason=error)) from error
    return _by_label(path.name, texts, found)


def _is_text(name: str) -> bool:
    return name.lower().endswith(".txt") and not posixpath.basename(name).startswith(".")


def _by_label(name: str, texts: Members, found: int) -> Parts:
    """Rows labelled by the first level that has more than one folder; `train` beside `test` are a source's two parts."""
    labelled = sorted((path, content) for path, content in texts if _UNLABELLED not in path[:-1])
    depth, folders = _label_level(path for path, _content in labelled)
    if len(folders) < 2:
        message = _("{name} needs at least two folders with .txt files, one folder per label; found: {found}.")
        unlabelled = [_("{folder} (not a label: its texts are unlabelled)").format(folder=_UNLABELLED)]
        shown = sorted(_folders_of(labelled)) + unlabelled * (len(labelled) < len(texts))
        raise DataError("data.no-label-folders", message.format(name=name, found=listed(shown) or _("none")))
    if folders == {"train", "test"}:
        halves = {half: [(path, content) for path, content in labelled if path[depth:][:1] == (half,)] for half in folders}
        training, test = (_rows(name, halves[half], depth + 1) for half in ("train", "test"))
    else:
        training, test = _rows(name, labelled, depth), None
    used = len(training.texts) + (len(test.texts) if test else 0)
    unlabelled_texts = len(texts) - len(labelled)
    if unlabelled_texts:
        message = _('{name}: left out {count} texts in "{folder}", which is not a label: they are unlabelled.')
        training.notes.append(message.format(name=name, count=unlabelled_texts, folder=_UNLABELLED))
    if found > used + unlabelled_texts:
        message = _("{name}: left out {count} files that are not .txt files in a label's folder.")
        training.notes.append(message.format(name=name, count=found - used - unlabelled_texts))
    return Parts(training, test)


def _label_level(paths: Iterable[tuple[str, ...]]) -> tuple[int, set[str]]:
    """The first depth at which the folders on the way to the texts differ, and their names there."""
    paths, depth = list(paths), 0
    while True:
        names = {path[depth] for path in paths if len(path) > depth + 1}
        if len(names) != 1:
            return depth, names
        depth += 1


def _rows(name: str, labelled: Members, depth: int) -> Rows:
    rows = Rows(name)
    for path, content in labelled:
        if len(path) > depth + 1:
            origin = f"{name}:{'/'.join(path)}"
            files.check_name(origin)
            rows.add(files.decode(content, origin), path[depth], origin)
    return rows.checked()


def _folders_of(labelled: Members) -> set[str]:
    return {"/".join(path[:-1]) or _("files without a folder") for path, _content in labelled}
