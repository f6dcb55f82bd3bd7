"""cp1252 is taken for what it is, and nothing else for cp1252; where a few words decide, each rule counts."""

import pytest

from bptt.data.sources.encodings import decode
from bptt.errors import DataError


@pytest.mark.parametrize(
    "text",
    [
        "L’élève a mangé une crème brûlée, où ça ?",
        "Ein schöner Tag – „süß“ für 3 €",
        "El niño comió piñas ¿o no? ¡Sí!",
        "Não põe açúcar no chá, avó",
        "Perché è così, più o meno",
        "Jag åt smörgås på kafé",
        "Rødgrød med fløde på",
        "It’s “fine”… naïve café — 20 °C, ½ £",
    ],
)
def test_western_languages_are_read(text: str) -> None:
    assert decode(text.encode("cp1252")) == (text, "cp1252")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("чай", "cp1251"),  # ÷àé
        ("да и нет", "cp1251"),
        ("książka", "cp1250"),  # a symbol inside a word
        ("kůň běžel k řece", "cp1250"),  # letters of no one Western language
        ("přišel", "cp1250"),
        ("đi ra", "cp1258"),
        ("schön", "cp850"),
        ("Ça été près", "mac_roman"),
        ("Κρήτη", "cp1253"),
        ("お茶", "shift_jis"),
        ("这个茶叶", "gb18030"),
        ("좋은 차", "euc_kr"),
    ],
)
def test_others_are_refused_with_the_byte(text: str, encoding: str) -> None:
    with pytest.raises(DataError, match=r"byte \d+ \(line 1\) is 0x") as caught:
        decode(text.encode(encoding))
    assert caught.value.code == "data.encoding"


@pytest.mark.parametrize(
    "content",
    [
        b"caf\xe9 \xe2\x80\x93 tea",  # cp1252, then a dash in UTF-8
        "thé".encode() + b" caf\xe9",
        "na\u00efve".encode() + b" \x93tea\x94",
    ],
)
def test_a_mixture_is_refused_and_read_when_named(content: bytes) -> None:
    with pytest.raises(DataError, match=r"--data\.encoding utf-8\+cp1252"):
        decode(content)
    text, _found = decode(content, "utf-8+cp1252")
    assert not set(text) & set("\ufffdÃâ€")


@pytest.mark.parametrize("line", ["═" * 40, "•" * 40, "……………………………………"])
def test_a_line_drawn_in_utf16_is_no_ascii(line: str) -> None:
    assert decode(f"tea\n{line}\n".encode("utf-16")) == (f"tea\n{line}\n", "")
