"""Harmed texts: found where they are planted, and nowhere else."""

import pytest

from bptt import checks
from bptt.data import TextConfig
from bptt.tasks.classify import CHECKS
from tests.checks.planted import by_name, clean, halves

VIETNAMESE = "Món này ngon quá, tôi rất thích! “CÔ”… NGHĨ – RẰNG ’ĐÚNG’ vậy; giá 50€."
HARMED = {
    "utf-8 as cp1252": "Món này ngon quá".encode().decode("cp1252", "replace").replace("\ufffd", ""),
    "accent": "a cafÃ© in town",
    "quotes": "it\u0092s a film \u0096 no more",
    "twice": "naïve".encode().decode("latin-1").encode().decode("latin-1"),
    "curly": "donâ€™t",
    "dots": "scary\u0085not",
}
SOUND = [
    VIETNAMESE,
    "naïve café, 20 °C, £5 ± 1 — “fine”…",
    "Ærø, Łódź, Škoda, ÅÄÖ",
    "ПРИВЕТ, мир: «да»",
    "日本語のテキスト、です。",
    "👍🏽 ok ™ ®",
]


def figures(rows: list[tuple[str, str]], check: str) -> dict[str, object]:
    found = by_name(checks.examine(halves(rows), TextConfig(), CHECKS))[check]
    return dict(found.figures) | {"verdict": found.verdict}


@pytest.mark.parametrize("text", HARMED.values(), ids=HARMED)
def test_a_wrong_encoding_is_found(text: str) -> None:
    found = figures([*clean(), (f"so {text} it is", "bad")], "mojibake")
    assert found == {"rows": 1, "examples": ["a.csv:202"], "verdict": "look"}


def test_sound_texts_are_left_alone() -> None:
    rows = [*clean(), *((text, "bad") for text in SOUND)]
    for check in ("mojibake", "lost_characters", "markup"):
        assert figures(rows, check) == {"rows": 0, "examples": [], "verdict": "ok"}


def test_lost_characters() -> None:
    rows = [*clean(), ("a caf\ufffd", "bad"), ("\ufffd\ufffd \ufffd", "good")]
    assert figures(rows, "lost_characters")["rows"] == 2


def test_much_harm_says_stop() -> None:
    rows = [(text + " cafÃ©", label) for text, label in clean()[:30]] + clean()[30:]
    assert figures(rows, "mojibake")["verdict"] == "stop"


@pytest.mark.parametrize(
    "text", ["<p>fine</p>", '<a href="x">', "a <B>bold", "<!-- no", "AT&amp;amp;T", "&amp;lt;", "x<SPAN class=y >"]
)
def test_markup_that_would_be_read_as_words(text: str) -> None:
    assert figures([*clean(), (text, "bad")], "markup") == {"rows": 1, "examples": ["a.csv:202"], "verdict": "look"}


@pytest.mark.parametrize(
    "text", ["a<br />b<BR>c</br>", "AT&amp;T", "&eacute;t&#233;", "3 < 5 > 4", "<grin> <3", "R&B; ok", "if a<b then c>d"]
)
def test_markup_that_is_read_rightly_and_what_is_none(text: str) -> None:
    assert figures([*clean(), (text, "bad")], "markup")["rows"] == 0
