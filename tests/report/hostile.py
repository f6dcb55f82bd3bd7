"""Strings that would change a page if it let them: 500 and more, each of a kind met in the wild."""

from itertools import product

_HANDLERS = (
    "onload",
    "onerror",
    "onfocus",
    "onmouseover",
    "onclick",
    "ontoggle",
    "onanimationstart",
    "onpointerenter",
    "onbegin",
    "onwheel",
    "onscrollend",
)
_ELEMENTS = (
    "img src=x",
    "svg",
    "body",
    "details open",
    "input autofocus",
    "video src=x",
    "marquee",
    "svg><animate",
    "x",
    "iframe",
    "select autofocus",
    "audio src=x",
    "math><a",
    "object data=x",
    "embed src=x",
    "button autofocus",
    "textarea autofocus",
    "template",
)
_ENDS = ("</script>", "</style>", "</title>", "</td></tr></table>", "</svg>", "</blockquote></li></ol>", "</pre>", "--></html>")
_BEHIND = ("script>alert(1)</script", "img src=x onerror=alert(1)", "svg onload=alert(1)")
_ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:x",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "//evil.example/x",
    "vbscript:x",
)
_REQUESTS = (
    "<a href='{}'>x</a>", "<iframe src='{}'>", "<img src='{}'>", "<link rel=stylesheet href='{}'>", "<object data='{}'>",
    "<form action='{}'><input name=q>", "<base href='{}'>", "<meta http-equiv=refresh content='0;url={}'>",
    "<svg><image href='{}'/></svg>", "<style>@import '{}';</style>", "<p style=\"background:url('{}')\">",
)  # fmt: skip
_QUOTES = ('"', "'", "`", "&quot;", "&#34;", "\\x22", '\\"', "</")
_TEMPLATES = (
    "{{ 7 * 7 }}", "{% for x in [1] %}x{% endfor %}", "{{ ''.__class__.__mro__ }}", "{# not a comment #}", "${7*7}", "#{7*7}",
    "{0.__class__} {name} {accuracy!r}", "%s %(name)s %n", "<%= 7*7 %>", "{{{7}}}", "{{constructor.constructor('alert(1)')()}}",
    "{", "}", "{}", "{{", "}}", "{%", "%}", "{#", "{accuracy}", "{part}", "{name:>99999}",
)  # fmt: skip
_UNSEEN = (
    *range(1, 9), 11, 12, *range(14, 32), *range(127, 160), 0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
    *range(0x2060, 0x2070), 0xF8FF, 0xFEFF, 0xFFFE, 0xE0001, 0xE0041,
)  # fmt: skip
_MARKUP = (
    "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<scr<script>ipt>", "<script\x0c>alert(1)</script>",
    "<svg><style>*{display:none}</style></svg>", "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "<template shadowrootmode=open><script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<plaintext>", "<xmp>", "<textarea>", "<select><option>",
    "<!-- a comment", "--><b>", "<!--><script>", "<![CDATA[<b>]]>", "<?php echo 1 ?>", "<!DOCTYPE html>", "<frameset>", "<",
    ">", "<>", "</", "< b>", "<b", "&", "&lt;script&gt;", "&#60;script&#62;", "&#x3c;b&#x3e;", "&amp;amp;", "&NewLine;", "&#0;",
)  # fmt: skip
_DATA = (
    '{"a": "</script>"}', '"],"rows":[[', "\\u003cscript\\u003e", "\\", '\\"', "null", "NaN", "[1, 2", "*/ }*{color:red}",
    "expression(alert(1))", "url(javascript:alert(1))", "--paper:red", '=HYPERLINK("//evil.example","x")', "+1+1",
    "-1", "@SUM(1)", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;//evil.example\x07x\x1b]8;;\x07", "\x9b31m", "a\x00b",
    "\u202e\u2066gnp.exe\u2069\u202c", "line\nbreak\r\nand\ttab", "\u0300" * 200, "قصة <b>عربية</b>", "שלום <i>",
    "\U0001f469\u200d\U0001f680", "𝒳" * 5_000,
    "x" * 5_000, "<" * 5_000, "x " * 2_500, "\u202e" * 2_000, "../../etc/passwd", "C:\\x", "#verdict", "?a=<b>&c=",
)  # fmt: skip

STRINGS = list(
    dict.fromkeys(
        [
            *_MARKUP,
            *_TEMPLATES,
            *_DATA,
            *(f"a{chr(code)}b" for code in _UNSEEN),
            *(f"<{element} {handler}=alert(1)>" for element, handler in product(_ELEMENTS, _HANDLERS)),
            *(f"{end}<{what}>" for end, what in product(_ENDS, _BEHIND)),
            *(request.format(address) for request, address in product(_REQUESTS, _ADDRESSES)),
            *(f"{quote} {handler}={quote}alert(1)" for quote, handler in product(_QUOTES, _HANDLERS[:4])),
        ]
    )
)


def harmless(text: str, number: int) -> str:
    """A text as long and with the same line breaks, none of whose characters means anything; another for each `number`."""
    letters = "".join(one if one in "\r\n" else "o" for one in text)
    return letters + f" {number}"
