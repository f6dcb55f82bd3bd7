"""Every form of table gives the rows it holds, or says what is wrong, where, and what to do."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt.data.text import normalise
from bptt.errors import DataError
from tests.data.reading import parts_of

Refusal = Callable[..., DataError]
ROWS = [("Great, truly great", "pos"), ('He said "no"', "neg"), ("two\nlines", "pos"), ("hay quá", "neg")]


def csv_of(rows: list[tuple[str, str]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows([("text", "label"), *rows])
    return out.getvalue()


def write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", csv_of(ROWS)),
        ("A.CSV", csv_of(ROWS)),
        ("bom.csv", "\ufeff" + csv_of(ROWS)),
        ("a.tsv", csv_of(ROWS, "\t")),
        ("spaces.csv", csv_of(ROWS).replace("text,label", " text , label")),
        ("a.jsonl", "\n".join(json.dumps({"text": text, "label": label}) for text, label in ROWS)),
        ("raw.JSONL", "\n".join(json.dumps({"label": label, "text": text}, ensure_ascii=False) for text, label in ROWS)),
    ],
)
def test_every_form_of_table_holds_the_same_rows(tmp_path: Path, name: str, content: str) -> None:
    rows = parts_of(write(tmp_path, name, content)).training
    assert list(zip(rows.texts, rows.labels, strict=True)) == ROWS


def test_origin_is_the_line_a_row_starts_on(tmp_path: Path) -> None:
    rows = parts_of(write(tmp_path, "a.csv", csv_of(ROWS) + "\n\nlast,pos\n")).training
    assert rows.origins == ["a.csv:2", "a.csv:3", "a.csv:4", "a.csv:6", "a.csv:9"]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends(tmp_path: Path, newline: str) -> None:
    rows = parts_of(write(tmp_path, "a.csv", "text,label\na,x\nb,y\n".replace("\n", newline))).training
    assert (rows.texts, rows.origins) == (["a", "b"], ["a.csv:2", "a.csv:3"])


def test_field_longer_than_the_csv_module_allows_by_itself(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    long = "x" * 300_000
    assert parts_of(write(tmp_path, "a.csv", csv_of([(long, "pos")]))).training.texts == [long]
    assert csv.field_size_limit() == before


def test_jsonl_keeps_line_separators_inside_a_string(tmp_path: Path) -> None:
    source = write(tmp_path, "a.jsonl", '{"text": "a\u2028b\u0085c", "label": "x"}\r\n\n{"text": "d", "label": "y"}')
    rows = parts_of(source).training
    assert (rows.texts, rows.origins) == (["a\u2028b\u0085c", "d"], ["a.jsonl:1", "a.jsonl:3"])


def test_jsonl_labels_of_any_simple_type_become_words(tmp_path: Path) -> None:
    lines = [f'{{"text": "t", "label": {label}}}' for label in ("1", "2.5", "true", '" pos "', '"e\u0302"')]
    rows = parts_of(write(tmp_path, "a.jsonl", "\n".join(lines))).training
    assert rows.labels == ["1", "2.5", "true", "pos", "ê"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
    lambda text: normalise(text).strip()
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from(["a", "b"])), min_size=1), st.sampled_from([".csv", ".tsv", ".jsonl"]))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], form: str) -> None:
    if form == ".jsonl":
        content = "\n".join(json.dumps({"text": text, "label": label}) for text, label in rows)
    else:
        out = io.StringIO()
        csv.writer(out, delimiter="\t" if form == ".tsv" else ",", quoting=csv.QUOTE_ALL).writerows([("text", "label"), *rows])
        content = out.getvalue()
    source = write(tmp_path_factory.mktemp("round"), "a" + form, content)
    read = parts_of(source).training
    assert list(zip(read.texts, read.labels, strict=True)) == rows


BAD = {
    "empty.csv": ("", "data.empty-file", ["empty.csv"]),
    "blank.csv": (" \n\n", "data.empty-file", []),
    "header.csv": ("text,label\n", "data.no-rows", []),
    "no-header.csv": ("fine,pos\nbad,neg\n", "data.missing-column", ['"text"', "fine, pos"]),
    "case.csv": ("Text,label\na,x\n", "data.missing-column", ['Did you mean "Text"?']),
    "repeated.csv": ("text,text,label\na,b,x\n", "data.repeated-column", ["text"]),
    "wide.csv": ("text,label\na,x\nb, c,y\n", "data.ragged-row", ["line 3", "3 fields", "header has 2"]),
    "unclosed.csv": ('text,label\na,x\n"b,y\nc,x\n', "data.quotes", ["line 3"]),
    "quote.tsv": ('text\tlabel\n"b" c\ty\n', "data.quotes", ["line 2"]),
    "nul.csv": ("text,label\na\0,x\n", "data.encoding", ["line 2", "byte 12", "0x00"]),
    "cp1252.csv": ("text,label\na,x\ncafé,y\n".encode("cp1252"), "data.encoding", ["line 3", "byte 18", "0xe9", "UTF-8"]),
    "bom.csv": (b"\xef\xbb\xbftext,label\n\xe9,x\n", "data.encoding", ["line 2", "byte 14", "0xe9"]),
    "utf16.csv": ("text,label\na,x\n".encode("utf-16"), "data.encoding", ["UTF-16"]),
    "gzip.csv": (gzip.compress(b"text,label\na,x\n"), "data.encoding", ["gzip"]),
    "single.csv": ("text,label\na,x\nb,x\n", "data.single-class", ['"x"']),
    "rare.csv": ("text,label\na,x\nb,x\nc,y\n", "data.too-few-rows", ["y (1)"]),
    "same.csv": ("text,label\na,x\nb,x\nc,y\nC ,y\n", "data.too-few-rows", ["y (1)"]),
    "gaps.csv": (
        "text,label\na,x\n,x\nb,\n <br />&nbsp;,y\n",
        "data.unusable-rows",
        ["3 of 4", "gaps.csv:3 has no text", "gaps.csv:4 has no label", "gaps.csv:5 has no text"],
    ),
    "array.jsonl": ("[1]", "data.json", ["line 1", "list"]),
    "broken.jsonl": ('{"text": "a", "label": 1}\n{"text": ', "data.json", ["line 2"]),
    "nan.jsonl": ('{"text": "a", "label": NaN}', "data.json", ["NaN"]),
    "twice.jsonl": ('{"text": "a", "text": "b", "label": 1}', "data.json", ["twice"]),
    "half.jsonl": ('{"text": "\\ud800", "label": 1}', "data.json", ["line 1"]),
    "deep.jsonl": ("[" * 100_000, "data.json", ["line 1"]),
    "huge.jsonl": ('{"text": "a", "label": ' + "1" * 5000 + "}", "data.json", ["line 1"]),
    "types.jsonl": (
        '{"text": 3, "label": 1}\n{"text": "a", "label": {"b": 1}}\n{"text": null, "label": 1}\n{"text": "a"}',
        "data.unusable-rows",
        ["4 of 4", "types.jsonl:1 has no text but a value of type int", "type dict", ":3 has no text,", ":4 has no label"],
    ),
    "a.json": ("[]", "data.unknown-form", [".jsonl"]),
    "whole.tar.gz": (b"", "data.columns-not-used", ["--text"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_by_name(tmp_path: Path, name: str, refusal: Refusal) -> None:
    content, code, said = BAD[name]
    error = refusal(write(tmp_path, name, content))
    assert error.code == code
    assert [part for part in said if part not in str(error)] == []


def test_missing_file_names_its_neighbour(tmp_path: Path, refusal: Refusal) -> None:
    write(tmp_path, "reviews.csv", "")
    error = refusal(str(tmp_path / "review.csv"))
    assert error.code == "data.missing-file"
    assert 'Did you mean "reviews.csv"?' in str(error)


@pytest.mark.parametrize(("source", "code"), [("", "data.no-source"), ("a" * 5000, "data.unreadable")])
def test_no_file_at_all(source: str, code: str, refusal: Refusal) -> None:
    assert refusal(source).code == code


def test_columns_must_be_named_and_differ(tmp_path: Path, refusal: Refusal) -> None:
    source = write(tmp_path, "a.csv", csv_of(ROWS))
    error = refusal(source, text=None)
    assert error.code == "data.column-not-named"
    assert "text, label" in str(error)
    assert refusal(source, text="label").code == "data.same-column"
