"""Files whose bytes are not the text they should be: archives cut short, bombs, encodings that nobody can be sure of."""

import gzip
import tarfile
from collections.abc import Iterator

from tests.data.bad import CHINESE, CZECH, FRENCH, GOOD, JAPANESE, POLISH, RUSSIAN, Bad
from tests.data.forms import csv_of, gzipped, jsonl_of, parquet_of, rows, tar_of, tree_of, tsv_of


def broken_archives() -> Iterator[Bad]:
    """Files inside files: cut short, of another form, and bombs."""
    for name, write, code in (
        ("a.csv.gz", gzipped(csv_of), "data.gzip"),
        ("a.jsonl.gz", gzipped(jsonl_of), "data.gzip"),
        ("a.parquet", parquet_of, "data.parquet"),
    ):
        whole = write(GOOD)
        yield Bad("half a file", name, whole[: len(whole) // 2], code, [name, "not a whole"])
        yield Bad("a wrong byte", name, whole[:60] + bytes([whole[60] ^ 255]) + whole[61:-9] + b"\xff" * 9, code, ["not a whole"])
    archive = tar_of(tree_of(GOOD))
    yield Bad("half a file", "a.tar.gz", archive[: len(archive) // 2], "data.archive", ["not a whole .tar.gz"])
    yield Bad("gzip inside gzip", "a.csv.gz", gzip.compress(gzip.compress(csv_of(GOOD))), "data.encoding", ["this is gzip"])
    yield Bad("a table, not an archive", "a.tar.gz", gzip.compress(csv_of(GOOD)), "data.archive", ["not a whole .tar.gz"])
    yield Bad("text, not Parquet", "a.parquet", csv_of(GOOD), "data.parquet", ["not a whole Parquet file"])
    yield Bad("nothing", "a.parquet", b"", "data.empty-file", ["a.parquet"])
    megabyte = gzip.compress(b"a" * 10**6)
    yield Bad(
        "a bomb",
        "a.csv.gz",
        gzip.compress(b"text,label\n") + megabyte * 600,
        "data.too-big",
        ["500 MB", "--data.max_unpacked_mb 5000"],
    )
    yield Bad("a smaller bomb", "a.jsonl.gz", megabyte * 6, "data.too-big", ["more than 5 MB"], ("--data.max_unpacked_mb", "5"))
    yield Bad(
        "a bomb",
        "a.parquet",
        parquet_of([("tea " * 25_000, "good")] * 60),
        "data.too-big",
        ["more than 5 MB"],
        ("--data.max_unpacked_mb", "5"),
    )
    for name in ("box/pos/1.txt", "box/other.bin"):
        entry = tarfile.TarInfo(name)
        entry.size = 2 * 10**9
        bomb = gzip.compress(entry.tobuf()) + megabyte * 600 + gzip.compress(b"")
        yield Bad(f"a bomb as {name}", "a.tar.gz", bomb, "data.too-big", ["500 MB"])


def encodings() -> Iterator[Bad]:
    """Bytes that no one can be sure of: refused with the byte and a flag that reads them."""
    for some, encoding in (
        (POLISH, "cp1250"),
        (CZECH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (JAPANESE, "shift_jis"),
        (CHINESE, "gb18030"),
    ):
        for name, write in (("a.csv", csv_of), ("a.tsv", tsv_of)):
            content = write(some).decode().encode(encoding)
            yield Bad(
                f"{encoding} {some[0][0]}", name, content, "data.encoding", ["byte ", "line 2", "--data.encoding", encoding]
            )
    for some, encoding in ((RUSSIAN, "koi8_r"), (FRENCH, "mac_roman"), (FRENCH, "cp850")):
        content = csv_of(some).decode().encode(encoding)
        yield Bad(encoding, "a.csv", content, "data.encoding", ["byte ", "line 2", "--data.encoding"])
    polish = ["gęsty miód", *(text for text, _label in POLISH[:2])]  # the first alone would pass for Portuguese
    tree = tree_of(GOOD) | {f"good/x{i}.txt": text.encode("cp1250") for i, text in enumerate(polish)}
    said = ["3 of 103", "good/x0.txt", "byte ", "--data.encoding"]
    yield Bad("three texts in cp1250", "a", tree, "data.unusable-rows", said)
    yield Bad("three texts in cp1250", "a.tar.gz", tar_of(tree), "data.unusable-rows", said)


def mixtures() -> Iterator[Bad]:
    """Two encodings in one file, one cut short, or another than was named."""

    def one(what: str, content: bytes, *said: str, named: str = "", name: str = "a.csv") -> Bad:
        return Bad(what, name, content, "data.encoding", said, ("--data.encoding", named) if named else ())

    utf8, cp1252, mark = csv_of(FRENCH), csv_of(FRENCH).decode().encode("cp1252"), b"\xef\xbb\xbf"
    utf16 = csv_of(GOOD).decode().encode("utf-16")
    flag = "--data.encoding utf-8+cp1252"
    yield one("UTF-8 and then cp1252", utf8 + cp1252, f"byte {len(utf8) + 15}", "line 103", flag)
    yield one("cp1252 and then UTF-8", gzip.compress(cp1252 + utf8), "byte 15", "line 2", flag, name="a.csv.gz")
    yield one("cp1252 behind the mark of UTF-8", mark + cp1252, "byte 18", "line 2")
    yield one("cp1252 that lacks a byte", cp1252 + b"th\x81,bon\n", "line 2")
    yield one("UTF-16 and then UTF-8", utf16 + csv_of(GOOD), f"byte {len(utf16)}", "does not fit UTF-16")
    yield one("UTF-16 cut in a character", utf16[:-1], f"byte {len(utf16) - 2}", "does not fit UTF-16")
    yield Bad("UTF-8 and then UTF-16", "a.csv", csv_of(GOOD) + utf16[2:], "data.unusable-rows", ["NUL"])
    yield one("the wrong encoding named", cp1252, "byte 15", "does not fit UTF-8", "cp1252", named="utf-8")
    yield one("an encoding against the mark", mark + utf8, "mark of utf-8", named="cp1252")
    yield one("UTF-16 named for UTF-8", csv_of(rows(101)), "does not fit UTF-16", named="utf-16")


def not_text() -> Iterator[Bad]:
    """Other files under the name of a table, and names of no form that is known."""
    for form, magic in {
        "zip": b"PK\x03\x04",
        ".xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "xz": b"\xfd7zXZ\0",
        "PDF": b"%PDF-1.7",
        "Parquet": b"PAR1",
    }.items():
        yield Bad(form, "a.csv", magic + bytes(range(256)) * 9, "data.encoding", [f"this is {form}"])
    yield Bad(
        "random bytes", "a.jsonl", bytes(range(254, 0, -1)) * 40, "data.encoding", ["byte 0", "0xfe", "No usual encoding fits"]
    )
    for name in ("a.xlsx", "a.json", "a.txt", "a.zip", "a", "a.parquet.gz"):
        yield Bad("no known form", name, csv_of(GOOD), "data.unknown-form", [".jsonl", ".parquet"])
