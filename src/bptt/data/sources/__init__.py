"""Takes the name of a source, gives its rows. One module a form of source; `foods` and `imdb` are built in."""

from itertools import islice

from bptt.data.sources import files, folders, foods, imdb, tables
from bptt.data.sources.rows import Parts, Rows, no_rows
from bptt.errors import DataError
from bptt.messages import _

__all__ = ["Parts", "Rows", "has_columns", "read", "sample"]

_BUILT_IN = {"foods": foods.read, "imdb": imdb.read}
_ARCHIVES = (".tar.gz", ".tgz")


def read(source: str, text: str | None, label: str | None) -> Parts:
    """The rows of a file, a folder, a .tar.gz or a built-in name. Raises DataError for all that cannot be read."""
    if has_columns(source):
        return Parts(tables.read(files.existing(source), text, label))
    if text or label:
        message = _("{source} has no columns: its labels are given. Leave out --text and --label.")
        raise DataError("data.columns-not-used", message.format(source=source))
    if source in _BUILT_IN:
        return _BUILT_IN[source]()
    path = files.existing(source)
    return folders.read_folder(path) if path.is_dir() else folders.read_archive(path)


def sample(source: str, count: int) -> list[dict[str, object]]:
    """The first `count` records of a source that has columns. Raises DataError where there are none."""
    path = files.existing(source)
    records = [record for _line, record in islice(tables.records(path), count)]
    if not records:
        raise no_rows(path.name)
    return records


def has_columns(source: str) -> bool:
    """Whether text and label are columns to be named. Raises DataError for a source of no known form."""
    if not source:
        raise DataError("data.no-source", _("No data given. Name a file, a folder, a .tar.gz, foods or imdb."))
    if source in _BUILT_IN:
        return False
    path = files.existing(source)
    if path.is_dir() or path.name.lower().endswith(_ARCHIVES):
        return False
    if path.suffix.lower() in tables.FORMATS:
        return True
    message = _(
        "{name} is of no known form. Known: {forms}, a folder with one sub-folder per label, and the names foods and imdb."
    )
    forms = ", ".join([*tables.FORMATS, *_ARCHIVES])
    raise DataError("data.unknown-form", message.format(name=path.name, forms=forms))
