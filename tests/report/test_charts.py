"""What is drawn stands where its value belongs, read back from the numbers along the axes."""

import re

import pytest

from bptt.report import ClassesView
from bptt.report.charts import Chart, Series
from bptt.report.curves import panels


@pytest.fixture
def draw(parse):
    return lambda chart: parse(f"<!DOCTYPE html>{chart.svg()}")


def axis(svg, anchor):
    """(place, value) of the numbers along an axis: "end" stand left of the rows, "middle" under the columns."""
    side = "y" if anchor == "end" else "x"
    shift = 4.5 if anchor == "end" else 0  # a row's number stands that much below its line
    labels = svg.all("text", **{"class": "number", "text-anchor": anchor})
    return [(float(label.attributes[side]) - shift, float(label.text)) for label in labels]


def value_at(place, ticks, along=lambda value: value, back=lambda value: value):
    """The value at `place`, by the first and the last tick."""
    (start, low), (end, high) = ticks[0], ticks[-1]
    return back(along(low) + (place - start) / (end - start) * (along(high) - along(low)))


def dots(svg, style):
    circles = [node for node in svg.all("circle") if style in node.attributes["class"].split()]
    return [(float(dot.attributes["cx"]), float(dot.attributes["cy"]), dot.text) for dot in circles]


def corners(svg, style):
    [line] = [node for node in svg.all("path") if node.attributes["class"] == f"line {style}"]
    return [
        [tuple(map(float, xy.split())) for xy in run.removesuffix("h0").split("L")] for run in line.attributes["d"].split("M")[1:]
    ]


@pytest.mark.parametrize("count", [1, 2, 7, 40, 41, 200])
def test_each_dot_stands_at_its_epoch_and_its_value(draw, epochs, count):
    rows = epochs(count)
    svg = draw(panels(rows, 1, ClassesView().metric())[0])
    assert axis(svg, "end")[0][0] > axis(svg, "end")[-1][0]  # the lowest number stands lowest on the page
    for style, key in [("train", "loss"), ("validation", "val_loss")]:
        drawn = dots(svg, style)
        assert len(drawn) == count
        span = max(value for _place, value in axis(svg, "end"))
        for (_x, y, words), row in zip(drawn, rows, strict=True):
            assert value_at(y, axis(svg, "end")) == pytest.approx(row[key], abs=0.002 * span)
            assert words == f"{'training' if style == 'train' else 'validation'}, epoch {row['epoch']}: {row[key]:.6g}"
        if count > 1:
            assert [value_at(x, axis(svg, "middle")) for x, _y, _words in drawn] == pytest.approx(
                [row["epoch"] for row in rows], abs=0.06 * count / 7
            )


def test_the_line_goes_through_the_dots(draw, epochs):
    svg = draw(panels(epochs(7), 4, ClassesView().metric())[1])
    for style in ("train", "validation"):
        assert corners(svg, style) == [[(x, y) for x, y, _words in dots(svg, style)]]


def test_the_learning_rate_is_logarithmic(draw, epochs):
    from math import exp, log

    rows = epochs(3)
    for row, rate in zip(rows, [1e-2, 1e-3, 1e-5], strict=True):
        row["learning_rate"] = rate
    svg = draw(panels(rows, 1, ClassesView().metric())[2])
    places = [y for _x, y, _words in dots(svg, "other")]
    assert [value_at(y, axis(svg, "end"), log, exp) for y in places] == pytest.approx([1e-2, 1e-3, 1e-5], rel=0.02)
    assert places[2] - places[1] == pytest.approx(2 * (places[1] - places[0]), abs=0.2)


def test_the_gap_is_training_less_validation_around_a_zero_line(draw, epochs):
    rows = epochs(7)
    svg = draw(panels(rows, 4, ClassesView().metric())[3])
    gaps = [row["accuracy"] - row["val_accuracy"] for row in rows]
    assert gaps[0] < 0 < gaps[-1]
    assert [value_at(y, axis(svg, "end")) for _x, y, _words in dots(svg, "other")] == pytest.approx(gaps, abs=0.001)
    [zero] = svg.all("path", **{"class": "zero"})
    place = float(re.match(r"M\S+ ([\d.]+)H", zero.attributes["d"])[1])
    assert value_at(place, axis(svg, "end")) == pytest.approx(0, abs=1e-3)


def test_the_best_epoch_is_marked_at_its_place(draw, epochs):
    svg = draw(panels(epochs(7), 4, ClassesView().metric())[0])
    [mark] = svg.all("path", **{"class": "best"})
    x = float(mark.attributes["d"][1:].split()[0])
    assert value_at(x, axis(svg, "middle")) == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf")])
def test_a_value_that_is_no_number_breaks_the_line_and_is_named(draw, epochs, bad):
    rows = epochs(6)
    rows[2]["val_loss"] = bad
    chart = panels(rows, None, ClassesView().metric())[0]
    svg = draw(chart)
    assert [len(run) for run in corners(svg, "validation")] == [2, 3]
    assert [len(run) for run in corners(svg, "train")] == [6]
    assert chart.notes() == ["validation: no number at epoch 3."]
    assert "nan" not in str(chart.svg()).lower()


def test_a_lone_value_between_gaps_is_a_dot_of_the_line(draw, epochs):
    rows = epochs(3)
    rows[0]["loss"] = rows[2]["loss"] = None
    svg = draw(panels(rows, None, ClassesView().metric())[0])
    [line] = svg.all("path", **{"class": "line train"})
    assert line.attributes["d"].endswith("h0")


def test_a_rate_of_0_cannot_stand_on_a_logarithmic_axis_and_is_named(epochs):
    rows = epochs(3)
    rows[1]["learning_rate"] = 0.0
    assert panels(rows, None, ClassesView().metric())[2].notes() == ["learning rate: no number at epoch 2."]


def test_words_for_those_who_do_not_see_the_drawing(draw):
    chart = Chart("loss", "Loss", "nats", [1, 2, 3], [Series("training", "train", [0.5, 0.25, 0.3])])
    svg = draw(chart).all("svg")[0]
    assert svg.attributes["role"] == "img"
    assert svg.attributes["aria-labelledby"] == "loss-title loss-words"
    assert svg.id("loss-title").text == "Loss"
    assert (
        svg.id("loss-words").text == "training: 0.5 at epoch 1, 0.3 at epoch 3; lowest 0.25 at epoch 2, highest 0.5 at epoch 1."
    )


def test_thousands_of_epochs_are_thinned_and_it_is_said(draw):
    count = 5_000
    chart = Chart(
        "loss", "Loss", "nats", range(1, count + 1), [Series("training", "train", [1 / at for at in range(1, count + 1)])]
    )
    [run] = corners(draw(chart), "train")
    assert len(run) == 1_667
    assert chart.notes() == ["Of 5000 epochs, one in 3 is drawn."]
