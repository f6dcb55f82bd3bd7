"""Labels, texts, columns, files and words of the line may hold anything: no control character reaches the terminal."""

import json
import random
import re
import sys
from pathlib import Path

import pytest

from tests.commands import TINY
from tests.terminal import on_a_terminal, spawn

UNSEEN = [
    chr(code) for code in (*range(32), *range(127, 160), 0x202E, 0x2066, 0x200B, 0x200F, 0x2028, 0x2029, 0xFEFF, 0xE0041, 0xDCFF)
]
SEQUENCES = [
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\x1bc",
    "\x1b[1A\x1b[2K",
    "\x1bP$q\x1b\\",
    "\r\nError (x): y",
]
MAIN = """
import json, sys
from bptt.cli.main import main
for words in json.load(open("lines.json")):
    sys.argv = ["bptt", *words]
    try:
        main()
    except SystemExit as end:
        assert end.code in (0, 2), (words, end.code)
    print("done", flush=True)
"""


def hostile(count: int) -> list[str]:
    """Strings that differ, each with some characters that nobody sees, or a sequence that a terminal obeys."""
    draw = random.Random(0)
    parts = [*UNSEEN, *SEQUENCES]
    drawn = [draw.choices([*parts, "a", "é", " "], k=draw.randint(1, 5)) for _number in range(count - len(parts))]
    return [f"h{number}{''.join(some)}z" for number, some in enumerate([*([part] for part in parts), *drawn])]


STRINGS = hostile(500)
WHOLE = [one.replace("\udcff", "") for one in STRINGS]  # what a JSON file can hold
WORDS = [one.replace("\0", "") for one in STRINGS]  # what a command line can hold


def check(out: str) -> str:
    """The lines that reached the terminal (which turns "\\n" into "\\r\\n"), with nothing in them that is not seen."""
    out = out.replace("\r\n", "\n")
    unseen = {one for one in out if one != "\n" and not one.isprintable()}
    assert not re.search(r"^Error \(x\)", out, re.MULTILINE), "a line break may not begin a line that looks like ours"
    assert not unseen, [line for line in out.split("\n") if not line.isprintable()][:3]
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set whose file, columns and labels are hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [{"\x1b[31mtext": f"tea {row} {label}", "la\u202ebel": label} for row in range(2) for label in WHOLE[:90]]
    (folder / "\x1b[31m\u202e.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.mark.slow
def test_a_run_on_hostile_names_shows_them_by_number(folder: Path) -> None:
    named = ("--run", "\x9brun\x1b[2J", "--progress", "plain", *TINY)
    source = "\x1b[31m\u202e.jsonl"
    code, out = on_a_terminal("train", source, *named, cwd=folder)
    assert code == 0, out
    assert 'read "⟨U+001B⟩[31mtext" as the text and "la⟨U+202E⟩bel" as the label.' in check(out)
    assert "report: ⟨U+009B⟩run⟨U+001B⟩[2J/report.html" in out
    code, out = on_a_terminal("evaluate", "\x9brun\x1b[2J", source, "--progress", "plain", cwd=folder, TERM="dumb")
    assert code == 0, out
    assert check(out).count("⟨U+") > 90
    code, out = on_a_terminal("predict", "\x9brun\x1b[2J", *WORDS, cwd=folder)
    answers = [json.loads(line) for line in check(out).split("\n")[: len(WORDS)]]
    assert {answer["label"] for answer in answers if "label" in answer} <= {label.strip() for label in WHOLE[:90]}
    assert sum("error" in answer for answer in answers) == sum("\udcff" in one for one in STRINGS)
    code, out = on_a_terminal("predict", "\x9brun\x1b[2J", *WORDS[:60], "--explain", "--page", "\x1bpage", cwd=folder)
    assert check(out).count("like it (") > 200
    assert out.count("⟨U+") > 200
    code, out = on_a_terminal("compare", "\x9brun\x1b[2J", "./\x9brun\x1b[2J", cwd=folder)
    assert (code, "⟨U+009B⟩run⟨U+001B⟩[2J" in check(out)) == (0, True)


def test_every_refusal_shows_what_came_by_number(tmp_path: Path) -> None:
    """Each string in each place of a command line, by the command's own main in one process on a terminal."""
    places = [["{}"], ["train", "{}"], ["train", "a.csv", "--{}"], ["train", "a.csv", "--training.epochs", "{}"]]
    places += [["train", "a.csv", "--text", "{}", "--label", "b"], ["evaluate", "{}", "a.csv"], ["--lang", "{}", "init"]]
    places += [["compare", "{}", "b"], ["watch", "{}"], ["predict", "{}", "x", "--explain"]]
    places += [["train", "{}.toml"], ["train", "a.csv", "--run", "a.csv", "--progress", "{}"], ["init", "{}.csv"]]
    (tmp_path / "a.csv").write_text("a,b\nx,y\n")
    lines = [[word.format(one) for word in place] for one in WORDS for place in places]
    (tmp_path / "lines.json").write_text(json.dumps(lines))
    environment = {"PATH": "/usr/bin:/bin", "TERM": "dumb", "BPTT_LANG": "\x1b[31m", "COLUMNS": "200", "KERAS_BACKEND": "jax"}
    code, out = spawn([sys.executable, "-c", MAIN], tmp_path, environment)
    assert code == 0, out[-2000:]
    assert check(out).count("\ndone\n") == len(lines)
    assert out.count("Error (") >= len(lines)
    assert {file.name for file in tmp_path.iterdir()} == {"a.csv", "lines.json"}
