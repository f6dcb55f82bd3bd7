"""The templates of the pages, and the style sheet that is in each."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from bptt.evaluation import baselines
from bptt.messages import _
from bptt.messages.visible import visible
from bptt.report.text import count, quote, share, short, shorten

_FOLDER = Path(__file__).parent


@cache
def named(name: str) -> Template:
    """A page to be filled in. Whatever is not markup is escaped on the way in, and its unseen characters are shown."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tools = (count, escape, quote, share, short, shorten)
    environment.globals.update({tool.__name__: tool for tool in tools} | {"_": _, "missing": _missing})
    environment.globals["baseline_names"] = baselines.names
    return environment.get_template(name)


def style() -> dict[str, Any]:
    """The style sheet and the hash by which the page's security policy lets it, and nothing else, in."""
    text = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"style": Markup(text), "style_hash": f"sha256-{digest}"}


def _missing(name: str) -> str:
    return _("This run has no {name}: it ended before that was written.").format(name=name)
