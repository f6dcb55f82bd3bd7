"""Contrast of the page's colours, computed from the style sheet (WCAG 2.2: 4.5 for text, 3 for lines)."""

import re
from pathlib import Path

import pytest

from bptt import report

STYLE = (Path(report.__file__).parent / "page.css").read_text(encoding="utf-8")
LIGHT, DARK, PRINT = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", STYLE))
DEPTHS = [int(depth) for depth in re.findall(r"--depth: (\d+)%", STYLE)]
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])


def channels(colour):
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(rgb):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(theme, tone, depth):
    """`depth` hundredths of a tone, the rest paper."""
    pairs = zip(channels(theme[tone]), channels(theme["paper"]), strict=True)
    return [depth / 100 * colour + (1 - depth / 100) * paper for colour, paper in pairs]


def test_the_measure_itself():
    assert contrast(channels("#ffffff"), channels("#000000")) == pytest.approx(21)
    assert contrast(channels("#777777"), channels("#ffffff")) == pytest.approx(4.48, abs=0.01)


@THEMES
def test_every_colour_is_set_in_every_theme(theme):
    assert set(theme) == set(LIGHT)


@THEMES
@pytest.mark.parametrize("ground", ["paper", "surface"])
@pytest.mark.parametrize("text", ["ink", "muted", "train", "good"])
def test_text_on_its_ground(theme, text, ground):
    assert contrast(channels(theme[text]), channels(theme[ground])) >= 4.5


@THEMES
@pytest.mark.parametrize("line", ["train", "validation", "other", "bad"])
def test_lines_on_paper(theme, line):
    assert contrast(channels(theme[line]), channels(theme["paper"])) >= 3


@THEMES
@pytest.mark.parametrize("tone", ["train", "validation"])
def test_text_on_the_shades_of_the_confusion_matrix_and_of_the_words(theme, tone):
    assert len(DEPTHS) == 8
    for depth in DEPTHS:
        assert contrast(channels(theme["ink"]), mixed(theme, tone, depth)) >= 4.5


@THEMES
def test_a_line_over_a_bar_and_the_underline_of_a_word(theme):
    """The underlines on the faint half of the shades: the deep ones show by themselves."""
    [depth] = re.findall(r"svg \.bars \{ fill: color-mix\(in srgb, var\(--train\) (\d+)%", STYLE)
    assert contrast(channels(theme["validation"]), mixed(theme, "train", int(depth))) >= 3
    for tone in ("train", "validation"):
        assert contrast(channels(theme[tone]), mixed(theme, tone, DEPTHS[4])) >= 3
