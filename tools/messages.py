"""Collects every sentence a user reads into the Vietnamese catalogue, and compiles it: `make messages`.

They come from `_()` in src/ (Python and Jinja), from the descriptions of the configuration's keys, and from Click, which
takes its own sentences from the same catalogue.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bptt.config import Config
from bptt.messages import LOCALE

ROOT = Path(__file__).parents[1]
PO, MO = (LOCALE / "vi" / "LC_MESSAGES" / f"bptt.{ending}" for ending in ("po", "mo"))
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
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


def as_po(catalogue: Catalog) -> bytes:
    """The text form, in alphabetical order, without dates or line numbers: it changes only when a sentence does."""
    file = io.BytesIO()
    write_po(file, catalogue, no_location=True, omit_header=False, sort_output=True, width=130, include_previous=False)
    return re.sub(
        rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team):.*\n',
        b"",
        file.getvalue(),
        flags=re.M,
    )


def as_mo(catalogue: Catalog) -> bytes:
    """The form that gettext reads."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> None:
    catalogue = collected()
    PO.write_bytes(as_po(catalogue))
    with PO.open("rb") as file:
        MO.write_bytes(as_mo(read_po(file, locale="vi")))
    missing = [message.id for message in catalogue if message.id and not message.string]
    print(f"{len(catalogue)} sentences, {len(missing)} without a translation", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
