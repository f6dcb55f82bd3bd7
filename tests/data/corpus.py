"""Bad files a person may bring, each with the answer it must get: an error code and what the message must say."""

import gzip
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.data.forms import FORMS, csv_of, gzipped, jsonl_of, parquet_of, rows, tar_of, tree_of, tsv_of

GOOD = rows()
FRENCH = [(f"très bon thé {i}, à goûter", ("bon", "mauvais")[i % 2]) for i in range(100)]
POLISH = [(f"bardzo dobra książka, świetny gęsty żółty miód {i}", ("tak", "nie")[i % 2]) for i in range(100)]
CZECH = [(f"příliš žluťoučký kůň {i}", ("ano", "ne")[i % 2]) for i in range(100)]
RUSSIAN = [(f"очень хороший чай {i}", ("да", "нет")[i % 2]) for i in range(100)]
JAPANESE = [(f"とても美味しいお茶です {i}", ("good", "bad")[i % 2]) for i in range(100)]
CHINESE = [(f"这个茶叶非常好喝 {i}", ("good", "bad")[i % 2]) for i in range(100)]
VIETNAMESE = [(f"trà đặc biệt ngon, tuyệt vời {i}", ("good", "bad")[i % 2]) for i in range(100)]


@dataclass(frozen=True)
class Bad:
    """A file or folder `name` of `content`; training on it must end with `code` and say each of `said`."""

    name: str
    content: bytes | dict[str, bytes]
    code: str
    said: Sequence[str]
    options: Sequence[str] = ()


def bad() -> Iterator[tuple[str, Bad]]:
    """All of them, each under a name that tells what is wrong."""
    for part in (
        unusable,
        untrainable,
        broken_tables,
        broken_json,
        broken_archives,
        encodings,
        not_text,
        folders,
        refused_options,
    ):
        for name, one in part():
            yield f"{part.__name__}: {name} in {one.name}", one


def unusable() -> Iterator[tuple[str, Bad]]:
    """More than 1 % of the rows lack what training needs, in every form."""
    for name, write in FORMS.items():
        yield (
            "two of a hundred without a text",
            Bad(
                name,
                write([*GOOD, ("", "good"), ("  ", "bad")]),
                "data.unusable-rows",
                ["2 of 102", "has no text", "1 %", "--allow-rejects 0.0197"],
            ),
        )
        yield (
            "no text anywhere",
            Bad(name, write([(" \t", label) for _text, label in GOOD]), "data.unusable-rows", ["100 of 100", "has no text"]),
        )
        if name not in ("a", "a.tar.gz"):
            yield (
                "two labels missing",
                Bad(name, write([*GOOD, ("tea", None), ("tea", " ")]), "data.unusable-rows", ["2 of 102", "has no label"]),
            )
            yield (
                "no label anywhere",
                Bad(name, write([(text, None) for text, _label in GOOD]), "data.unusable-rows", ["100 of 100", "has no label"]),
            )
        if name != "a.parquet":  # DuckDB itself cannot write one
            yield (
                "NUL characters",
                Bad(name, write([*GOOD, ("te\0a", "good"), ("\0", "bad")]), "data.unusable-rows", ["2 of 102", "NUL"]),
            )


def untrainable() -> Iterator[tuple[str, Bad]]:
    """Rows that are whole, but teach nothing, in every form."""
    for name, write in FORMS.items():
        if name in ("a", "a.tar.gz"):
            yield "a single class", Bad(name, write(rows(labels=["good"])), "data.no-label-folders", ["two folders"])
        else:
            yield "a single class", Bad(name, write(rows(labels=["good"])), "data.single-class", ['"good"'])
        yield "a class of one row", Bad(name, write([*GOOD, ("rare tea", "odd")]), "data.too-few-rows", ["odd (1)"])
        yield (
            "a class of copies",
            Bad(name, write([*GOOD, ("rare tea", "odd"), ("Rare  tea", "odd")]), "data.too-few-rows", ["odd (1)"]),
        )
        many = [(f"tea {i}", f"kind {i // 2}") for i in range(2002)]
        yield "1,001 classes", Bad(name, write(many), "data.too-many-classes", ["1001 classes", "group the classes"])
    numbers = [(f"tea {i}", str(i / 4)) for i in range(1200)]
    yield "a quantity", Bad("n.csv", csv_of(numbers), "data.too-many-classes", ["regression"])


