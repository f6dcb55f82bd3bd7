"""Odd but good files, each with the rows it holds: they must be read exactly."""

import csv
import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.data.forms import Rows, csv_of, jsonl_of, parquet_of, plant, rows, tar_of, tree_of

GOOD = rows(200)
FRENCH = [(f"très bon thé {i}, à goûter – « l’été »", ("bon", "mauvais")[i % 2]) for i in range(50)]
GERMAN = [(f"Der schöne Tee {i} schmeckt süß, für 3 €", ("gut", "schlecht")[i % 2]) for i in range(50)]
JAPANESE = [(f"とても美味しいお茶です {i}", ("good", "bad")[i % 2]) for i in range(50)]
VIETNAMESE = [(f"trà đặc biệt ngon, tuyệt vời {i}", ("tốt", "tệ")[i % 2]) for i in range(50)]
HARD = [('a "quote", a comma', "x"), ("two\nlines", "y"), (" \ttabs; and | bars ", "x"), ("U+2028 \u2028 U+0085 \x85", "y")] * 2


@dataclass(frozen=True)
class Odd:
    """A source `name`, odd as `what` says, laid out by `lay`; reading it with `keys` gives `rows` and tells of `note`."""

    what: str
    name: str
    lay: bytes | dict[str, bytes] | Callable[[Path], None]
    rows: Rows
    keys: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    rejected: Sequence[int | None] = ()

    def plant(self, folder: Path) -> None:
        if callable(self.lay):
            self.lay(folder)
        else:
            plant(folder, self.name, self.lay)


def odd() -> Iterator[tuple[str, Odd]]:
    """All of them, each under a name that tells what is odd."""
    for part in (encodings, dialects, compressed, partly_rejected, trees):
        for one in part():
            yield f"{part.__name__}: {one.what}", one


def encodings() -> Iterator[Odd]:
    for name, write in (("a.csv", csv_of), ("a.jsonl", raw_jsonl), ("a.csv.gz", csv_of)):
        text, pack = write(VIETNAMESE).decode(), gzip.compress if name.endswith(".gz") else bytes
        yield Odd(f"UTF-8 with a mark, {name}", name, pack(text.encode("utf-8-sig")), VIETNAMESE)
        for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
            yield Odd(f"{encoding} with a mark, {name}", name, pack(("\ufeff" + text).encode(encoding)), VIETNAMESE)
            yield Odd(f"{encoding} without, {name}", name, pack(text.encode(encoding)), VIETNAMESE, note=f"read as {encoding}")
    for encoding in ("utf-16-le", "utf-16-be"):
        yield Odd(
            f"Japanese in {encoding} without a mark", "a.csv", csv_of(JAPANESE).decode().encode(encoding), JAPANESE, note=encoding
        )
        yield Odd(
            f"English in {encoding} without a mark",
            "a.tsv",
            csv_of(GOOD, delimiter="\t").decode().encode(encoding),
            GOOD,
            note=encoding,
        )
    for language, some in (("French", FRENCH), ("German", GERMAN)):
        yield Odd(f"{language} in cp1252", "a.csv", csv_of(some).decode().encode("cp1252"), some, note="read as cp1252")
        yield Odd(
            f"{language} in cp1252, JSONL", "a.jsonl", raw_jsonl(some).decode().encode("cp1252"), some, note="read as cp1252"
        )
    yield Odd(
        "English quotes of Windows",
        "a.csv",
        b"text,label\r\nI don\x92t \x96 \x93never\x94,x\r\nna\xefve caf\xe9\x85,y\r\n",
        [("I don’t – “never”", "x"), ("naïve café…", "y")],
        note="cp1252",
    )
    mixed = csv_of(FRENCH) + csv_of(GERMAN).partition(b"\n")[2].decode().encode("cp1252")
    yield Odd("UTF-8 and cp1252, named", "a.csv", mixed, [*FRENCH, *GERMAN], {"encoding": "utf-8+cp1252"})
    yield Odd("Shift JIS, named", "a.csv", csv_of(JAPANESE).decode().encode("shift_jis"), JAPANESE, {"encoding": "shift_jis"})
    yield Odd("UTF-16 without a mark, named", "a.csv", csv_of(GOOD).decode().encode("utf-16-be"), GOOD, {"encoding": "utf-16"})
    yield Odd(
        "U+FFFD in the file itself",
        "a.csv",
        csv_of([("caf\ufffd", "x"), ("tea", "y")]),
        [("caf\ufffd", "x"), ("tea", "y")],
        note="1 rows hold U+FFFD",
    )


