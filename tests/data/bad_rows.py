"""Files whose bytes are text and whose rows will not do: too many gaps, nothing to learn, broken tables and folders."""

import gzip
from collections.abc import Iterator

from tests.data.bad import GOOD, Bad
from tests.data.forms import FORMS, csv_of, jsonl_of, rows, tar_of, tree_of, tsv_of


def unusable() -> Iterator[Bad]:
    """More than 1 % of the rows lack what training needs, in every form."""
    for name, write in FORMS.items():
        yield Bad(
            "two of a hundred without a text",
            name,
            write([*GOOD, ("", "good"), ("  ", "bad")]),
            "data.unusable-rows",
            ["2 of 102", "has no text", "1 %", "--allow-rejects 0.0197"],
        )
        yield Bad(
            "no text anywhere",
            name,
            write([(" \t", label) for _text, label in GOOD]),
            "data.unusable-rows",
            ["100 of 100", "has no text"],
        )
        if name not in ("a", "a.tar.gz"):
            yield Bad(
                "two labels missing",
                name,
                write([*GOOD, ("tea", None), ("tea", " ")]),
                "data.unusable-rows",
                ["2 of 102", "has no label"],
            )
            yield Bad(
                "no label anywhere",
                name,
                write([(text, None) for text, _label in GOOD]),
                "data.unusable-rows",
                ["100 of 100", "has no label"],
            )
        if name != "a.parquet":  # DuckDB itself cannot write one
            yield Bad(
                "NUL characters",
                name,
                write([*GOOD, ("te\0a", "good"), ("\0", "bad")]),
                "data.unusable-rows",
                ["2 of 102", "NUL"],
            )


def untrainable() -> Iterator[Bad]:
    """Rows that are whole, but teach nothing, in every form."""
    for name, write in FORMS.items():
        if name in ("a", "a.tar.gz"):
            yield Bad("a single class", name, write(rows(labels=["good"])), "data.no-label-folders", ["two folders"])
        else:
            yield Bad("a single class", name, write(rows(labels=["good"])), "data.single-class", ['"good"'])
        yield Bad("a class of one row", name, write([*GOOD, ("rare tea", "odd")]), "data.too-few-rows", ["odd (1)"])
        yield Bad(
            "a class of copies", name, write([*GOOD, ("rare tea", "odd"), ("Rare  tea", "odd")]), "data.too-few-rows", ["odd (1)"]
        )
        many = [(f"tea {i}", f"kind {i // 2}") for i in range(2002)]
        yield Bad("1,001 classes", name, write(many), "data.too-many-classes", ["1001 classes", "group the classes"])
    numbers = [(f"tea {i}", str(i / 4)) for i in range(1200)]
    yield Bad("a quantity", "n.csv", csv_of(numbers), "data.too-many-classes", ["--task regress"])


def broken_tables() -> Iterator[Bad]:
    """Separators, quotes and headers."""
    for name, write in (("a.csv", csv_of), ("a.tsv", tsv_of)):
        whole, separator = write(GOOD), {"a.csv": b",", "a.tsv": b"\t"}[name]
        yield Bad(
            "rows too wide",
            name,
            whole + (b"x" + separator) * 2 + b"y\n" + (b"x" + separator) * 3 + b"y\n",
            "data.unusable-rows",
            [f"{name}:102 has 3 fields, the header has 2", f"{name}:103 has 4"],
        )
        yield Bad("rows too short", name, whole + b"x\ny\n", "data.unusable-rows", [f"{name}:102 has 1 fields"])
        yield Bad("a quote never closed", name, whole + b'"tea' + separator + b"good\ntea,bad\n", "data.quotes", ["line 102"])
        yield Bad(
            "a quote inside a quoted field",
            name,
            whole + b'"the "best" tea"' + separator + b"good\n",
            "data.quotes",
            ["line 102", '""'],
        )
        yield Bad("nothing", name, b"", "data.empty-file", [name])
        yield Bad("blanks", name, b"\xef\xbb\xbf \n\n", "data.empty-file", [name])
        yield Bad("a header alone", name, write([]), "data.no-rows", [name])
        yield Bad("no header", name, whole.partition(b"\n")[2], "data.missing-column", ['"text"'])
        yield Bad("a column twice", name, b"text" + separator + b"text\n" + whole, "data.repeated-column", ["text"])
        yield Bad(
            "the same column in NFC and NFD",
            name,
            "đẹp{0}label{0}đe\u0323p\n".format(separator.decode()).encode() + whole,
            "data.repeated-column",
            ["đẹp"],
        )
    yield Bad(
        "quotes closed rows later, gzipped",
        "a.csv.gz",
        gzip.compress(csv_of(GOOD) + b'"tea,good\ntea,"bad"\n'),
        "data.quotes",
        ["line 102"],
    )
    yield Bad("backslashes before quotes", "a.csv", csv_of(GOOD) + b'"the \\"best\\" tea",good\n', "data.quotes", ["line 102"])
    yield Bad(
        "a column in another case",
        "a.csv",
        csv_of(GOOD, header=("Text", "label")),
        "data.missing-column",
        ['Did you mean "Text"?'],
    )
    gaps = b"text,label\na,x\n,x\nb,\n <br />&nbsp;,y\n"
    yield Bad(
        "gaps",
        "a.csv",
        gaps,
        "data.unusable-rows",
        ["3 of 4", "a.csv:3 has no text", "a.csv:4 has no label", "a.csv:5 has no text"],
    )
    yield Bad("one column", "a.csv", b"text\n" + b"tea\n" * 9, "data.missing-column", ['"label"'])