def broken_tables() -> Iterator[tuple[str, Bad]]:
    """Separators, quotes and headers."""
    for name, write in (("a.csv", csv_of), ("a.tsv", tsv_of)):
        whole, separator = write(GOOD), {"a.csv": b",", "a.tsv": b"\t"}[name]
        yield (
            "rows too wide",
            Bad(
                name,
                whole + (b"x" + separator) * 2 + b"y\n" + (b"x" + separator) * 3 + b"y\n",
                "data.unusable-rows",
                [f"{name}:102 has 3 fields, the header has 2", f"{name}:103 has 4"],
            ),
        )
        yield "rows too short", Bad(name, whole + b"x\ny\n", "data.unusable-rows", [f"{name}:102 has 1 fields"])
        yield "a quote never closed", Bad(name, whole + b'"tea' + separator + b"good\ntea,bad\n", "data.quotes", ["line 102"])
        yield (
            "a quote inside a quoted field",
            Bad(name, whole + b'"the "best" tea"' + separator + b"good\n", "data.quotes", ["line 102", '""']),
        )
        yield "nothing", Bad(name, b"", "data.empty-file", [name])
        yield "blanks", Bad(name, b"\xef\xbb\xbf \n\n", "data.empty-file", [name])
        yield "a header alone", Bad(name, write([]), "data.no-rows", [name])
        yield "no header", Bad(name, whole.partition(b"\n")[2], "data.missing-column", ['"text"'])
        yield "a column twice", Bad(name, b"text" + separator + b"text\n" + whole, "data.repeated-column", ["text"])
        yield (
            "the same column in NFC and NFD",
            Bad(name, "đẹp{0}label{0}đe\u0323p\n".format(separator.decode()).encode() + whole, "data.repeated-column", ["đẹp"]),
        )
    yield (
        "quotes closed rows later, gzipped",
        Bad("a.csv.gz", gzip.compress(csv_of(GOOD) + b'"tea,good\ntea,"bad"\n'), "data.quotes", ["line 102"]),
    )
    yield "backslashes before quotes", Bad("a.csv", csv_of(GOOD) + b'"the \\"best\\" tea",good\n', "data.quotes", ["line 102"])
    yield (
        "a column in another case",
        Bad("a.csv", csv_of(GOOD, header=("Text", "label")), "data.missing-column", ['Did you mean "Text"?']),
    )
    gaps = b"text,label\na,x\n,x\nb,\n <br />&nbsp;,y\n"
    yield (
        "gaps",
        Bad(
            "a.csv", gaps, "data.unusable-rows", ["3 of 4", "a.csv:3 has no text", "a.csv:4 has no label", "a.csv:5 has no text"]
        ),
    )
    yield "one column", Bad("a.csv", b"text\n" + b"tea\n" * 9, "data.missing-column", ['"label"'])


def broken_json() -> Iterator[tuple[str, Bad]]:
    """Lines that are no objects; two of them, where 1 % is one."""
    whole = jsonl_of(GOOD)
    for what, line, said in [
        ("cut lines", b'{"text": "te', "not a JSON object"),
        ("lists", b'["tea", "good"]', "it holds a list"),
        ("NaN", b'{"text": "tea", "label": NaN}', "NaN is not JSON"),
        ("a key twice", b'{"text": "tea", "text": "coffee", "label": "good"}', "a key stands twice"),
        ("half of a surrogate pair", b'{"text": "te\\ud800a", "label": "good"}', "surrogate"),
        ("half of a surrogate pair elsewhere", b'{"text": "tea", "label": "good", "x": "\\udfff"}', "surrogate"),
        ("depth", b"[" * 100_000, "not a JSON object"),
        ("a number of 5,000 digits", b'{"text": "a", "label": ' + b"1" * 5000 + b"}", "not a JSON object"),
        ("text of another type", b'{"text": ["tea"], "label": "good"}', "type list"),
        ("label of another type", b'{"text": "tea", "label": {"a": 1}}', "type dict"),
        ("no such keys", b'{"Text": "tea"}', "has no text"),
    ]:
        yield what, Bad("a.jsonl", whole + (line + b"\n") * 2, "data.unusable-rows", ["2 of 102", "a.jsonl:101", said])
    cut = b'{"text": "te\n' * 2
    yield "cut lines", Bad("a.jsonl.gz", gzip.compress(whole + cut), "data.unusable-rows", ["2 of 102"])
    yield "cut lines", Bad("a.ndjson", whole + cut, "data.unusable-rows", ["2 of 102"])
    yield (
        "an array",
        Bad(
            "a.jsonl",
            b'[\n{"text": "tea", "label": "good"},\n{"text": "tea", "label": "good"}\n]',
            "data.unusable-rows",
            ["3 of 4"],
        ),
    )


