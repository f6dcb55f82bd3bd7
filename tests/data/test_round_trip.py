"""What the standard library writes, in whatever dialect, is read back equal; of damaged tables every row is accounted for."""

import csv
import gzip
import io
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt.data.text import normalise
from tests.data.reading import parts_of

FEW, MANY = settings(max_examples=1000, deadline=None), settings(max_examples=10_000, deadline=None)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(CHARACTERS, min_size=1).filter(lambda text: normalise(text).strip())
LABELS = st.text(CHARACTERS, min_size=1, max_size=5).filter(str.strip)
ROWS = st.lists(st.tuples(TEXTS, LABELS), min_size=1, max_size=6)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"])
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def csv_files(draw: st.DrawFn) -> tuple[str, bytes, list[tuple[str, str]]]:
    rows, ending = draw(ROWS), draw(LINE_ENDS)
    # With a lone line feed as its line end, the csv module leaves a carriage return in a field unquoted, and the other way round.
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL] if ending == "\r\n" else [csv.QUOTE_ALL]))
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=draw(st.sampled_from(",;|\t")), lineterminator=ending, quoting=quoting)
    table.writerows([("text", "more", "label"), *((text, draw(st.sampled_from(["", text])), label) for text, label in rows)])
    return draw(st.sampled_from(["a.csv", "a.tsv"])), out.getvalue().encode(draw(ENCODINGS)), rows


@st.composite
def jsonl_files(draw: st.DrawFn) -> tuple[str, bytes, list[tuple[str, str]]]:
    rows, ending = draw(ROWS), draw(st.sampled_from(["\n", "\r\n", "\n\n", " \n"]))
    ascii_only, spaced = draw(st.booleans()), draw(st.sampled_from([None, (",", ":"), (" ,\t", "  : ")]))
    records = [{"more": [label], "label": label, "text": text} for text, label in rows]
    lines = [json.dumps(record, ensure_ascii=ascii_only, separators=spaced, sort_keys=draw(st.booleans())) for record in records]
    return "a.jsonl", ending.join([*lines, ""]).encode(draw(ENCODINGS)), rows


def read_back(folder: Path, name: str, content: bytes, rows: list[tuple[str, str]], zipped: bool) -> None:
    path = folder / (name + ".gz" * zipped)
    path.write_bytes(gzip.compress(content, 1) if zipped else content)
    parts = parts_of(str(path))
    expected = [(text, unicodedata.normalize("NFC", label).strip()) for text, label in rows]
    assert list(zip(parts.training.inputs, parts.training.labels, strict=True)) == expected
    assert parts.training.rejected == []


def round_trips(files: st.SearchStrategy[tuple[str, bytes, list[tuple[str, str]]]], many: settings) -> Callable[[Path], None]:
    """A check of as many files as `many` says, each written into the folder it is given."""

    def check(folder: Path) -> None:
        many(given(files, st.booleans())(lambda file, zipped: read_back(folder, *file, zipped)))()

    return check


@pytest.mark.parametrize("files", [csv_files(), jsonl_files()], ids=["csv", "jsonl"])
def test_what_is_written_is_read(tmp_path: Path, files: st.SearchStrategy[tuple[str, bytes, list[tuple[str, str]]]]) -> None:
    round_trips(files, FEW)(tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("files", [csv_files(), jsonl_files()], ids=["csv", "jsonl"])
def test_what_is_written_is_read_many_times(
    tmp_path: Path, files: st.SearchStrategy[tuple[str, bytes, list[tuple[str, str]]]]
) -> None:
    round_trips(files, MANY)(tmp_path)


FIELDS = st.sampled_from(["tea", "good", "bad", "", " ", "te\0a", '{"text": "tea", "label": "x"}', "NaN", "[1]", '{"text"'])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(FIELDS, min_size=1, max_size=3), max_size=20), st.sampled_from(["a.csv", "a.jsonl"]))
def test_every_row_is_read_or_rejected(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], name: str) -> None:
    rows = [["tea", "good"], ["tea", "bad"], *rows]
    out = io.StringIO(newline="")
    if name == "a.csv":
        csv.writer(out).writerows([["text", "label"], *rows])
        there = [number for number, row in enumerate(rows, start=2) if len(row) > 1 or row[0].strip()]
    else:
        lines = ['{"text": "tea", "label": "x"}', *(row[0] for row in rows)]
        out.write("\n".join(lines))
        there = [number for number, line in enumerate(lines, start=1) if line.strip()]
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_text(out.getvalue(), newline="")
    part = parts_of(str(path), allow_rejects=1).training
    read = [int(origin.rpartition(":")[2]) for origin in part.origins]
    assert sorted([*read, *(row.line or 0 for row in part.rejected)]) == there
    assert all(row.reason for row in part.rejected)
