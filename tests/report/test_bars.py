"""Histograms, the reliability diagram and the words of a mistake: drawn where their numbers belong, and told in words."""

import pytest

from bptt.record import DATA, SCORES

WORDS = ["it", "was", "great", "not", "bad"]
EFFECTS = [0.0, -0.02, -1.6, 0.8, 0.3]


@pytest.fixture
def explained(make):
    """`explained(words, effects)`: a run whose one mistake has these."""

    def run_of(words, effects):
        run = make(skill=-1.0)
        scores = run.read_json(SCORES)
        one = scores["validation"]["mistakes"][0] | {"words": words, "effects": effects}
        scores["validation"]["mistakes"] = [one]
        run.write_json(SCORES, scores)
        return run

    return run_of


def test_words_are_marked_by_side_and_strength(explained, page_of):
    [entry] = page_of(explained(WORDS, EFFECTS)).all("ol", **{"class": "mistakes"})[0].all("li")[:1]
    assert entry.all("blockquote")[0].text == " ".join(WORDS)
    marks = [(mark.text, mark.attributes["class"], mark.attributes["data-share"]) for mark in entry.all("mark")]
    assert marks == [("great", "against", "8"), ("not", "for", "4"), ("bad", "for", "1")]
    told = [item.text for item in entry.all("ul", **{"class": "strongest"})[0].all("li")]
    assert told == ["Most against it: great −1.60 · was −0.02", "Most for the true class: not +0.80 · bad +0.30"]


def test_where_no_word_has_an_effect_none_is_strongly_marked(explained, page_of):
    entry = page_of(explained(WORDS, [0.001, 0.0, -0.01, 0.0, 0.0])).all("ol", **{"class": "mistakes"})[0]
    assert [mark.attributes["data-share"] for mark in entry.all("mark")] == ["1"]


def test_of_a_long_text_the_stretch_that_moved_most_is_shown(explained, page_of):
    words = [f"w{number}" for number in range(300)]
    effects = [0.0] * 200 + [0.4] * 60 + [0.0] * 40
    entry = page_of(explained(words, effects)).all("ol", **{"class": "mistakes"})[0]
    shown = entry.all("blockquote")[0].text.split()
    assert set(words[200:260]) <= set(shown)
    before, after = (int(node.text.strip("(+ words)…")) for node in entry.all("blockquote")[0].all("small"))
    assert before + 80 + after == 300
    assert shown[3 : 3 + 80] == words[before : before + 80]


def test_the_legend_says_the_method_and_leans_on_more_than_colour(make, page_of):
    page = page_of(make(skill=-1.0))
    assert "occlusion" in page.text
    assert [mark.text for mark in page.all("ul", **{"class": "legend"})[0].all("mark")] == ["solid underline", "dotted underline"]
    style = page.all("style")[0].parts[0]
    assert "text-decoration: underline" in style
    assert "text-decoration-style: dotted" in style


def drawing(page, key):
    """The figure whose drawing has the title `key`-title."""
    [found] = [one for one in page.all("figure") if one.all("title", id=f"{key}-title")]
    return found


def bars(figure):
    """(left, right, height) of each bar, in parts of the field between the axes."""
    rects = [{name: float(rect.attributes[name]) for name in ("x", "y", "width", "height")} for rect in figure.all("rect")]
    assert all(rect["y"] + rect["height"] == pytest.approx(232, abs=0.2) for rect in rects)
    return [((one["x"] - 68) / 400, (one["x"] + one["width"] - 68) / 400, one["height"] / 188) for one in rects]


def test_the_histogram_has_a_bar_a_bin_of_the_height_of_its_rows(make, page_of):
    run = make(text="so it goes on and on", config=[("text.max_length", 4)])
    facts = run.read_json(DATA)["batches"]["train"]
    figure = drawing(page_of(run), "lengths-train")
    heights = [height for _left, _right, height in bars(figure)]
    rows = facts["length_histogram"]["rows"]
    assert [height / max(heights) for height in heights] == pytest.approx([one / max(rows) for one in rows], abs=0.01)
    assert [rect.text for rect in figure.all("rect")][-1] == "8 words: 36"
    assert figure.all("text", **{"class": "best"})[0].text == "max_length"
    unknown, cut = facts["share_unknown"], facts["share_truncated"]
    assert f"{100 * cut:.1f} % of the texts are longer than max_length, 4 words" in figure.text
    assert f"{100 * unknown:.1f} % of the words are not in the vocabulary." in figure.text


def test_the_reliability_diagram(make, page_of):
    run = make(skill=1.0, rows=200)
    scores = run.read_json(SCORES)["validation"]
    page = page_of(run)
    figure = drawing(page, "validation-reliability")
    held = [(place, one) for place, one in enumerate(scores["calibration"]) if one["rows"]]
    assert len(held) == 5
    for (left, right, height), (place, one) in zip(bars(figure), held, strict=True):
        assert (left, right) == pytest.approx((place / 10, (place + 1) / 10), abs=0.006)
        assert height == pytest.approx(one["accuracy"], abs=0.003)
    lines = [path for path in figure.all("path", **{"class": "line validation"}) if "H" in path.attributes["d"]][1:]
    places = [float(path.attributes["d"].split()[1].split("H")[0]) for path in lines]
    assert [(232 - y) / 188 for y in places] == pytest.approx([one["probability"] for _place, one in held], abs=0.003)
    assert f"Expected calibration error {scores['calibration_error']:.4f}" in figure.text
    [found] = [one for one in page.all("table") if one.all("caption", id="validation-bins")]
    assert [row[1] for row in found.all("tbody")[0].rows()] == [str(one["rows"]) for _place, one in held]


def test_the_checks_of_the_data_are_shown_where_there_are_some(make, page_of):
    run = make()
    assert not page_of(run).all("caption", id="checks")
    check = {"check": "copies", "verdict": "warning", "finding": "12 rows repeat", "advice": "Remove them."}
    run.write_json(DATA, run.read_json(DATA) | {"checks": [check]})
    [found] = [one for one in page_of(run).all("table") if one.all("caption", id="checks")]
    assert found.all("tbody")[0].rows() == [list(check.values())]
