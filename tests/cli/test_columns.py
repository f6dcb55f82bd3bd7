"""Several text columns: read as one text, in the order named, and all of them needed to answer."""

import json
from pathlib import Path

import pytest

from bptt.bundle import Bundle
from bptt.record import MODEL
from tests.commands import Bptt, tiny
from tests.tasks.real import to_csv

ROWS = [
    {
        "title": f"lovely {n}" if n % 2 else f"awful {n}",
        "body": "the tea was so" if n % 3 else "",
        "score": "good" if n % 2 else "bad",
    }
    for n in range(120)
]
BOTH = ("--text", "title", "--text", "body", "--label", "score")


@pytest.fixture
def run(tmp_path: Path, bptt: Bptt) -> Path:
    to_csv(tmp_path / "a.csv", ROWS)
    done = bptt("train", "a.csv", *BOTH, "--run", "run", *tiny())
    assert done.returncode == 0, done.stderr.decode()
    return tmp_path / "run"


def test_the_columns_are_told_apart_by_a_word_and_all_are_needed(run: Path, bptt: Bptt) -> None:
    assert '["title", "body"]' in (run / "config.toml").read_text()
    words = json.loads(Bundle.load(run / MODEL).vocabulary_json)["words"]
    assert "\u241e" in words
    assert {"lovely", "tea"} <= set(words)
    lines = [
        {"title": "lovely", "body": "the tea"},
        {"title": "awful"},
        {"title": "awful", "body": None},
        {"title": "", "body": ""},
    ]
    lines += [{"body": "the tea", "title": "lovely", "other": 1}, {"title": "awful", "body": 3}]
    result = bptt("predict", run, "-", stdin="\n".join(map(json.dumps, lines)).encode())
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one.get("label") or one["error"] for one in told] == [
        "good",
        "predict.no-text",
        "bad",
        "predict.no-text",
        "good",
        "predict.no-text",
    ]
    assert (
        'line 2: no text under "body": expected a JSON object with a string under each of "title", "body"' in told[1]["message"]
    )
    assert told[0] == told[4], "the order of the keys says nothing"
    assert result.returncode == 2


def test_a_text_alone_is_refused_by_a_run_that_reads_two(run: Path, bptt: Bptt) -> None:
    for arguments in (["lovely tea"], ["-", "--lines", "text"]):
        result = bptt("predict", run, *arguments, stdin=b"lovely")
        assert result.returncode == 2
        assert "(predict.columns): This model reads title, body of each row" in result.stderr.decode()


def test_evaluate_reads_the_columns_of_the_run_and_others_where_named(run: Path, bptt: Bptt) -> None:
    to_csv(run.parent / "b.csv", [{"head": row["title"], "rest": row["body"], "score": row["score"]} for row in ROWS])
    own = bptt("evaluate", run, run.parent / "a.csv", "--json", "--progress", "none")
    others = bptt("evaluate", run, run.parent / "b.csv", "--text", "head", "--text", "rest", "--json", "--progress", "none")
    assert json.loads(own.stdout) == json.loads(others.stdout)
    assert json.loads(own.stdout)["accuracy"] > 0.9


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("title", "title"), "data.text: a column is named twice"),
        (("title", "bdy"), 'has no column "bdy". Its columns: title, body, score. Did you mean "body"?'),
        (("title", "score"), '"score" cannot be both text and label'),
    ],
)
def test_columns_that_cannot_be(tmp_path: Path, bptt: Bptt, columns: tuple[str, str], words: str) -> None:
    to_csv(tmp_path / "a.csv", ROWS)
    result = bptt("train", "a.csv", "--run", "run", "--label", "score", *(word for name in columns for word in ("--text", name)))
    assert (result.returncode, (tmp_path / "run").exists()) == (2, False)
    assert words in result.stderr.decode()


def test_a_row_without_any_text_is_rejected_and_named(tmp_path: Path, bptt: Bptt) -> None:
    to_csv(tmp_path / "a.csv", [*ROWS[:20], {"title": "", "body": " ", "score": "good"}])
    result = bptt("check", "a.csv", *BOTH)
    assert "a.csv:22 has no text" in result.stderr.decode()
