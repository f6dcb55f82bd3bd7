"""Collects every sentence a user reads into the Vietnamese catalogue, and compiles it: `make messages`.

They come from `_()` in src/ (Python and Jinja), from the descriptions of the configuration's keys, and from Click, which
takes its own sentences from the same catalogue.
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bptt.config import Config
from bptt.messages import LOCALE

ROOT = Path(__file__).parents[1]
PO, MO = (LOCALE / "vi" / "LC_MESSAGES" / f"bptt.{ending}" for ending in ("po", "mo"))
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
VOLATILE = re.compile(rb'^"(Project|Report|POT|PO|Last|Language-Team|Generated)[-\w]*:.*\n', re.MULTILINE)  # of the header
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # so that compiling twice gives the same bytes
PLACES = {ROOT / "src": METHODS, Path(click.__file__).parent: METHODS[:1]}


def sentences() -> Iterator[str | tuple[str, ...]]:
    """Every sentence, once a place where it stands; a pair where it has a plural."""
    for folder, methods in PLACES.items():
        for _file, _line, message, _comments, _context in extract_from_dir(folder, methods):
            yield message
    for _name, section in Config():
        for field in type(section).model_fields.values():
            yield field.description or ""


def collected() -> Catalog:
    """The catalogue as it stands, with what src/ says today: new sentences empty, old ones gone."""
    template = Catalog()
    for message in sentences():
        template.add(message, flags=["python-brace-format"] if re.search(r"{\w*[:!}]", str(message)) else [])
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="vi")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """The sentences that have no Vietnamese yet."""
    return [str(message.id) for message in catalogue if message.id and not all(forms(message))]


def forms(message: Message) -> tuple[str, ...]:
    """A message's translations: one, for Vietnamese has no plural forms."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def as_po(catalogue: Catalog) -> bytes:
    """The text form, in alphabetical order, without dates or line numbers: it changes only when a sentence does."""
    file = io.BytesIO()
    catalogue.header_comment = (
        "# What a user reads, in Vietnamese. `make messages` keeps the list; the translations are written here."
    )
    write_po(file, catalogue, no_location=True, sort_output=True, width=130)
    return VOLATILE.sub(b"", file.getvalue())


def as_mo(catalogue: Catalog) -> bytes:
    """The form that gettext reads."""
    file = io.BytesIO()
    catalogue.creation_date = catalogue.revision_date = LONG_AGO
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> None:
    catalogue = collected()
    PO.write_bytes(as_po(catalogue))
    with PO.open("rb") as file:
        MO.write_bytes(as_mo(read_po(file, locale="vi")))
    missing = untranslated(catalogue)
    print(f"{len(catalogue)} sentences, {len(missing)} without a translation", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
