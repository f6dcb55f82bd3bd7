"""Parquet, read by DuckDB: it answers a damaged file with an exception, and stops where its memory is used up."""

import glob
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bptt.data.sources.files import too_big
from bptt.data.sources.rows import column_names
from bptt.errors import DataError
from bptt.messages import _

_AT_ONCE = 1024  # rows
_OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_QUERY = "SELECT * FROM read_parquet([?], hive_partitioning = false)"


def records(path: Path, most: int) -> Iterator[tuple[int, dict[str, object]]]:
    """The number of each row, from 1, and the row by column.

    Raises DataError for a file that is not whole, or unpacks to more than `most` bytes, and where DuckDB is not installed.
    """
    try:
        import duckdb  # a tenth of a second that no other form should pay
    except ImportError as error:
        message = _("Parquet is read by a package that is not installed. Install it: pip install 'bptt[parquet]'")
        raise DataError("data.missing-extra", message) from error
    size, number = 0, 0
    with duckdb.connect(config={**_OFFLINE, "memory_limit": f"{2 * most}B"}) as connection:
        try:
            result = connection.execute(_QUERY, [glob.escape(str(path))])
            columns = column_names((column[0] for column in result.description or ()), path.name)
            while rows := result.fetchmany(_AT_ONCE):
                size += sum(map(_size, rows))
                if size > most:
                    raise too_big(path.name, most)
                for values in rows:
                    number += 1
                    yield number, dict(zip(columns, values, strict=True))
        except duckdb.OutOfMemoryException as error:
            raise too_big(path.name, most) from error
        except duckdb.Error as error:
            message = _("{name} is not a whole Parquet file ({reason}). Fetch or write it again.")
            reason = str(error).partition("\n")[0]
            raise DataError("data.parquet", message.format(name=path.name, reason=reason)) from error


def _size(values: tuple[Any, ...]) -> int:
    return sum(len(value) if isinstance(value, str | bytes) else 8 for value in values)
