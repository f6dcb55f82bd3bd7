"""Whatever stands in a text, a label, a column or a file name: it is shown, and it changes nothing about the page."""

import pytest

from bptt.record import SCORES
from bptt.report.text import shorten

LONG = 5_000
STRINGS = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</td></tr></table><script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style>*{display:none}</style></svg>",
    "</svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=data:text/html,x>x</a>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<form action=//evil.example><input name=q autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<plaintext>",
    "<!-- a comment",
    "--><b>",
    "<![CDATA[<b>]]>",
    "<?php echo 1 ?>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" autofocus tabindex=1 onfocus="alert(1)" x="',
    "` onmouseover=`alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&amp;amp;",
    "{{ 7 * 7 }}",
    "{% for x in [1] %}x{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "{# not a comment #}",
    "{0.__class__} {name} {accuracy!r}",
    "%s %(name)s %n",
    "${7*7} #{7*7}",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "a\x00b\x08c\x7fd\x9be",
    "\u202e\u2066gnp.exe\u2069\u202c",
    "\u200b\u200e\u200f\ufeff\u061c",
    "\u2028\u2029\x85",
    "line\nbreak\r\nand\ttab",
    '=HYPERLINK("//evil.example","x")',
    "\u0300" * 200,
    "قصة <b>عربية</b>",
    "\U0001f469\u200d\U0001f680 \U000e0041\U000e0042",
    "𝒳" * LONG,
    "x" * LONG,
    "<" * LONG,
]
ATTRIBUTES = {
    "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "cx", "cy", "d", "data-share", "dir", "height",
    "href", "http-equiv", "id", "lang", "name", "preserveaspectratio", "r", "role", "scope", "tabindex", "text-anchor", "viewbox",
    "width", "x", "y",
}  # fmt: skip


def shape(page):
    """All elements in order, with the names of their attributes."""
    return [(node.tag, *node.attributes) for node in page]


def shown(text, limit):
    """How `text` reads on the page: unseen characters by number, white space as one space."""
    return " ".join(shorten(text, limit).split())


@pytest.mark.parametrize("text", STRINGS, ids=range(len(STRINGS)))
def test_a_hostile_string_is_text_like_any_other(make, page_of, text):
    harmless = "".join(one if one in "\r\n" else "o" for one in text)
    run, twin = (
        make(
            name, classes=(word, "other"), text=word, origin=word, config=[("data.text", word), ("data.label", word)], skill=-1.0
        )
        for name, word in [("hostile", text), ("harmless", harmless)]
    )
    page = page_of(run)
    assert shape(page) == shape(page_of(twin))
    assert {name for node in page for name in node.attributes} <= ATTRIBUTES
    assert shown(text, 80) in [cell.text for cell in page.all("th", **{"class": "class"})]
    entries = page.all("ol", **{"class": "mistakes"})[0].all("li")
    mistakes = run.read_json(SCORES)["validation"]["mistakes"]
    for entry, mistake in zip(entries, mistakes, strict=True):
        assert entry.all("blockquote")[0].text == shown(mistake["text"], 280)
        assert entry.all("small")[0].text == shown(mistake["origin"], 200)


@pytest.mark.parametrize(
    "name", [text for text in STRINGS if "/" not in text and "\x00" not in text and len(text.encode()) < 200]
)
def test_a_hostile_folder_name(make, page_of, name):
    page = page_of(make(name))
    assert page.all("h1")[0].text == " ".join(f"Training report {shorten(name, 300)}".split())
    assert shape(page) == shape(page_of(make("harmless")))
