"""CSV and TSV: a header line, then one row a record. A field that holds the separator or a line break stands in double quotes."""

import csv
import io
from collections.abc import Iterator

from bptt.errors import DataError
from bptt.messages import _


def records(text: str, name: str, separator: str) -> Iterator[tuple[int, dict[str, object]]]:
    """The line each record starts on, and the record by column. Blank lines hold no record.

    Raises DataError, naming the line, for a broken quote, a row of another width than the header, or two columns of one name.
    """
    longest_field = csv.field_size_limit(len(text) + 1)  # the standard library's own limit is 131,072 characters
    try:
        lines = _lines(text, name, separator)
        header = [column.strip() for column in next(lines, (1, [""]))[1]]
        repeated = sorted({column for column in header if column and header.count(column) > 1})
        if repeated:
            message = _("{name} has two columns named {column}. Rename one of them.")
            raise DataError("data.repeated-column", message.format(name=name, column=", ".join(repeated)))
        for line, fields in lines:
            if len(fields) != len(header):
                message = _("{name}, line {line} has {found} fields, the header has {expected}. {cure}")
                cure = _("A field that holds a separator, a quote or a line break must stand in double quotes.")
                raise DataError(
                    "data.ragged-row", message.format(name=name, line=line, found=len(fields), expected=len(header), cure=cure)
                )
            yield line, dict(zip(header, fields, strict=True))
    finally:
        csv.field_size_limit(longest_field)


def _lines(text: str, name: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = _(
                '{name}, line {line}: the double quotes do not match ({reason}). Write a quote inside a quoted field as "".'
            )
            raise DataError("data.quotes", message.format(name=name, line=line, reason=error)) from error
        if len(fields) > 1 or "".join(fields).strip():
            yield line, fields
