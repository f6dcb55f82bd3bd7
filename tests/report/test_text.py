import pytest

from bptt.messages.visible import visible
from bptt.report.text import count, duration, quote, share, short, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, tuyệt vời, قصة, 日本", "plain, tuyệt vời, قصة, 日本"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("a\u202eb", "a⟨U+202E⟩b"),  # right-to-left override
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),  # isolates
        ("\x1b[31mred\x00", "⟨U+001B⟩[31mred⟨U+0000⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("\ud800", "⟨U+D800⟩"),  # half of a surrogate pair: no UTF-8 for it
        ("\U000e0041", "⟨U+E0041⟩"),  # invisible tag letters
        ("a\u00a0b \U0001f469\u200d\U0001f680", "a\u00a0b \U0001f469\u200d\U0001f680"),  # joined emoji stay one
    ],
)
def test_unseen_characters_are_shown_by_number(text, shown):
    assert visible(text) == shown


def test_shortening_says_how_much_is_left_out():
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("a" * 1_500, 6) == "aaaaaa… (+1,494)"
    assert shorten("ab\u202ecd", 10) == "ab⟨U+202E⟩… (+2)"  # what is shown counts, so that a page has a largest size


def test_a_quoted_name_is_escaped_and_isolated():
    assert quote("<b>\u202e") == "<bdi>“&lt;b&gt;⟨U+202E⟩”</bdi>"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (count(1_328_517), "1,328,517"),
        (count(None), "–"),
        (share(0.89344), "0.8934"),
        (share(float("nan")), "–"),
        (share(True), "–"),
        (short(0.001), "0.001"),
        (short(5e-05), "5e-5"),
        (short(200.0), "200"),
        (short(float("inf")), "–"),
        (duration(8.34), "8.3 s"),
        (duration(59.99), "1 min 00 s"),
        (duration(125.4), "2 min 05 s"),
        (duration(3 * 3600 + 62), "3 h 01 min"),
        (duration(None), "–"),
    ],
)
def test_numbers(shown, expected):
    assert shown == expected
