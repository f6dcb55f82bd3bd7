"""`bptt check`: what it prints, what it answers to programs, how it ends; and what training keeps of it."""

import itertools
import json
import os
from pathlib import Path

import pytest

from tests.checks.planted import clean, words
from tests.commands import TINY, Bptt, Result, run_bptt, tiny, write_reviews

CHECKS = ["rows", "balance", "labels", "lengths", "copies", "leaks", "mojibake", "lost_characters", "markup", "scripts"]
THOROUGH = ["near_copies", "near_leaks", "languages"]


def write(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("".join(json.dumps({"review": text, "score": label}) + "\n" for text, label in rows))
    return path


@pytest.fixture(scope="module")
def harmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """216 rows with every fault once or a few times."""
    long = words(60, 1)
    more = [
        *(("once more", "bad"), ("Once  more", "bad"), ("both", "bad"), ("both", "good")),
        *((f"{long} a", "bad"), (f"{long} b", "bad"), ("cafÃ© noir", "good"), ("caf\ufffd", "good"), ("<p>so</p>", "good")),
        *((f"{words(600, 2)}", "good"), ("очень хорошо", "good"), ("so", "bad"), ("la", "bad"), ("fa", "good")),
        *(("mi", "good"), ("re", "bad")),
    ]
    return write(tmp_path_factory.mktemp("harmed") / "harmed.jsonl", [*clean(), *more])


def test_every_figure_in_json(harmed: Path) -> None:
    """In a process of its own."""
    result = run_bptt("check", "harmed.jsonl", "--json", "--text", "review", "--label", "score", cwd=harmed.parent)
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["source"], told["verdict"]) == ("harmed.jsonl", "look")
    assert [one["check"] for one in told["checks"]] == CHECKS + THOROUGH
    figures = {one["check"]: one["figures"] for one in told["checks"]}
    assert figures["rows"]["rows"] == 216
    assert figures["balance"]["rows_per_class"] == {"bad": 108, "good": 108}
    assert figures["lengths"]["rows_cut"] == 1
    assert figures["lengths"]["words_cut"] == 200
    assert figures["lengths"]["words"] == 4000 + 2 + 2 + 1 + 1 + 61 + 61 + 3 + 2 + 8 + 600 + 2 + 5
    assert sum(one["rows"] for one in figures["lengths"]["histogram"]) == 216
    assert figures["lengths"]["histogram"][0] == {"from": 1, "to": 1, "rows": 7}
    assert figures["copies"]["rows"] == 2
    assert (figures["labels"]["texts"], figures["labels"]["rows"]) == (1, 2)
    assert [figures[name]["rows"] for name in ("leaks", "mojibake", "lost_characters", "markup")] == [0, 1, 1, 1]
    assert figures["scripts"]["letters"]["Cyrillic"] == 11
    assert (figures["near_copies"]["rows"], figures["near_copies"]["pairs"]) == (2, 1)
    assert figures["languages"]["sample"] == 216


def test_each_line_has_its_verdict_in_words_and_what_to_do(harmed: Path, bptt: Bptt) -> None:
    english = bptt("check", harmed, "--text", "review", "--label", "score")
    lines = english.stdout.decode().splitlines()
    verdicts = dict(line.split(": ")[0].split()[::-1] for line in lines if line.startswith(("ok ", "look ")))
    assert list(verdicts) == CHECKS + THOROUGH
    assert verdicts["mojibake"] == verdicts["labels"] == "look"
    assert verdicts["rows"] == "ok"
    assert english.returncode == 0
    for line, after in itertools.pairwise(lines):
        assert line.startswith("look ") == after.startswith("      > "), "what is not ok says what to do"
    [bar] = [line for line in lines if "16 to     31 words" in line]
    assert bar.split()[-3:] == ["200", "texts", "#" * 40]
    vietnamese = bptt("--lang", "vi", "check", harmed, "--text", "review", "--label", "score").stdout.decode()
    assert "xem lại  mojibake: 1 dòng" in vietnamese