def broken_archives() -> Iterator[tuple[str, Bad]]:
    """Files inside files: cut short, of another form, and bombs."""
    for name, write, code in (
        ("a.csv.gz", gzipped(csv_of), "data.gzip"),
        ("a.jsonl.gz", gzipped(jsonl_of), "data.gzip"),
        ("a.parquet", parquet_of, "data.parquet"),
    ):
        whole = write(GOOD)
        yield "half a file", Bad(name, whole[: len(whole) // 2], code, [name, "not a whole"])
        yield "a wrong byte", Bad(name, whole[:60] + bytes([whole[60] ^ 255]) + whole[61:-9] + b"\xff" * 9, code, ["not a whole"])
    archive = tar_of(tree_of(GOOD))
    yield "half a file", Bad("a.tar.gz", archive[: len(archive) // 2], "data.archive", ["not a whole .tar.gz"])
    yield "gzip inside gzip", Bad("a.csv.gz", gzip.compress(gzip.compress(csv_of(GOOD))), "data.encoding", ["this is gzip"])
    yield "a table, not an archive", Bad("a.tar.gz", gzip.compress(csv_of(GOOD)), "data.archive", ["not a whole .tar.gz"])
    yield "text, not Parquet", Bad("a.parquet", csv_of(GOOD), "data.parquet", ["not a whole Parquet file"])
    yield "nothing", Bad("a.parquet", b"", "data.empty-file", ["a.parquet"])
    megabyte = gzip.compress(b"a" * 10**6)
    yield (
        "a bomb",
        Bad(
            "a.csv.gz", gzip.compress(b"text,label\n") + megabyte * 600, "data.too-big", ["500 MB", "--data.max_unpacked_mb 5000"]
        ),
    )
    yield "a smaller bomb", Bad("a.jsonl.gz", megabyte * 6, "data.too-big", ["more than 5 MB"], ("--data.max_unpacked_mb", "5"))
    yield (
        "a bomb",
        Bad(
            "a.parquet",
            parquet_of([("tea " * 25_000, "good")] * 60),
            "data.too-big",
            ["more than 5 MB"],
            ("--data.max_unpacked_mb", "5"),
        ),
    )
    for name in ("box/pos/1.txt", "box/other.bin"):
        entry = tarfile.TarInfo(name)
        entry.size = 2 * 10**9
        bomb = gzip.compress(entry.tobuf()) + megabyte * 600 + gzip.compress(b"")
        yield f"a bomb as {name}", Bad("a.tar.gz", bomb, "data.too-big", ["500 MB"])


def encodings() -> Iterator[tuple[str, Bad]]:
    """Bytes that no one can be sure of: refused with the byte and a flag that reads them."""
    for rows_, encoding in (
        (POLISH, "cp1250"),
        (CZECH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (JAPANESE, "shift_jis"),
        (CHINESE, "gb18030"),
        (FRENCH, "mac_roman"),
        (FRENCH, "cp850"),
    ):
        flag = [encoding] if encoding not in ("koi8_r", "mac_roman", "cp850") else []
        for name, write in (("a.csv", csv_of), ("a.tsv", tsv_of)):
            yield (
                encoding,
                Bad(name, write(rows_).decode().encode(encoding), "data.encoding", ["byte ", "line 2", "--data.encoding", *flag]),
            )
    utf8, cp1252 = csv_of(FRENCH), csv_of(FRENCH).decode().encode("cp1252")
    yield (
        "UTF-8 and then cp1252",
        Bad("a.csv", utf8 + cp1252, "data.encoding", [f"byte {len(utf8) + 15}", "line 103", "--data.encoding utf-8+cp1252"]),
    )
    yield (
        "cp1252 and then UTF-8",
        Bad("a.csv.gz", gzip.compress(cp1252 + utf8), "data.encoding", ["byte 15", "line 2", "--data.encoding utf-8+cp1252"]),
    )
    yield "cp1252 behind the mark of UTF-8", Bad("a.csv", b"\xef\xbb\xbf" + cp1252, "data.encoding", ["byte 18", "line 2"])
    yield (
        "UTF-16 and then UTF-8",
        Bad("a.csv", csv_of(GOOD).decode().encode("utf-16") + csv_of(GOOD), "data.encoding", ["does not fit UTF-16"]),
    )
    yield (
        "UTF-16 cut in a character",
        Bad("a.csv", csv_of(GOOD).decode().encode("utf-16")[:-1], "data.encoding", ["does not fit UTF-16"]),
    )
    yield (
        "UTF-8 and then UTF-16",
        Bad("a.csv", csv_of(GOOD) + csv_of(GOOD).decode().encode("utf-16-le"), "data.unusable-rows", ["NUL"]),
    )
    yield (
        "the wrong encoding named",
        Bad("a.csv", cp1252, "data.encoding", ["byte 15", "does not fit UTF-8", "cp1252"], ("--data.encoding", "utf-8")),
    )
    yield (
        "an encoding against the mark",
        Bad("a.csv", b"\xef\xbb\xbf" + utf8, "data.encoding", ["mark of utf-8"], ("--data.encoding", "cp1252")),
    )
    yield (
        "UTF-16 named for UTF-8",
        Bad("a.csv", csv_of(rows(101)), "data.encoding", ["does not fit UTF-16"], ("--data.encoding", "utf-16")),
    )
    yield "cp1252 that lacks a byte", Bad("a.csv", cp1252 + b"th\x81,bon\n", "data.encoding", ["line 2"])
    for name in ("a", "a.tar.gz"):
        tree = tree_of(GOOD) | {f"good/x{i}.txt": text.encode("cp1250") for i, (text, _label) in enumerate(POLISH[:3])}
        yield (
            "three texts in cp1250",
            Bad(
                name,
                tree if name == "a" else tar_of(tree),
                "data.unusable-rows",
                ["3 of 103", "good/x0.txt", "byte ", "--data.encoding"],
            ),
        )


def not_text() -> Iterator[tuple[str, Bad]]:
    """Other files under the name of a table, and names of no form that is known."""
    for form, magic in {
        "zip": b"PK\x03\x04",
        ".xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "xz": b"\xfd7zXZ\0",
        "PDF": b"%PDF-1.7",
        "Parquet": b"PAR1",
    }.items():
        yield form, Bad("a.csv", magic + bytes(range(256)) * 9, "data.encoding", [f"this is {form}"])
    yield (
        "random bytes",
        Bad("a.jsonl", bytes(range(254, 0, -1)) * 40, "data.encoding", ["byte 0", "0xfe", "No usual encoding fits"]),
    )
    for name in ("a.xlsx", "a.json", "a.txt", "a.zip", "a", "a.parquet.gz"):
        yield "no known form", Bad(name, csv_of(GOOD), "data.unknown-form", [".jsonl", ".parquet"])


def folders() -> Iterator[tuple[str, Bad]]:
    """Parts of a split that are not whole, and labels that are none."""
    tree = tree_of(GOOD)

    def within(*names: str) -> dict[str, bytes]:
        return {f"{name}/{path}": content + name.encode() for name in names for path, content in tree.items()}

    for names in (
        ("test", "dev"),
        ("train", "val", "valid"),
        ("train", "Train", "test"),
        ("train", "test", "extra"),
        ("train", "extra"),
    ):
        yield "parts " + " ".join(names), Bad("a", within(*names), "data.parts", [", ".join(sorted(names))])
    yield "labels beside a part", Bad("a.tar.gz", tar_of(tree | within("valid")), "data.parts", ["bad, good, valid"])
    yield (
        "the test part has another label",
        Bad("a", within("train", "test") | {"test/odd/1.txt": b"tea"}, "data.unknown-label", ["odd"]),
    )
    yield (
        "the validation part has another label",
        Bad("a", within("train", "dev") | {"dev/odd/1.txt": b"tea"}, "data.unknown-label", ["odd"]),
    )
    yield (
        "a part without texts",
        Bad("a", within("train") | {"test/good/1.txt": b" "}, "data.no-rows", ["a"], ("--allow-rejects", "1")),
    )
    yield (
        "a test part that holds all of validation",
        Bad(
            "a",
            within("train") | {f"{part}/{path}": content for part in ("dev", "test") for path, content in tree.items()},
            "data.too-few-rows",
            ["test part"],
        ),
    )
    yield "hidden folders alone", Bad("a", within(".ipynb_checkpoints", "__MACOSX"), "data.no-label-folders", ["none"])
    yield (
        "a label and a hidden folder",
        Bad("a.tar.gz", tar_of({"good/1.txt": b"tea", ".git/1.txt": b"tea"}), "data.no-label-folders", ["good"]),
    )
    yield "no texts", Bad("a", {"good/1.csv": b"tea", "bad/1.md": b"tea"}, "data.no-label-folders", ["none"])


def refused_options() -> Iterator[tuple[str, Bad]]:
    """Options that do not fit the file."""
    whole = csv_of(GOOD)
    yield (
        "no such encoding",
        Bad("a.csv", whole, "config.invalid", ["data.encoding", '"klingon"'], ("--data.encoding", "klingon")),
    )
    yield (
        "an encoding of bytes",
        Bad("a.csv", whole, "config.invalid", ["data.encoding", '"rot13"'], ("--data.encoding", "rot13")),
    )
    yield "a share above all", Bad("a.csv", whole, "config.invalid", ["data.allow_rejects", "2"], ("--allow-rejects", "2"))
    yield (
        "one share too few",
        Bad("a.csv", whole + b"x\n" * 3, "data.unusable-rows", ["3 of 103", "2 %"], ("--allow-rejects", "0.02")),
    )
    yield (
        "a share given twice",
        Bad("a.csv", whole, "usage", ["data.allow_rejects"], ("--allow-rejects", "0.1", "--data.allow_rejects", "0.2")),
    )
    yield "columns", Bad("a.tar.gz", tar_of(tree_of(GOOD)), "data.columns-not-used", ["--text"], ("--text", "text"))
