"""The page opens anywhere: offline, by ear, by keyboard, in both languages."""

import base64
import hashlib
import re
from itertools import pairwise

from bptt import messages, report
from bptt.report import ClassesView


def test_it_asks_for_nothing_outside_itself(make, page_of):
    page = page_of(make(test=True))
    [policy] = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    style = page.all("style")[0].parts[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"url\(|@import|https?:", style)
    tags = {node.tag for node in page}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "use", "image", "foreignobject"}
    for node in page:
        assert "src" not in node.attributes
        assert "style" not in node.attributes  # the policy would drop it
        assert node.attributes.get("href", "#").startswith("#")


def test_it_can_be_read_by_ear_and_worked_by_keyboard(make, page_of):
    page = page_of(make(test=True))
    assert page.all("html")[0].attributes["lang"] == "en"
    levels = [int(node.tag[1]) for node in page if re.fullmatch(r"h[1-6]", node.tag)]
    assert levels[:2] == [1, 2]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [node.attributes["id"] for node in page if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in page:
        assert set(node.attributes.get("aria-labelledby", "").split()) <= set(ids)
        assert node.attributes.get("href", "#verdict")[1:] in ids
    for one in page.all("table"):
        assert one.all("caption")
        assert all(cell.attributes.get("scope") in ("col", "row") for cell in one.all("th"))
        assert all(row.parts and row.all("th") for row in one.all("tr"))
    for svg in page.all("svg"):
        hidden = svg.attributes.get("aria-hidden") == "true"
        assert hidden or (svg.attributes["role"] == "img" and svg.all("title") and svg.all("desc"))
    frames = page.all("div", **{"class": "scroll"})
    assert len(frames) == len(page.all("table"))
    assert all(frame.attributes["tabindex"] == "0" and frame.attributes["role"] == "region" for frame in frames)


def test_the_page_speaks_vietnamese(make, page_of):
    messages.use("vi")
    try:
        page = page_of(make())
    finally:
        messages.use("en")
    assert page.all("html")[0].attributes["lang"] == "vi"
    assert page.all("h1")[0].text == "Báo cáo huấn luyện run"
    assert page.all("h2")[0].text.startswith("Độ chính xác")


def test_the_same_run_gives_the_same_bytes(make):
    run = make()
    assert report.write(run, ClassesView()).read_bytes() == report.write(run, ClassesView()).read_bytes()
