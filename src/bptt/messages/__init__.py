"""Every sentence a user reads, in the language chosen: `_("…")`.

The language is the first of `bptt --lang`, `BPTT_LANG`, `LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`; English where none fits.
The catalogues stand beside this file (`locale/vi/LC_MESSAGES/bptt.po`, compiled to `.mo` by `make messages`).
"""

import gettext
import os
from pathlib import Path

LANGUAGES = ("en", "vi")
LOCALE = Path(__file__).parent / "locale"
_VARIABLES = ("BPTT_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def known(locale: str) -> str | None:
    """The language of a name like `vi_VN.UTF-8`, if it is one of LANGUAGES."""
    code = locale.split("_")[0].split(".")[0].lower()
    return code if code in LANGUAGES else None


def _from_environment() -> str:
    values = [value for name in _VARIABLES for value in os.environ.get(name, "").split(":")]
    return next(filter(None, map(known, values)), "en")


_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use(language: str) -> None:
    """Speaks `language` ("en" or "vi") from now on, in this process."""
    global _catalogue, _language
    _language = language
    _catalogue = gettext.translation("bptt", LOCALE, [language], fallback=language == "en")


def language() -> str:
    """The language in use: "en" or "vi"."""
    return _language


def _(message: str) -> str:
    """`message` in the language in use. Write `_("… {name} …").format(name=…)`: the braces are part of the key."""
    return _catalogue.gettext(message)


use(_from_environment())
