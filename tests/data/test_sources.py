"""Every form of table gives the rows it holds, or says what is wrong, where, and what to do."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

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
    assert list(zip(rows.inputs, rows.labels, strict=True)) == ROWS


def test_origin_is_the_line_a_row_starts_on(tmp_path: Path) -> None:
    rows = parts_of(write(tmp_path, "a.csv", csv_of(ROWS) + "\n\nlast,pos\n")).training
    assert rows.origins == ["a.csv:2", "a.csv:3", "a.csv:4", "a.csv:6", "a.csv:9"]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends(tmp_path: Path, newline: str) -> None:
    rows = parts_of(write(tmp_path, "a.csv", "text,label\na,x\nb,y\n".replace("\n", newline))).training
    assert (rows.inputs, rows.origins) == (["a", "b"], ["a.csv:2", "a.csv:3"])


def test_field_longer_than_the_csv_module_allows_by_itself(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    long = "x" * 300_000
    assert parts_of(write(tmp_path, "a.csv", csv_of([(long, "pos")]))).training.inputs == [long]
    assert csv.field_size_limit() == before


def test_jsonl_keeps_line_separators_inside_a_string(tmp_path: Path) -> None:
    source = write(tmp_path, "a.jsonl", '{"text": "a\u2028b\u0085c", "label": "x"}\r\n\n{"text": "d", "label": "y"}')
    rows = parts_of(source).training
    assert (rows.inputs, rows.origins) == (["a\u2028b\u0085c", "d"], ["a.jsonl:1", "a.jsonl:3"])


def test_jsonl_labels_of_any_simple_type_become_words(tmp_path: Path) -> None:
    lines = [f'{{"text": "t", "label": {label}}}' for label in ("1", "2.5", "true", '" pos "', '"e\u0302"')]
    rows = parts_of(write(tmp_path, "a.jsonl", "\n".join(lines))).training
    assert rows.labels == ["1", "2.5", "true", "pos", "ê"]


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
