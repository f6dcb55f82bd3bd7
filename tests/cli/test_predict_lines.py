"""`bptt predict`: one answer a text, in order, or an object that says why there is none, and then exit code 2."""

import json
from pathlib import Path

import pytest

from tests.commands import Bptt, Result


def answers(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def outcome(answer: dict) -> str:
    """The label, or the code of what is wrong."""
    return answer.get("label") or answer["error"].removeprefix("predict.")


def test_plain_lines_each_in_order(trained: tuple[Path, Result], bptt: Bptt) -> None:
    lines = [b"lovely tea", b"", b"awful tea", b"\xff\xfe", b"  ", b"{lovely} {tea", b"lovely"]
    result = bptt("predict", trained[0], "-", stdin=b"\r\n".join(lines))
    found = answers(result)
    assert [outcome(one) for one in found] == ["good", "no-text", "bad", "not-utf8", "no-text", "good", "good"]
    assert all(set(one) == {"label", "probability"} and 0.5 <= one["probability"] <= 1 for one in found if "label" in one)
    assert [(one["line"], set(one)) for one in found if "error" in one] == [
        (number, {"line", "error", "message"}) for number in (2, 4, 5)
    ]
    assert "line 4 is not UTF-8" in found[3]["message"]
    assert b"Error (predict.unanswered): No answer for 3 of 7 texts" in result.stderr
    assert result.returncode == 2


def test_json_lines_each_in_order(trained: tuple[Path, Result], bptt: Bptt) -> None:
    lines = [
        "",
        json.dumps({"review": "lovely tea", "id": 1}),
        json.dumps({"text": "awful tea"}),
        "",
        "[1]",
        '{"review": 3}',
        '{"review": "tor',
        r'{"review": "\ud800"}',
        '{"review": ' + "[" * 200_000,
        '{"review": "<br /> "}',
        json.dumps({"review": "lovely"}),
    ]
    result = bptt("predict", trained[0], "-", stdin="\n".join(lines).encode())
    codes = ["no-text", "no-text", "no-text", "not-json", "not-utf8", "not-json", "no-text"]
    assert [outcome(one) for one in answers(result)] == ["no-text", "good", "bad", *codes, "good"]
    assert result.returncode == 2


def test_a_broken_first_line_is_that_line_s_error_alone(trained: tuple[Path, Result], bptt: Bptt) -> None:
    lines = b'{"text": "good great"\n{"text": "lovely tea"}\n{"text": "awful tea"}\n'
    result = bptt("predict", trained[0], "-", stdin=lines)
    found = answers(result)
    assert [outcome(one) for one in found] == ["not-json", "good", "bad"]
    assert (found[0]["line"], "--lines text" in found[0]["message"]) == (1, True)
    assert result.returncode == 2


@pytest.mark.parametrize(
    ("form", "lines", "expected"),
    [
        ("text", '{lovely tea\n{"text": "awful"}\n', ["good", "bad"]),
        ("jsonl", '"lovely"\n{"text": "lovely"}\n', ["no-text", "good"]),
        ("auto", "[" * 200_000 + "\nlovely tea\n", ["", "good"]),
    ],
)
def test_the_form_can_be_said(trained: tuple[Path, Result], bptt: Bptt, form: str, lines: str, expected: list[str]) -> None:
    result = bptt("predict", trained[0], "-", "--lines", form, stdin=lines.encode())
    found = [outcome(one) for one in answers(result)]
    assert len(found) == len(expected)
    assert all(want in ("", one) for want, one in zip(expected, found, strict=True))


def test_no_text_on_the_command_line_is_told(trained: tuple[Path, Result], bptt: Bptt) -> None:
    result = bptt("predict", trained[0], "lovely tea", "", " ", "awful tea")
    assert [outcome(one) for one in answers(result)] == ["good", "no-text", "no-text", "bad"]
    assert result.returncode == 2


@pytest.mark.parametrize("content", ["", "data=1\n", "data = []\n", "[data]\ntext = 3\n"])
def test_an_edited_config_changes_no_answer(trained: tuple[Path, Result], bptt: Bptt, content: str) -> None:
    """The model file holds what it was trained with."""
    file = trained[0] / "config.toml"
    whole = file.read_text()
    try:
        file.write_text(content)
        result = bptt("predict", trained[0], "-", stdin=b'{"review": "lovely tea", "text": "awful tea"}\n')
        scores = bptt("evaluate", trained[0], trained[0].parent / "reviews.csv", "--json")
    finally:
        file.write_text(whole)
    assert [outcome(one) for one in answers(result)] == ["good"]
    assert json.loads(scores.stdout)["rows"] == 200
    assert b"read" not in scores.stderr.replace(b"reading", b""), "no column was guessed"
