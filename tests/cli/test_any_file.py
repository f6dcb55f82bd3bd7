"""Any file a person brings: the bad ones of tests/data/corpus.py are refused in one message, and nothing is left behind."""

import functools
import json
import os
import time
from pathlib import Path

import pytest

from bptt import experiment
from tests.cli.test_refusals import check_refusal, contents
from tests.commands import TINY, Bptt, Result, run_bptt, write_reviews
from tests.data.bad import Bad
from tests.data.corpus import bad
from tests.data.forms import csv_of, plant, rows, tree_of

CORPUS = dict(bad())
SECONDS = 5
assert experiment, "loaded before the clock runs"


def command(one: Bad) -> list[str]:
    columns = [] if isinstance(one.content, dict) or one.name.endswith(".tar.gz") else ["--text", "text", "--label", "label"]
    return ["train", one.name, *columns, "--run", "run", *one.options]


@pytest.mark.parametrize("name", CORPUS)
def test_bad_file(bptt: Bptt, tmp_path: Path, name: str) -> None:
    one = CORPUS[name]
    plant(tmp_path, one.name, one.content)
    before = contents(tmp_path)
    started = time.perf_counter()
    result = bptt(*command(one))
    assert time.perf_counter() - started < SECONDS
    check_refusal(result, one.code, one.said)
    assert result.stderr.count(b"Error (") == 1
    assert contents(tmp_path) == before
    assert not (tmp_path / "run").exists()


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) > 150
    assert len({one.name for one in CORPUS.values()}) > 12


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("unusable: two of a hundred without a text in a.csv.gz", marks=pytest.mark.slow),
        pytest.param("mixtures: cp1252 and then UTF-8 in a.csv.gz", marks=pytest.mark.slow),
        "broken_archives: half a file in a.parquet",
        pytest.param("folders: parts train test extra in a", marks=pytest.mark.slow),
    ],
)
def test_bad_file_in_a_process_of_its_own(tmp_path: Path, name: str) -> None:
    """The clock of the tests above starts after Keras is loaded, which takes a process 3 s or more of its own."""
    one = CORPUS[name]
    plant(tmp_path, one.name, one.content)
    before = contents(tmp_path)
    result = run_bptt(*command(one), cwd=tmp_path)
    check_refusal(result, one.code, one.said)
    assert contents(tmp_path) == before


def test_a_name_that_is_not_utf8_is_refused_before_anything_is_written(bptt: Bptt, tmp_path: Path) -> None:
    for name in (b"b\xff.csv", b"b.csv"):
        (tmp_path / os.fsdecode(name)).write_bytes(csv_of(rows()))
    before = sorted(path.name for path in tmp_path.rglob("*"))
    for run, arguments, code in [
        (functools.partial(run_bptt, cwd=tmp_path), ["b\udcff.csv"], "data.file-name"),
        (bptt, ["b.csv", "--run", "r\udcff"], "run.name"),
    ]:
        result = run("train", *arguments, "--text", "text", "--label", "label", *TINY)
        check_refusal(result, code, [r"\udcff"])
        assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_rows_left_out_are_counted_and_listed_in_the_run(bptt: Bptt, tmp_path: Path) -> None:
    whole = write_reviews(tmp_path / "reviews.csv").read_bytes()
    (tmp_path / "reviews.csv").write_bytes(whole + b"7,too,wide,a,row\n8,,good\n")
    result = bptt("train", "reviews.csv", "--text", "review", "--label", "score", "--run", "run", *TINY)
    assert result.returncode == 0, result.stderr.decode()
    told = result.stderr.decode()
    assert "reviews.csv: left out 2 of 202 rows as unusable: reviews.csv:202 has 5 fields" in told
    assert "run/rejected.jsonl lists the rows" in told
    listed = [json.loads(line) for line in (tmp_path / "run" / "rejected.jsonl").read_text().splitlines()]
    assert [(row["origin"], row["line"]) for row in listed] == [("reviews.csv:202", 202), ("reviews.csv:203", 203)]
    assert [row["reason"].partition(" (")[0] for row in listed] == ["has 5 fields, the header has 3", "has no text"]
    facts = json.loads((tmp_path / "run" / "data.json").read_text())
    assert (facts["rows_read"], facts["rows_rejected"]) == (200, 2)
    assert sum(facts["rows"].values()) + facts["leaks"] == 200


