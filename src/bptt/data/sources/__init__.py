"""Takes the name of a source, gives its rows. One module a form of source; `foods` and `imdb` are built in."""

from itertools import islice

from bptt.data.config import DataConfig
from bptt.data.reading import ONE_CLASS, Reading
from bptt.data.sources import arrays, conll, files, folders, foods, imdb, lines, tables
from bptt.data.sources.rows import Parts, Rows, concatenated, no_rows
from bptt.errors import DataError
from bptt.messages import _

__all__ = ["Parts", "Rows", "has_columns", "may_hold_lists", "read", "sample"]

_BUILT_IN = {"foods": lambda config, reading: foods.read(reading), "imdb": imdb.read}
_ARCHIVES = (".tar.gz", ".tgz")


def read(config: DataConfig, reading: Reading) -> Parts:
    """The rows of the file, the folder, the .tar.gz or the built-in name that is `config.source`, read as `config` says.

    Raises DataError for all that cannot be read, and where more rows are unusable than `config.allow_rejects`.
    """
    sources = (config.source, *config.more)
    if config.text and not reading.labelled and not any(has_columns(source, reading) for source in sources):
        message = _("{source} has no columns to name. Leave out --text.")
        raise DataError("data.columns-not-used", message.format(source=config.source))
    parts = [_read(config.model_copy(update={"source": source}), reading) for source in sources]
    return (concatenated(parts) if config.more else parts[0]).checked(config.allow_rejects)


def _read(config: DataConfig, reading: Reading) -> Parts:
    if not reading.labelled and config.label:
        message = _("{source}: texts without labels are read here. Leave out --label.")
        raise DataError("data.columns-not-used", message.format(source=config.source))
    if not reading.labelled and config.source.lower().endswith(lines.SUFFIXES):
        return Parts(lines.read(files.existing(config.source), config, reading))
    if reading.labelled and config.source.lower().endswith(arrays.SUFFIX):
        return Parts(arrays.read(files.existing(config.source), reading))
    if reading.per_step:
        if config.text or config.label:
            message = _("{source} holds a tag a token: tokens and tags have no columns to name. Leave out --text and --label.")
            raise DataError("data.columns-not-used", message.format(source=config.source))
        return Parts(conll.read(files.existing(config.source), config, reading))
    if has_columns(config.source, reading):
        return Parts(tables.read(files.existing(config.source), config, reading))
    if reading.labelled and (config.text or config.label):
        message = _("{source} has no columns: its labels are given. Leave out --text and --label.")
        raise DataError("data.columns-not-used", message.format(source=config.source))
    if config.source in _BUILT_IN:
        return _BUILT_IN[config.source](config, reading)
    path = files.existing(config.source)
    return folders.read_folder(path, config, reading) if path.is_dir() else folders.read_archive(path, config, reading)


def sample(config: DataConfig, count: int) -> list[dict[str, object]]:
    """The first `count` records of a source that has columns. Raises DataError where there are none."""
    path = files.existing(config.source)
    if path.is_fifo():
        message = _("{name} is a pipe, which can be read once alone. Name its columns: --text COLUMN --label COLUMN.")
        raise DataError("data.pipe", message.format(name=path.name))
    rows, records = Rows(path.name, ONE_CLASS), []
    for line, record in islice(tables.records(path, config, rows.notes), count):
        if isinstance(record, str):
            rows.reject(record, f"{path.name}:{line}", line)
        else:
            records.append(record)
    if not records:
        raise Parts(rows).unusable(config.allow_rejects) if rows.rejected else no_rows(path.name)
    return records


def may_hold_lists(source: str) -> bool:
    """Whether a column of the file `source` can hold lists, which is not known before it is read; a pipe is read but once."""
    path = files.existing(source)
    return tables.form(path.name) in tables.WITH_LISTS and not path.is_fifo()


def has_columns(source: str, reading: Reading = ONE_CLASS) -> bool:
    """Whether text and label are columns to be named. Raises DataError for a source of no known form."""
    if not source:
        raise DataError("data.no-source", _("No data given. Name a file, a folder, a .tar.gz, foods or imdb."))
    if source in _BUILT_IN or source.lower().endswith(arrays.SUFFIX if reading.labelled else lines.SUFFIXES):
        return False
    path = files.existing(source)
    if path.is_dir() or path.name.lower().endswith(_ARCHIVES):
        return False
    if tables.form(path.name):
        return True
    message = _(
        "{name} is of no known form. Known: {forms}, a folder with one sub-folder per label, and the names foods and imdb."
    )
    others = [".conll", arrays.SUFFIX] if reading.labelled else [".txt"]
    forms = ", ".join([*tables.FORMATS, *others, *_ARCHIVES])
    raise DataError("data.unknown-form", message.format(name=source, forms=forms))
