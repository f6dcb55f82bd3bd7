"""Whatever stands in a text, a label, a column, a file name or a check: it is shown, and it changes nothing about the page."""

import sys

import jinja2
import pytest
from justhtml import JustHTML

from bptt import report
from bptt.errors import ModelFileError
from bptt.record import SCORES
from bptt.report import ClassesView
from bptt.report.text import shorten
from tests.report.hostile import STRINGS, harmless

ATTRIBUTES = {
    "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "cx", "cy", "d", "data-share", "dir", "height",
    "href", "http-equiv", "id", "lang", "name", "preserveaspectratio", "r", "role", "scope", "tabindex", "text-anchor",
    "transform", "viewbox",
    "width", "x", "y",
}  # fmt: skip
AT_ONCE = 50  # strings a page: as many classes as the confusion matrix shows
GROUPS = [STRINGS[start : start + AT_ONCE] for start in range(0, len(STRINGS), AT_ONCE)]


def shape(page):
    """All elements in order, with the names of their attributes."""
    return [(node.tag, *node.attributes) for node in page]


def shown(text, limit):
    """How `text` reads on the page: unseen characters by number, white space as one space."""
    return " ".join(shorten(text, limit).split())


def real(path):
    """Tags and attributes as a browser's own rules of parsing find them."""
    page = JustHTML(path.read_text(encoding="utf-8"), sanitize=False)
    return [(node.name, *node.attrs) for node in page.query("*")]


def test_they_are_many():
    assert len(STRINGS) >= 500


@pytest.mark.parametrize("words", GROUPS, ids=range(len(GROUPS)))
def test_hostile_strings_are_text_like_any_other(filled, page_of, words):
    run, twin = filled("hostile", words), filled("twin", [harmless(word, number) for number, word in enumerate(words)])
    page = page_of(run)
    assert shape(page) == shape(page_of(twin))
    assert real(run.path / "report.html") == real(twin.path / "report.html")
    assert {name.lower() for node in page for name in node.attributes} <= ATTRIBUTES
    names = [cell.text for cell in page.all("th", **{"class": "class"})]
    entries = page.all("ol", **{"class": "mistakes"})[0].all("blockquote")[::2]
    sources = page.all("blockquote", **{"class": "whole"})[: len(words)]
    for word, entry, source in zip(words, entries, sources, strict=True):
        assert shown(word, 80) in names
        assert entry.text == " ".join([shown(word, 80)] * 4).strip()
        assert source.text == shown(word, 2000)


@pytest.mark.parametrize("planted", ["{{ piece.text }}", "{{ shorten(name, 80) }}"])
def test_a_hole_is_noticed(filled, page_of, monkeypatch, planted):
    """The same with one text let in unescaped."""
    template = sys.modules["bptt.report.template"]

    class Holed(jinja2.FileSystemLoader):
        def get_source(self, environment, template):
            source, *others = super().get_source(environment, template)
            return source.replace(planted, planted.replace(" }}", "|safe }}")), *others

    monkeypatch.setattr(template, "FileSystemLoader", Holed)
    template.named.cache_clear()
    try:
        run, twin = filled("hostile", ["<b>", "c"]), filled("twin", ["ooo 0", "o 1"])
        assert real(report.write(run, ClassesView())) != real(report.write(twin, ClassesView()))
    finally:
        template.named.cache_clear()


NAMES = [text for text in STRINGS if "/" not in text and "\x00" not in text and len(text.encode()) < 200]


@pytest.mark.parametrize("name", NAMES[::9])
def test_a_hostile_folder_name(make, page_of, name):
    page = page_of(make(name))
    assert page.all("h1")[0].text == " ".join(f"Training report {shorten(name, 300)}".split())
    assert shape(page) == shape(page_of(make("harmless")))


def test_half_a_character_in_a_file_is_damage(make):
    run = make(skill=-1.0)
    text = (run.path / SCORES).read_text()
    assert "reviews.csv" in text
    (run.path / SCORES).write_text(text.replace("reviews.csv", r"\ud800"))
    with pytest.raises(ModelFileError, match=r"scores\.json is damaged"):
        report.write(run, ClassesView())
