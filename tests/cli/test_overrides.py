"""`--section.key value`: what is taken out of a line, how its words are read, and what stays."""

from pathlib import Path

import click
import pytest

from bptt.cli.overrides import split
from tests.commands import Bptt, tiny


@pytest.mark.parametrize(
    ("word", "value"),
    [("5", "5"), ("none", None), ("None", None), ("[64, 32]", [64, 32]), ("[64", "[64"), ("a b", "a b"), ("", ""), ("-1", "-1")],
)
def test_how_a_word_is_read(word: str, value: object) -> None:
    assert split(["--a.b", word]) == split([f"--a.b={word}"]) == ({"a.b": value}, [])


def test_the_rest_stays_in_order() -> None:
    line = ["data.csv", "--training.epochs", "3", "--text", "review", "--training.seed=4", "--run=x.y", "--x"]
    assert split(line) == ({"training.epochs": "3", "training.seed": "4"}, ["data.csv", "--text", "review", "--run=x.y", "--x"])


def test_a_key_given_twice_is_refused_with_both_values() -> None:
    with pytest.raises(click.UsageError, match=r"training\.epochs is given twice: 3 and 4"):
        split(["--training.epochs", "3", "--training.epochs=4"])


def test_a_key_at_the_end_needs_a_value() -> None:
    with pytest.raises(click.UsageError, match=r"--training\.epochs"):
        split(["x.csv", "--training.epochs"])


def test_columns_and_files_are_taken_as_they_are_written(bptt: Bptt, tmp_path: Path) -> None:
    """`none` and a bracket mean something in an override only."""
    rows = "".join(f"{word} tea {number},{word}\n" for number in range(20) for word in ("good", "bad"))
    (tmp_path / "[x.csv").write_text("none,[y]\n" + rows)
    result = bptt("train", "[x.csv", "--text", "none", "--label", "[y]", *tiny("--training.epochs", "1"))
    assert result.returncode == 0, result.stderr.decode()
