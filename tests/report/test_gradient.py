"""What the page shows of microscope.jsonl and horizon.json: time across, training down, the stronger the larger."""

import re

from bptt.record import HORIZON, MICROSCOPE
from tests.report.conftest import look_inside


def shades(picture):
    """{(row, column): shade} of a heat map."""
    found = {}
    for path in picture.all("path"):
        if (path.attributes.get("class") or "").startswith("heat"):
            for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)", path.attributes["d"]):
                found |= {(int(row), int(column) + k): int(path.attributes["data-share"]) for k in range(int(length))}
    return found


def drawing(page, key):
    [found] = [one for one in page.all("svg") if (one.attributes.get("aria-labelledby") or "").startswith(f"{key}-title ")]
    return found


def test_the_gradient_fades_towards_the_first_step_and_down_the_training(make, page_of):
    run = make()
    look_inside(run, steps=20)
    seen = shades(drawing(page_of(run), "scope-0-gradient"))
    assert {row for row, _column in seen} == {0, 1, 2} and {column for _row, column in seen} == set(range(20))
    for row in range(3):
        line = [seen[row, column] for column in range(20)]
        assert line == sorted(line) and line[0] < line[-1], "the last step, on the right, has the largest"
    assert seen[0, 19] == 8 and seen[0, 19] > seen[1, 19] > seen[2, 19] and seen[2, 0] == 1


def test_saturation_is_drawn_by_its_share(make, page_of):
    run = make()
    look_inside(run)
    seen = shades(drawing(page_of(run), "scope-1-state"))
    assert {seen[row, 5] for row in range(3)} == {2, 4, 6} and {column for _row, column in seen} == set(range(64))


def test_the_table_and_the_words_say_it_too(make, page_of):
    run = make()
    look_inside(run, steps=11)
    page = page_of(run)
    text = page.text
    assert "recurrent_1 0.0009766 0.0009766 25.0 % 75.0 % 0.9" in " ".join(text.split())
    assert "95 % of the gradient lies within the last 4 steps" in text
    assert "At batch 101" in text and "Layers that were not looked into, and why" in text


def test_a_layer_that_reads_backwards_is_told_in_its_own_order(make, page_of):
    run = make()
    look_inside(run, steps=11)
    lines = run.metrics(name=MICROSCOPE)
    (run.path / MICROSCOPE).unlink()
    for line in lines:
        line["layers"][0]["backwards"] = True
        run.append(line, MICROSCOPE)
    assert "recurrent_1 1024 1024" in " ".join(page_of(run).text.split())


def test_without_a_look_there_is_no_section(make, page_of):
    run = make()
    assert not [one for one in page_of(run).all("section") if one.attributes.get("aria-labelledby") == "gradient"]


def test_numbers_that_are_none_and_a_short_batch_leave_a_gap(make, page_of):
    run = make()
    look_inside(run, steps=20)
    (run.path / HORIZON).unlink()
    line = run.metrics(name=MICROSCOPE)[-1]
    for layer in line["layers"]:
        layer |= {"steps": 4, "at": [0, 1, 2, 3], "gradient": [None, 1.0, 1.0, 1.0], "real": [4, 4, 4, 0]}
        layer |= {"state": [0.1] * 4, "saturated": {gate: [0.5] * 4 for gate in layer["saturated"]}}
    run.append(line | {"step": 200}, MICROSCOPE)
    seen = shades(drawing(page_of(run), "scope-0-gradient"))
    assert {column for row, column in seen if row == 3} == {1, 2}