def test_stop_ends_with_2_and_names_what_to_mend(bptt: Bptt, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", clean(30) * 3)
    for options in ([], ["--json"]):
        result = bptt("check", "a.jsonl", "--text", "review", "--label", "score", *options)
        assert result.returncode == 2
        assert result.stderr.decode().splitlines()[-1] == "Error (check.stop): Mend first: copies."
        assert b"copies" in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl"], "nothing is written"


def test_a_configuration_and_overrides_are_heeded(harmed: Path, bptt: Bptt, tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text(f'[data]\nsource = "{harmed}"\ntext = "review"\nlabel = "score"\n[text]\nmax_length = 60\n')

    def cut(*options: str) -> int:
        told = json.loads(bptt("check", config, "--json", *options).stdout)["checks"]
        return next(one["figures"]["rows_cut"] for one in told if one["check"] == "lengths")

    assert cut() == 3
    assert cut("--text.max_length", "600") == 0


def test_columns_are_guessed_with_a_word(bptt: Bptt, tmp_path: Path) -> None:
    write_reviews(tmp_path / "reviews.csv")
    result = bptt("check", "reviews.csv")
    assert '"review" as the text and "score" as the label' in result.stderr.decode()
    assert result.stdout.startswith(b"ok    rows: 200 in all: 160 to train, 40 to validate.")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["nothing.csv"], "data.missing-file"), (["a.csv", "--text.max_length", "no"], "config.invalid"), ([], "usage")],
)
def test_bad_input_is_refused(bptt: Bptt, tmp_path: Path, arguments: list[str], code: str) -> None:
    write_reviews(tmp_path / "a.csv")
    result = bptt("check", *arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    assert f"Error ({code}): " in result.stderr.decode()


def test_training_tells_what_is_not_fine_and_keeps_all(harmed: Path, bptt: Bptt, tmp_path: Path) -> None:
    result = bptt("train", harmed, "--text", "review", "--label", "score", "--run", "run", *tiny("--training.epochs", "1"))
    assert result.returncode == 0, result.stderr.decode()
    kept = json.loads((tmp_path / "run" / "data.json").read_text())["checks"]
    assert [one["check"] for one in kept] == CHECKS, "near copies and languages are left to `bptt check`"
    assert all(set(one) == {"check", "verdict", "finding", "advice"} for one in kept)
    told = result.stderr.decode().splitlines()
    for one in kept:
        lines = [line for line in told if f" {one['verdict']}: {one['check']}: " in line]
        assert len(lines) == (one["verdict"] != "ok")
        assert all(one["finding"] in line and one["advice"] in line for line in lines)
    asked = json.loads(bptt("check", harmed, "--text", "review", "--label", "score", "--json", *TINY[:2]).stdout)["checks"]
    assert [{key: one[key] for key in kept[0]} for one in asked if one["check"] in CHECKS] == kept, "the same findings"


def test_a_clean_run_says_nothing(trained: tuple[Path, Result]) -> None:
    assert b"look: " not in trained[1].stderr
    assert b"stop: " not in trained[1].stderr


def test_rows_left_out_as_unusable_are_counted(bptt: Bptt, tmp_path: Path) -> None:
    rows = "".join(f"tea {n} {'abc'[n % 3]},{'xy'[n % 2]}\n" for n in range(60))
    (tmp_path / "some.csv").write_text("review,score\n" + rows + "no label,\n" * 3)
    result = bptt(
        "check", "some.csv", "--text", "review", "--label", "score", "--allow-rejects", "0.1", "--json", "--progress", "none"
    )
    [found] = [one for one in json.loads(result.stdout)["checks"] if one["check"] == "rows"]
    assert (found["verdict"], found["figures"]["rows"], found["figures"]["rejected"]) == ("look", 60, 3)
    assert b"left out 3 of 63 rows as unusable" in result.stderr, "no mode of progress hides it"


def test_a_pipe_wants_its_columns_named(bptt: Bptt, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    result = bptt("check", "pipe.csv")
    assert result.returncode == 2
    assert b"Error (data.pipe): pipe.csv is a pipe" in result.stderr
