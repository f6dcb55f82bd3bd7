"""The Vietnamese catalogue: complete, in step with src/, compiled, and true to each sentence's placeholders."""

import re
import string
from collections import Counter

import pytest
from babel.messages import Catalog, Message
from babel.messages.mofile import read_mo

from bptt import messages
from tools import messages as tool


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return tool.collected()


def test_the_catalogue_says_what_the_sources_say(catalogue: Catalog) -> None:
    assert tool.untranslated(catalogue) == [], "translate them in the .po, then `make messages`"
    assert tool.PO.read_bytes() == tool.as_po(catalogue), "run `make messages`"


def test_the_compiled_form_is_that_of_the_text_form(catalogue: Catalog) -> None:
    with tool.MO.open("rb") as file:
        compiled = read_mo(file)
    assert sentences(compiled) == sentences(catalogue), "run `make messages`"


def sentences(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {
        (message.id,) if isinstance(message.id, str) else tuple(message.id): tool.forms(message)
        for message in catalogue
        if message.id
    }


def placeholders(sentence: str) -> Counter[tuple[str, str, str]]:
    """Names, conversions and formats in braces, and the names of %(…)s."""
    braces = Counter(
        (name, spec or "", conversion or "")
        for _text, name, spec, conversion in string.Formatter().parse(sentence)
        if name is not None
    )
    return braces + Counter((name, "", "%") for name in re.findall(r"%\((\w+)\)s", sentence))


def disagreement(message: Message) -> str:
    """Why a translation's placeholders are not those of its sentence; of two plural forms, those of the second."""
    sentence = message.id if isinstance(message.id, str) else message.id[-1]
    wanted = placeholders(sentence)
    wrong = [form for form in tool.forms(message) if set(placeholders(form)) != set(wanted)]
    return f"{sentence!r}: {wrong}" if wrong else ""


def test_placeholders_agree(catalogue: Catalog) -> None:
    assert [told for message in catalogue if message.id and (told := disagreement(message))] == []


@pytest.mark.parametrize(
    ("sentence", "translation"),
    [
        ("{name} has {count:.2f} rows", "{name} có {count} dòng"),
        ("{name} is empty", "{ten} rỗng"),
        ("%(prog)s", "bptt"),
        ("all {count}", "tất cả"),
    ],
)
def test_the_check_of_placeholders_catches(sentence: str, translation: str) -> None:
    assert disagreement(Message(sentence, translation))


def test_a_translation_reads_as_its_sentence_does(catalogue: Catalog) -> None:
    """Same full stop, same line breaks, same opening space: it takes the sentence's place in a longer text."""
    for message in catalogue:
        sentence = message.id if isinstance(message.id, str) else message.id[-1]
        for form in tool.forms(message):
            if sentence and not sentence.endswith(")"):
                assert sentence.endswith((".", "?", "!")) == form.endswith((".", "?", "!")), form
                assert sentence.count("\n") == form.count("\n"), form
                assert form == form.strip(), form


def test_words_of_the_command_line_stay_as_they_are(catalogue: Catalog) -> None:
    """Options, files, keys and commands have one name in every language."""
    kept = re.compile(
        r"--\w[\w-]*|`bptt \w+|\b(?:training|model|text|data)\.\w+|\w+\.(?:json|safetensors|toml|csv)\b|pip install \S+"
    )
    for message in catalogue:
        if isinstance(message.id, str) and message.id:
            assert Counter(kept.findall(message.id)) == Counter(kept.findall(tool.forms(message)[0])), message.id


def test_the_language_can_change_while_it_runs() -> None:
    try:
        messages.use("vi")
        assert (messages.language(), messages._("Options")) == ("vi", "Tuỳ chọn")
    finally:
        messages.use("en")
    assert (messages.language(), messages._("Options")) == ("en", "Options")
