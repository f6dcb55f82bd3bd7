"""Texts in folders -> rows: which folders are labels, which are the parts of a split, and what is neither."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bptt.data.reading import Reading
from bptt.data.sources import files
from bptt.data.sources.encodings import decode, western_together
from bptt.data.sources.rows import Parts, Rows
from bptt.data.suggest import listed
from bptt.errors import DataError
from bptt.messages import _

Path = tuple[str, ...]  # below the source, split at the slashes
_UNLABELLED = "unsup"  # the folder of the Large Movie Review Dataset whose texts nobody has labelled
_HIDDEN = re.compile(r"\.(?!\.?$).*|__MACOSX")  # .. is not one: it may begin the path of an archive's member
_PARTS = {"train": "training", "training": "training", "test": "test", "testing": "test"} | dict.fromkeys(
    ("valid", "validation", "val", "dev"), "validation"
)


@dataclass
class Found:
    """The texts below a source, and what was passed over: names of hidden folders, of links that lead in a circle or nowhere."""

    name: str
    texts: list[tuple[Path, bytes]] = field(default_factory=list)
    others: int = 0  # files that are no texts
    hidden: Counter[str] = field(default_factory=Counter)
    circles: list[str] = field(default_factory=list)
    dangling: list[str] = field(default_factory=list)

    def wants(self, path: Path, is_file: bool) -> bool:
        """Whether the file at `path` is a text; any other is counted as what it is."""
        folder = next((name for name in path[:-1] if _HIDDEN.fullmatch(name)), None)
        if folder:
            self.hidden[folder] += 1
        elif not is_file or path[-1].startswith(".") or not path[-1].lower().endswith(".txt"):
            self.others += 1
        else:
            return True
        return False

    def notes(self, used: int) -> list[str]:
        """What was left out, of which `used` texts were not."""
        told = []
        unlabelled = sum(_UNLABELLED in path[:-1] for path, _content in self.texts)
        others = self.others + len(self.texts) - unlabelled - used
        if unlabelled:
            message = _('{name}: left out {count} texts in "{folder}", which is not a label: they are unlabelled.')
            told.append(message.format(name=self.name, count=unlabelled, folder=_UNLABELLED))
        if others:
            message = _("{name}: left out {count} files that are not .txt files in a label's folder.")
            told.append(message.format(name=self.name, count=others))
        return told + self.passed_over()

    def passed_over(self) -> list[str]:
        """What was not even looked at: hidden folders, links that lead in a circle or nowhere."""
        told = []
        if self.hidden:
            message = _("{name}: left out {count} files in hidden folders: {folders}.")
            folders = listed(sorted(self.hidden))
            told.append(message.format(name=self.name, count=self.hidden.total(), folders=folders))
        if self.circles:
            message = _("{name}: left out links that lead back to a folder they stand in: {links}.")
            told.append(message.format(name=self.name, links=listed(self.circles)))
        if self.dangling:
            message = _("{name}: left out links that lead nowhere: {links}.")
            told.append(message.format(name=self.name, links=listed(self.dangling)))
        return told


def parts_of(found: Found, encoding: str, reading: Reading) -> Parts:
    """The texts as `reading` has them."""
    return by_label(found, encoding, reading) if reading.labelled else without_labels(found, encoding, reading)


def without_labels(found: Found, encoding: str, reading: Reading) -> Parts:
    """Every text, whatever folder it is in, but those of a folder `test`, which are there to judge by."""
    used = sorted(text for text in found.texts if not any(_PARTS.get(name.lower()) == "test" for name in text[0][:-1]))
    rows = _rows(Rows(found.name, reading), used, -1, encoding)
    if found.others:
        message = _("{name}: left out {count} files that are not .txt files.")
        rows.notes.append(message.format(name=found.name, count=found.others))
    rows.notes += found.passed_over()
    if len(used) < len(found.texts):
        message = _('{name}: left out {count} texts in a folder "test": what judges is not to be learned from.')
        rows.notes.append(message.format(name=found.name, count=len(found.texts) - len(used)))
    return Parts(rows)


def by_label(found: Found, encoding: str, reading: Reading) -> Parts:
    """Rows labelled by the first level that has more than one folder; `train` beside `test` or `valid` are a source's parts."""
    labelled = sorted((path, content) for path, content in found.texts if _UNLABELLED not in path[:-1])
    depth, folders = _label_level(path for path, _content in labelled)
    if len(folders) < 2:
        message = _("{name} needs at least two folders with .txt files, one folder per label; found: {found}.")
        unlabelled = [_("{folder} (not a label: its texts are unlabelled)").format(folder=_UNLABELLED)]
        shown = sorted({"/".join(path[:-1]) or _("files without a folder") for path, _content in labelled})
        shown += unlabelled * (len(labelled) < len(found.texts))
        raise DataError("data.no-label-folders", message.format(name=found.name, found=listed(shown) or _("none")))
    of_part = _parts(found.name, folders, [path[depth:] for path, _content in labelled])
    if of_part:
        halves = {part: [text for text in labelled if text[0][depth : depth + 1] == (name,)] for part, name in of_part.items()}
        parts = Parts(**{part: _rows(Rows(found.name, reading), texts, depth + 1, encoding) for part, texts in halves.items()})
    else:
        parts = Parts(_rows(Rows(found.name, reading), labelled, depth, encoding))
    parts.training.notes[:0] = found.notes(used=sum(len(part.inputs) + len(part.rejected) for part in parts))
    return parts


