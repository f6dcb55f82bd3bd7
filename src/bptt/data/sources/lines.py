"""A file of plain text -> rows without labels, one a line."""

import re
from pathlib import Path

from bptt.data.config import DataConfig
from bptt.data.reading import Reading
from bptt.data.sources import tables
from bptt.data.sources.rows import Rows

SUFFIXES = (".txt", ".txt.gz")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")  # not splitlines(): a text may hold U+2028 and its like


def read(path: Path, config: DataConfig, reading: Reading) -> Rows:
    """Every line that is not empty. Raises DataError for a file that is empty or cannot be read."""
    rows = Rows(path.name, reading)
    for number, line in enumerate(_LINE_BREAK.split(tables.text_of(path, config, rows.notes)), start=1):
        if line.strip():
            rows.add(line, None, f"{path.name}:{number}", number)
    return rows
