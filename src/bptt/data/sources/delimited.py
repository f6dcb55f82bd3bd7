"""CSV and TSV: a header line, then one row a record. A field that holds the separator or a line break stands in double quotes."""

import csv
import io
from collections.abc import Iterator

from bptt.data.sources.rows import column_names
from bptt.errors import DataError
from bptt.messages import _

_HEAD = 100_000  # characters in which the header stands


def records(text: str, name: str, separators: str) -> Iterator[tuple[int, dict[str, object] | str]]:
    """The line each record starts on, and the record by column or, for a row of another width than the header, what is wrong.

    The separator is the first of `separators` that splits the header. Blank lines hold no record. Raises DataError, naming
    the line, for a broken quote (behind it, nobody knows where a row begins) and for two columns of one name.
    """
    longest_field = csv.field_size_limit(len(text) + 1)  # the standard library's own limit is 131,072 characters
    try:
        lines = _lines(text, name, _separator(text, separators))
        header = column_names(next(lines, (1, [""]))[1], name)
        for line, fields in lines:
            if len(fields) == len(header):
                yield line, dict(zip(header, fields, strict=True))
            else:
                message = _("has {found} fields, the header has {expected} (a field with a separator in it needs double quotes)")
                yield line, message.format(found=len(fields), expected=len(header))
    finally:
        csv.field_size_limit(longest_field)


def _separator(text: str, separators: str) -> str:
    """A header of one column has no label: then another separator was meant, as ; where the comma is the decimal point."""
    head = text[:_HEAD].lstrip()
    split = (one for one in separators if len(next(csv.reader(io.StringIO(head, newline=""), delimiter=one), [])) > 1)
    return next(split, separators[0])


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