def _label_level(paths: Iterable[Path]) -> tuple[int, set[str]]:
    """The first depth at which the folders on the way to the texts differ, and their names there."""
    paths, depth = list(paths), 0
    while True:
        names = {path[depth] for path in paths if len(path) > depth + 1}
        if len(names) != 1:
            return depth, names
        depth += 1


def _parts(name: str, folders: set[str], paths: list[Path]) -> dict[str, str]:
    """{"training": "Train", "test": "Test"} where the folders are the parts of a split; nothing where they are labels.

    Raises DataError where they could be either, rather than train a classifier of the parts' names.
    """
    of_part: dict[str, str] = {}
    known = sorted(folder for folder in folders if folder.lower() in _PARTS)
    for folder in known:
        of_part.setdefault(_PARTS[folder.lower()], folder)
    with_labels = {path[0] for path in paths if len(path) > 2} & set(known)
    if not with_labels:
        return {}
    if "training" in of_part and len(of_part) == len(folders):
        return of_part
    message = _("{name}: the folders {folders} look like the parts of a split, of which some are missing, double or no parts.")
    cure = _(
        "Keep train, test and valid, each at most once and with the labels' folders in it, or give a folder with labels alone."
    )
    raise DataError("data.parts", message.format(name=name, folders=listed(sorted(folders))) + " " + cure)


def _rows(rows: Rows, texts: list[tuple[Path, bytes]], depth: int, encoding: str) -> Rows:
    """`rows` with the texts whose label is the folder at `depth`, or that have none where that is -1; one in an encoding that
    nobody can be sure of is rejected."""
    name, guessed = rows.name, Counter[str]()
    western = western_together(content for _path, content in texts)
    for path, content in texts:
        if len(path) <= depth + 1:
            continue
        origin = f"{name}:{'/'.join(path)}"
        files.check_name(origin)
        try:
            text, found = decode(content, encoding, western)
        except DataError as error:
            rows.reject(f"({error})", origin)
        else:
            rows.add(text, path[depth] if depth >= 0 else None, origin)
            guessed[found] += 1
    for found, count in sorted(guessed.items()):
        if found:
            message = _("{name}: {count} files read as {encoding}, by what is in them. Name another with --data.encoding.")
            rows.notes.append(message.format(name=name, count=count, encoding=found))
    return rows
