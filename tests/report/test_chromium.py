"""The page in a real browser: whole, quiet, within its window, on paper, and the same whatever the texts hold."""

import re

import pytest

from bptt import messages, report
from bptt.report import ClassesView
from tests.report.chromium import PROGRAM, browser
from tests.report.hostile import STRINGS, harmless

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine")
PHONE, DESKTOP = 360, 1280
CENSUS = "[...document.querySelectorAll('*')].map(e => [e.localName, ...e.getAttributeNames()].join(' ')).join('\\n')"
TEXTS = """[...document.querySelectorAll('figure > svg')].map(svg => {
    const frame = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')];
    const boxes = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
    const out = boxes.filter(([_, b]) => b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1
        || b.bottom > frame.bottom + 1).map(([words]) => words);
    const over = boxes.flatMap(([words, a], i) => boxes.slice(i + 1).filter(([_, b]) =>
        a.left < b.right - 1 && b.left < a.right - 1
        && a.top + 3 < b.bottom - 3 && b.top + 3 < a.bottom - 3).map(([other]) => words + ' / ' + other));
    return {out, over, width: frame.width, drawn: svg.querySelectorAll('path, rect').length};
})"""
WIDE = """[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') && !e.closest('svg')
    && e.getClientRects().length && e.getBoundingClientRect().right > WIDTH + 1).map(e => e.localName + '.' + e.className)"""


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests here."""
    with browser() as one:
        yield one


@pytest.fixture
def page(make, epochs):
    """A report with every part a report can have: two judged parts, many words, long names, a check."""
    names = ("một nhãn khá dài, để xem tên lớp dài trông ra sao trong một bảng hẹp", "b", "c" * 90)
    text = " ".join(["a film of many words and an_uncommonly_long_word_that_never_ends_" + "x" * 60, *["so", "it", "goes", "on"]])
    return report.write(make(classes=names, rows=120, text=text, test=True, events=epochs(30)), ClassesView())


@pytest.mark.parametrize(
    ("width", "dark", "language"),
    [(PHONE, False, "en"), (PHONE, True, "vi"), (DESKTOP, True, "en"), (DESKTOP, False, "vi")],
)
def test_it_is_drawn_whole_and_within_its_window(chromium, make, epochs, width, dark, language, page, tmp_path):
    if language == "vi":
        messages.use("vi")
        try:
            page = report.write(make("vi", events=epochs(30), test=True), ClassesView())
        finally:
            messages.use("en")
    chromium.open(page, width, dark)
    chromium.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 50_000, "more than an empty sheet; pytest keeps it to be looked at"
    assert not chromium.told("Runtime.exceptionThrown")
    assert not chromium.told("Log.entryAdded"), "an error, or a thing that the page's own policy refused"
    assert [one["request"]["url"] for one in chromium.told("Network.requestWillBeSent")] == [page.as_uri()]
    assert chromium.ask("document.documentElement.scrollWidth") <= width
    assert chromium.ask(WIDE.replace("WIDTH", str(width))) == []
    figures = chromium.ask(TEXTS)
    assert len(figures) == 10  # six of training, two of lengths, one a part judged
    for figure in figures:
        assert (figure["out"], figure["over"]) == ([], [])
        assert figure["width"] > 250
        assert figure["drawn"] > 8
    paper = chromium.ask("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", paper))) < 64) == dark


def test_the_measure_of_overlaps_itself(chromium, page):
    chromium.open(page, PHONE)
    wide = WIDE.replace("WIDTH", str(PHONE))
    assert not chromium.ask(TEXTS)[0]["out"] + chromium.ask(TEXTS)[0]["over"] + chromium.ask(wide)
    top = "document.querySelector('figure > svg text.number:nth-of-type(5)').getAttribute('y')"
    chromium.ask(f"document.querySelector('figure > svg text.axis').setAttribute('y', {top})")  # on a number of its own axis
    assert chromium.ask(TEXTS)[0]["over"]
    chromium.ask("document.querySelector('figure > svg text.number').setAttribute('x', 1)")
    assert chromium.ask(TEXTS)[0]["out"]
    chromium.ask("document.querySelector('.tiles').style.width = '900px'")
    assert chromium.ask(wide)


def test_a_screen_reader_hears_a_name_for_everything_it_stops_at(chromium, page):
    chromium.open(page)
    nodes = chromium.call("Accessibility.getFullAXTree")["nodes"]
    told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    stops = [(role, name) for role, name in told if role in {"image", "img", "region", "link", "heading", "navigation", "table"}]
    assert len([role for role, _name in stops if role in {"image", "img"}]) == 10
    assert [role for role, name in stops if not name.strip()] == []


def test_every_stop_of_the_keyboard_is_seen(chromium, page):
    """Tab goes through links, frames that scroll and what opens; each shows where it is."""
    chromium.open(page)
    stops = chromium.ask("[...document.querySelectorAll('a, summary, [tabindex]')].filter(e => e.checkVisibility()).length")
    assert stops > 20
    seen = set()
    for _stop in range(stops):
        for kind in ("keyDown", "keyUp"):
            chromium.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        seen.add(chromium.ask("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        assert chromium.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert len(seen) == stops


def test_it_prints(chromium, page):
    chromium.open(page, dark=True)
    pdf = chromium.pdf()
    assert pdf.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 30
    chromium.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert chromium.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert chromium.ask("getComputedStyle(document.querySelector('nav')).display") == "none"


@pytest.mark.parametrize("start", range(0, len(STRINGS), 200))
def test_hostile_strings_change_no_element(chromium, filled, start):
    words = STRINGS[start : start + 200]
    census = []
    for name, given in [("hostile", words), ("twin", [harmless(word, number) for number, word in enumerate(words)])]:
        chromium.open(report.write(filled(name, given), ClassesView()))
        census.append(chromium.ask(CENSUS).split("\n"))
        assert not chromium.told("Log.entryAdded")
        assert not chromium.told("Page.javascriptDialogOpening")
        assert len(chromium.told("Network.requestWillBeSent")) == 1
    assert census[0] == census[1]