def broken_json() -> Iterator[Bad]:
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
        yield Bad(what, "a.jsonl", whole + (line + b"\n") * 2, "data.unusable-rows", ["2 of 102", "a.jsonl:101", said])
    cut = b'{"text": "te\n' * 2
    yield Bad("cut lines", "a.jsonl.gz", gzip.compress(whole + cut), "data.unusable-rows", ["2 of 102"])
    yield Bad("cut lines", "a.ndjson", whole + cut, "data.unusable-rows", ["2 of 102"])
    yield Bad(
        "an array",
        "a.jsonl",
        b'[\n{"text": "tea", "label": "good"},\n{"text": "tea", "label": "good"}\n]',
        "data.unusable-rows",
        ["3 of 4"],
    )


def folders() -> Iterator[Bad]:
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
        yield Bad("parts " + " ".join(names), "a", within(*names), "data.parts", [", ".join(sorted(names))])
    yield Bad("labels beside a part", "a.tar.gz", tar_of(tree | within("valid")), "data.parts", ["bad, good, valid"])
    yield Bad(
        "the test part has another label",
        "a",
        within("train", "test") | {"test/odd/1.txt": b"tea"},
        "data.unknown-label",
        ["odd"],
    )
    yield Bad(
        "the validation part has another label",
        "a",
        within("train", "dev") | {"dev/odd/1.txt": b"tea"},
        "data.unknown-label",
        ["odd"],
    )
    yield Bad(
        "a part without texts", "a", within("train") | {"test/good/1.txt": b" "}, "data.no-rows", ["a"], ("--allow-rejects", "1")
    )
    yield Bad(
        "a test part that holds all of validation",
        "a",
        within("train") | {f"{part}/{path}": content for part in ("dev", "test") for path, content in tree.items()},
        "data.too-few-rows",
        ["test part"],
    )
    yield Bad("hidden folders alone", "a", within(".ipynb_checkpoints", "__MACOSX"), "data.no-label-folders", ["none"])
    yield Bad(
        "a label and a hidden folder",
        "a.tar.gz",
        tar_of({"good/1.txt": b"tea", ".git/1.txt": b"tea"}),
        "data.no-label-folders",
        ["good"],
    )
    yield Bad("no texts", "a", {"good/1.csv": b"tea", "bad/1.md": b"tea"}, "data.no-label-folders", ["none"])


def refused_options() -> Iterator[Bad]:
    """Options that do not fit the file."""
    whole = csv_of(GOOD)
    yield Bad(
        "no such encoding", "a.csv", whole, "config.invalid", ["data.encoding", '"klingon"'], ("--data.encoding", "klingon")
    )
    yield Bad(
        "an encoding of bytes", "a.csv", whole, "config.invalid", ["data.encoding", '"rot13"'], ("--data.encoding", "rot13")
    )
    yield Bad("a share above all", "a.csv", whole, "config.invalid", ["data.allow_rejects", "2"], ("--allow-rejects", "2"))
    yield Bad(
        "one share too few", "a.csv", whole + b"x\n" * 3, "data.unusable-rows", ["3 of 103", "2 %"], ("--allow-rejects", "0.02")
    )
    yield Bad(
        "a share given twice",
        "a.csv",
        whole,
        "usage",
        ["data.allow_rejects"],
        ("--allow-rejects", "0.1", "--data.allow_rejects", "0.2"),
    )
    yield Bad("columns", "a.tar.gz", tar_of(tree_of(GOOD)), "data.columns-not-used", ["--text"], ("--text", "text"))