def dialects() -> Iterator[Odd]:
    for separator in ";|\t":
        yield Odd(f"split by {separator!r}", "a.csv", csv_of(HARD, delimiter=separator), HARD)
    yield Odd("commas in a .tsv", "a.tsv", csv_of(HARD), HARD)
    for ending in ("\n", "\r\n", "\r"):
        some = [row for row in HARD if ending != "\r" or "\n" not in row[0]]
        yield Odd(f"lines that end in {ending!r}", "A.CSV", csv_of(some, lineterminator=ending, quoting=csv.QUOTE_ALL), some)
    yield Odd("blank lines", "a.csv", b"\n\n" + csv_of(GOOD).replace(b"\r\n", b"\r\n \r\n\r\n"), GOOD)
    yield Odd(
        "a field of a megabyte", "a.csv", csv_of([("tea " * 250_000, "x"), ("tea", "y")]), [("tea " * 250_000, "x"), ("tea", "y")]
    )
    yield Odd("a header in NFD", "a.csv", "no\u0323\u0302i,label\na,x\n".encode(), [("a", "x")], {"text": "nội"})
    yield Odd("a name typed in NFD", "a.jsonl", '{"nội": "a", "label": "x"}'.encode(), [("a", "x")], {"text": "no\u0323\u0302i"})
    yield Odd("separators of lines in JSON", "a.ndjson", raw_jsonl(HARD), HARD)
    yield Odd("whole surrogate pairs", "a.jsonl", jsonl_of([("\U0001f375", "x")]), [("\U0001f375", "x")])
    yield Odd(
        "numbers and truth as labels",
        "a.jsonl",
        b'{"text": "a", "label": 1}\n{"text": "b", "label": true}\n',
        [("a", "1"), ("b", "true")],
    )


def compressed() -> Iterator[Odd]:
    yield Odd("gzip under another name", "a.csv", gzip.compress(csv_of(GOOD)), GOOD)
    yield Odd("no gzip under its name", "a.jsonl.gz", jsonl_of(GOOD), GOOD)
    yield Odd(
        "gzip in two members",
        "a.csv.gz",
        gzip.compress(csv_of(GOOD[:9])) + gzip.compress(csv_of(GOOD[9:]).partition(b"\n")[2]),
        GOOD,
    )
    yield Odd("Parquet", "a.PARQUET", parquet_of(GOOD), GOOD)
    yield Odd(
        "Parquet with numbers as labels", "a.parquet", parquet_of([("a", 1), ("b", 2)], "INTEGER"), [("a", "1"), ("b", "2")]
    )
    yield Odd("Parquet under a name with signs", "label=x/a*[1]'.parquet", parquet_of(GOOD), GOOD)
    yield Odd(
        "more than usual, allowed",
        "a.csv.gz",
        gzip.compress(csv_of([("tea " * 500_000, "x")])),
        [("tea " * 500_000, "x")],
        {"max_unpacked_mb": 3},
    )


