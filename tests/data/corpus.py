"""All the bad files a person may bring, each with the answer it must get: an error code and what the message must say."""

from collections.abc import Iterator

from tests.data.bad import Bad
from tests.data.bad_bytes import broken_archives, encodings, mixtures, not_text
from tests.data.bad_rows import broken_json, broken_tables, folders, refused_options, untrainable, unusable

ROWS = (unusable, untrainable, broken_tables, broken_json, folders, refused_options)
BYTES = (broken_archives, encodings, mixtures, not_text)


def bad() -> Iterator[tuple[str, Bad]]:
    """Each under a name that tells what is wrong."""
    for part in (*ROWS, *BYTES):
        for one in part():
            yield f"{part.__name__}: {one.what} in {one.name}", one
