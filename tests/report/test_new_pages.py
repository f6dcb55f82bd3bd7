"""Explanations, compared runs and the live page in a real browser: whole, quiet, the same whatever the texts hold."""

import threading
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from bptt import messages
from bptt.comparing import compare
from bptt.comparing.answers import judged, save
from bptt.data import Dataset
from bptt.data.targets import Classes
from bptt.evaluation.measures import ACCURACY
from bptt.record import EXPLAINED
from bptt.report import ClassesView, watch, write, write_comparison, write_explanations
from tests.report.chromium import PROGRAM, browser
from tests.report.conftest import explanation, look_inside
from tests.report.hostile import STRINGS, harmless
from tests.report.test_chromium import CENSUS, DESKTOP, PHONE, TEXTS, WIDE

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine")
LONG = [f"word{place}{'x' * (place % 40)}" for place in range(240)]


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests here."""
    with browser() as one:
        yield one


@contextmanager
def speaking(language):
    messages.use(language)
    try:
        yield
    finally:
        messages.use("en")


def compared(make, names, epochs):
    """Two runs whose folders, labels and settings have these names."""
    runs = []
    for number, name in enumerate(names):
        run = make(f"{number}", events=epochs(9 + number), config=[("data.text", name)])
        rows = Dataset([f"t{row}" for row in range(50)], Classes(np.zeros(50, np.int32), ("a", "b")), [""] * 50)
        save(run, {"test": judged(rows, {"correct": (np.arange(50) % (2 + number) > 0) * 1.0})})
        runs.append(run)
    return runs, compare(runs, [ACCURACY])


def named(make, number, name, **rest):
    """A run in a folder of its own for each `number`."""
    return make(f"{number}-{name}", **rest)


def page_of(kind, make, epochs, path, words=LONG):
    """Writes the page of this kind; how many drawings it has."""
    if kind == "compare":
        runs, found = compared(make, words[:2], epochs)
        for one, name in zip(found["runs"], words, strict=False):
            one["run"] = name
        for one in found["differences"]:
            one["run"] = words[1]
        found["notes"] = list(words[:8])
        write_comparison(path, runs, found, ClassesView())
        return 4
    if kind == "report":
        run = make("long", test=True)
        told = [("a truth", explanation(words)), ("a truth", explanation(words, tagged=True))]
        run.write_json(EXPLAINED, {"part": "test", "worst": told, "surest": told[:1]})
        look_inside(run, words[:2])
        path.write_bytes(write(run, ClassesView()).read_bytes())
        return 10 + 6 + 9
    write_explanations(path, words[0], [explanation(words), explanation(words, tagged=True)])
    return 4


@pytest.mark.parametrize("kind", ["explanations", "compare", "report"])
@pytest.mark.parametrize(
    ("width", "dark", "language"),
    [(PHONE, False, "vi"), (PHONE, True, "en"), (DESKTOP, True, "vi"), (DESKTOP, False, "en")],
)
def test_it_is_drawn_whole_and_within_its_window(chromium, make, epochs, tmp_path, kind, width, dark, language):
    path = tmp_path / "page.html"
    with speaking(language):
        drawings = page_of(kind, make, epochs, path)
    chromium.open(path, width, dark)
    chromium.ask("document.querySelectorAll('details').forEach(one => one.open = true)")
    chromium.screenshot(tmp_path / "page.png")
    assert path.stat().st_size < 1_000_000
    assert not chromium.told("Runtime.exceptionThrown")
    assert not chromium.told("Log.entryAdded"), "an error, or a thing that the page's own policy refused"
    assert [one["request"]["url"] for one in chromium.told("Network.requestWillBeSent")] == [path.as_uri()]
    assert chromium.ask("document.documentElement.lang") == language
    assert chromium.ask("document.documentElement.scrollWidth") <= width
    assert chromium.ask(WIDE.replace("WIDTH", str(width))) == []
    figures = chromium.ask(TEXTS)
    assert len(figures) == drawings
    for figure in figures:
        assert (figure["out"], figure["over"]) == ([], [])
    assert chromium.ask("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size") == chromium.ask(
        "document.querySelectorAll('[id]').length"
    ), "an id stands once"


@pytest.mark.parametrize("kind", ["explanations", "compare"])
def test_a_screen_reader_hears_a_name_for_everything_it_stops_at(chromium, make, epochs, tmp_path, kind):
    drawings = page_of(kind, make, epochs, tmp_path / "page.html")
    chromium.open(tmp_path / "page.html")
    nodes = chromium.call("Accessibility.getFullAXTree")["nodes"]
    told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    kinds = {"image", "img", "region", "link", "heading", "article", "table"}
    stops = [(role, name) for role, name in told if role in kinds]
    assert len([role for role, _name in stops if role in {"image", "img"}]) == drawings
    assert [role for role, name in stops if not name.strip()] == []


@pytest.mark.parametrize("start", range(0, len(STRINGS), 100))
@pytest.mark.parametrize("kind", ["explanations", "compare"])
def test_hostile_strings_change_no_element(chromium, make, epochs, tmp_path, kind, start):
    words = STRINGS[start : start + 100]
    census = []
    for given in (words, [harmless(word, number) for number, word in enumerate(words)]):
        path = tmp_path / f"{len(census)}.html"
        if kind == "compare":
            page_of(kind, partial(named, make, len(census)), epochs, path, given)
        else:
            told = [explanation(given[at : at + 20], tagged=at % 40 == 0) for at in range(0, len(given), 20)]
            write_explanations(path, given[0], told)
        chromium.open(path)
        census.append(chromium.ask(CENSUS).split("\n"))
        assert not chromium.told("Log.entryAdded")
        assert not chromium.told("Page.javascriptDialogOpening")
        assert len(chromium.told("Network.requestWillBeSent")) == 1
    assert census[0] == census[1]


def loaded(chromium, address):
    """Goes to an address and waits until its page is there."""
    chromium.events.clear()
    chromium.call("Page.navigate", url=address)
    while not chromium.told("Page.loadEventFired"):
        chromium._read()


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_live_page_grows_by_itself_and_asks_nobody_else(chromium, make, epochs, language):
    run = make("live", events=epochs(2), ending=[], leave_out=("scores.json",))
    one = watch.server(watch.Pages(run, ClassesView()), 0)
    threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    address = f"http://127.0.0.1:{one.server_port}/"
    count = "document.querySelector('#epochs').closest('table').rows.length"
    try:
        with speaking(language):
            loaded(chromium, address)
            assert chromium.ask(count) == 3
            run.append(epochs(3)[2])
            while len(chromium.told("Page.loadEventFired")) < 2:  # nobody but the page asks
                chromium._read()
            assert chromium.ask(count) == 4
        assert chromium.ask("document.documentElement.lang") == language
        asked = {told["request"]["url"] for told in chromium.told("Network.requestWillBeSent")}
        assert asked <= {address, f"{address}favicon.ico"}
        assert not chromium.told("Runtime.exceptionThrown")
        told = [entry["entry"]["text"] for entry in chromium.told("Log.entryAdded")]
        assert [text for text in told if "favicon" not in text and "404" not in text] == []
    finally:
        loaded(chromium, "about:blank")
        one.shutdown()
        one.server_close()