def test_a_run_without_rejects_lists_none(trained: tuple[Path, Result]) -> None:
    assert not (trained[0] / "rejected.jsonl").exists()
    assert json.loads((trained[0] / "data.json").read_text())["rows_rejected"] == 0


@pytest.mark.parametrize(
    ("content", "options", "code", "said"),
    [
        (b"review,score\nlovely,good\nlovely,odd\n", (), "data.unknown-label", ["others.csv:3", "odd"]),
        (b"review,score\nlovely,good\nlovely\n", (), "data.unusable-rows", ["1 of 2", "--allow-rejects 0.5"]),
        ("review,score\nчай,good\n".encode("cp1251"), (), "data.encoding", ["--data.encoding", "cp1251"]),
        (b"review,score\nlovely,good\n", ("--data.encoding", "klingon"), "config.invalid", ["klingon"]),
        (b"review,score\nlovely,good\n", ("--data.seed", "3"), "usage", ["--data.seed", "--data.encoding"]),
    ],
)
def test_evaluate_refuses(
    trained: tuple[Path, Result], bptt: Bptt, tmp_path: Path, content: bytes, options: tuple[str, ...], code: str, said: list[str]
) -> None:
    (tmp_path / "others.csv").write_bytes(content)
    before = contents(trained[0])
    check_refusal(bptt("evaluate", trained[0], "others.csv", *options), code, said)
    assert contents(trained[0]) == before


def test_evaluate_reads_what_its_flags_allow(trained: tuple[Path, Result], bptt: Bptt, tmp_path: Path) -> None:
    (tmp_path / "others.csv").write_bytes("review,score\nчай lovely,good\nawful\n".encode("cp1251"))
    result = bptt("evaluate", trained[0], "others.csv", "--data.encoding", "cp1251", "--allow-rejects", "0.5", "--json")
    assert result.returncode == 0, result.stderr.decode()
    assert json.loads(result.stdout)["rows"] == 1
    assert "left out 1 of 2 rows as unusable: others.csv:3" in result.stderr.decode()


def test_evaluate_says_that_it_reads_the_test_part_alone(trained: tuple[Path, Result], bptt: Bptt, tmp_path: Path) -> None:
    tree = tree_of(rows(20))
    plant(
        tmp_path, "a", {f"{part}/{path}": part.encode() + content for part in ("train", "test") for path, content in tree.items()}
    )
    result = bptt("evaluate", trained[0], "a")
    assert "read its test part, 20 rows, and none of the other 20" in result.stderr.decode()


def test_a_validation_part_of_its_own_is_used(bptt: Bptt, tmp_path: Path) -> None:
    """`dev` beside `Train`: no row of it is trained on, and the classes are those of the folders inside."""
    parts = {"Train": rows(60), "dev": [(f"{text} indeed", label) for text, label in rows(20)], "Test": [("best tea", "good")]}
    leak = {"Train/good/leak.txt": b"Tea number 0 was good indeed"}
    plant(tmp_path, "a", {f"{part}/{path}": text for part, some in parts.items() for path, text in tree_of(some).items()} | leak)
    result = bptt("train", "a", "--run", "run", *TINY)
    assert result.returncode == 0, result.stderr.decode()
    facts = json.loads((tmp_path / "run" / "data.json").read_text())
    assert (facts["classes"], facts["rows"]) == (["bad", "good"], {"train": 60, "validation": 20, "test": 1})
    assert (facts["leaks"], facts["rows_read"]) == (1, 82)
    assert "its own validation part is used (20 rows), and data.validation is not" in result.stderr.decode()


def test_init_takes_the_encoding(bptt: Bptt, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(csv_of([(f"чай {i}", "да") for i in range(9)] + [("tea", "нет")]).decode().encode("cp1251"))
    check_refusal(bptt("init", "a.csv"), "data.encoding", ["cp1251"])
    result = bptt("init", "a.csv", "--data.encoding", "cp1251")
    assert b'encoding = "cp1251"' in result.stdout
    assert b'label = "label"' in result.stdout


def test_a_missing_parquet_reader_is_answered_with_its_pip_line(
    bptt: Bptt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    check_refusal(bptt("train", "a.parquet"), "data.missing-extra", ["pip install 'bptt[parquet]'"])