def partly_rejected() -> Iterator[Odd]:
    yield Odd("one row in 201 too wide", "a.csv", csv_of(GOOD) + b"a,b,c\n", GOOD, note="left out 1 of 201", rejected=[202])
    yield Odd(
        "one line in 201 cut",
        "a.jsonl",
        jsonl_of(GOOD[:7]) + b'{"text":\n' + jsonl_of(GOOD[7:]),
        GOOD,
        note="left out 1 of 201",
        rejected=[8],
    )
    yield Odd(
        "one row in 201 without a text",
        "a.parquet",
        parquet_of([*GOOD, (None, "x")]),
        GOOD,
        note="left out 1 of 201",
        rejected=[201],
    )
    yield Odd(
        "half of the rows, allowed",
        "a.tsv",
        csv_of([("a", "x"), ("", "y")], delimiter="\t"),
        [("a", "x")],
        {"allow_rejects": 0.5},
        "1 of 2",
        [3],
    )
    tree = tree_of(GOOD) | {"good/z.txt": "bardzo gęsty, żółty".encode("cp1250")}
    yield Odd("one text in 201 in cp1250", "a", tree, by_label(GOOD), note="left out 1 of 201", rejected=[None])


def trees() -> Iterator[Odd]:
    tree, ordered = tree_of(GOOD), by_label(GOOD)
    texts = {f"{label}/{i:03}.txt": text.encode("cp1252") for i, (text, label) in enumerate(FRENCH)}
    yield Odd("texts in cp1252", "a", texts, by_label(FRENCH), note="50 files read as cp1252")
    yield Odd(
        "texts in UTF-16",
        "a.tgz",
        tar_of({f"{label}/{i:03}.txt": text.encode("utf-16") for i, (text, label) in enumerate(FRENCH)}),
        by_label(FRENCH),
    )
    yield Odd("an archive of ./", "a.tar.gz", tar_of({f"./box/{path}": content for path, content in tree.items()}), ordered)
    hidden = {".ipynb_checkpoints/1.txt": b"tea", "__MACOSX/good/._1.txt": b"tea", "good/.cache/1.txt": b"tea"}
    yield Odd(
        "hidden folders", "a", tree | hidden, ordered, note="3 files in hidden folders: .cache, .ipynb_checkpoints, __MACOSX"
    )
    yield Odd("hidden folders in an archive", "a.tar.gz", tar_of(tree | hidden), ordered, note="3 files in hidden folders")
    for names in (("train", "test"), ("Train", "Test"), ("TRAIN", "dev", "Test"), ("training", "validation", "testing")):
        parts = {f"{name}/{path}": name.encode() + b" " + content for name in names for path, content in tree.items()}
        read = [(f"{names[-1]} {text}", label) for text, label in ordered]
        yield Odd(
            f"the parts {' '.join(names)}",
            "a",
            parts,
            read,
            note=f"read its test part, 200 rows, and none of the other {200 * (len(names) - 1)}",
        )
    yield Odd(
        "train and val",
        "a",
        {f"{name}/{path}": content for name in ("train", "val") for path, content in tree.items()},
        ordered,
        note="validation part",
    )
    yield Odd(
        "labels named as a part",
        "a",
        {"train/1.txt": b"a train", "plane/1.txt": b"a plane"},
        [("a plane", "plane"), ("a train", "train")],
    )
    yield Odd("links to labels, circles, links to nothing", "a", linked, ordered, note="lead nowhere: gone.txt")


def linked(folder: Path) -> None:
    plant(folder, "elsewhere", tree_of(GOOD))
    (folder / "a").mkdir()
    (folder / "a" / "bad").mkdir()
    for text in (folder / "elsewhere" / "bad").iterdir():
        (folder / "a" / "bad" / text.name).symlink_to(text)
    (folder / "a" / "good").symlink_to("../elsewhere/good", target_is_directory=True)
    (folder / "elsewhere" / "good" / "again").symlink_to(folder / "a", target_is_directory=True)
    (folder / "a" / "bad" / "gone.txt").symlink_to("nowhere")
    os.mkfifo(folder / "a" / "bad" / "pipe.txt")


def raw_jsonl(some: Rows) -> bytes:
    return "".join(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n" for text, label in some).encode()


def by_label(some: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """In the order of a folder's files, where each has the number of its row."""
    return sorted(some, key=lambda row: (row[1], some.index(row)))
