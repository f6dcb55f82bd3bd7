"""Each way to part a text: what its tokens are, that they are saved whole, and that no text breaks them."""

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt.data import TextConfig, Vocabulary
from bptt.data.text import normalise
from bptt.errors import DataError, ModelFileError

LEARNED = [
    "Giảng viên nhiệt tình, sinh_viên rất thích môn học này!",
    "giảng viên dễ hiểu; sinh viên hiểu bài, giảng viên vui",
    "Don't rock'n'roll 10/10 [PAD] 漢字 हिन्दी 👍🏽 a▁b x̂y",
    "giảng viên giảng bài, bài giảng hay, sinh viên thích giảng viên",
]
NAMES = ("word", "syllable", "character", "bpe", "unigram", "vi")
OFTEN = ("word", "syllable", "character", "bpe", "unigram")  # Hypothesis asks many times; vi has its own file
HOSTILE = ["", " \t\n\u3000", "a" * 20_000, "\0", "\0\u2585▁", "▁" * 50, "_" * 50, "a\u0301" * 3000, "\u0301x", "\u200b\ufeff"]


@pytest.fixture(scope="module")
def vocabularies() -> dict[str, Vocabulary]:
    return {name: Vocabulary.fit(LEARNED, TextConfig(tokens=name, min_count=1, vocabulary_size=200)) for name in NAMES}


@pytest.mark.parametrize(
    ("name", "text", "tokens"),
    [
        ("syllable", "Sinh_viên, lớp_trưởng__vui _", ["sinh", "viên", ",", "lớp", "trưởng", "vui"]),
        ("syllable", "Don't 10/10 rock'n'roll H'Mông!", ["don't", "10", "/", "10", "rock'n'roll", "h'mông", "!"]),
        ("character", " Ở  đây\n:)", ["▁", "ở", "▁", "đ", "â", "y", "▁", ":", ")"]),
        ("character", "x\u0302y हिन्दी", ["▁", "x\u0302", "y", "▁", "हि", "न्", "दी"]),
        ("character", "e\u0323\u0302", ["▁", "ệ"]),
        ("character", "\u0301a ▁b", ["▁", "\u0301", "a", "▁", "▁", "b"]),
        ("bpe", "giảng viên", ["▁giảng", "▁viên"]),
        ("unigram", "giảng viên", ["▁giảng", "▁viên"]),
        ("vi", "Sinh viên thích giảng viên.", ["sinh_viên", "thích", "giảng_viên", "."]),
    ],
)
def test_tokens(vocabularies: dict[str, Vocabulary], name: str, text: str, tokens: list[str]) -> None:
    assert vocabularies[name].tokens(text) == tokens


@pytest.mark.parametrize("name", NAMES)
def test_one_token_for_each_id_and_unknown_ones_spelled_out(vocabularies: dict[str, Vocabulary], name: str) -> None:
    vocabulary = vocabularies[name]
    texts = [*LEARNED, *HOSTILE, "zebra Ж giảng漢ü viên ▁ x▁"]
    for text, ids in zip(texts, vocabulary.encode(texts), strict=True):
        tokens = vocabulary.tokens(text)
        assert ids.tolist() == [vocabulary.ids.get(token, 1) for token in tokens]
    assert 1 not in vocabulary.encode([LEARNED[1]])[0]


@pytest.mark.parametrize("name", NAMES)
def test_composed_and_decomposed_text_are_the_same(vocabularies: dict[str, Vocabulary], name: str) -> None:
    for text in LEARNED:
        mixed = text[: len(text) // 2] + unicodedata.normalize("NFD", text[len(text) // 2 :])
        assert vocabularies[name].tokens(mixed) == vocabularies[name].tokens(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("name", NAMES)
def test_half_a_surrogate_pair_is_refused(vocabularies: dict[str, Vocabulary], name: str) -> None:
    with pytest.raises(DataError, match="character 3"):
        vocabularies[name].encode(["abc\ud800"])


@pytest.mark.parametrize("name", OFTEN)
@given(texts=st.lists(st.text(), max_size=4), others=st.lists(st.text(), max_size=3))
@settings(max_examples=30, deadline=None)
def test_any_text_is_learned_from_saved_and_read_again(name: str, texts: list[str], others: list[str]) -> None:
    vocabulary, encoded = Vocabulary.fit_encode([*texts, *LEARNED], TextConfig(tokens=name, min_count=1))
    again = Vocabulary.from_json(vocabulary.to_json())
    assert again == vocabulary and again.to_json() == vocabulary.to_json()
    assert again.encode([*texts, *LEARNED]).ids.tolist() == encoded.ids.tolist()
    for text, ids in zip(others, again.encode(others), strict=True):
        assert ids.tolist() == vocabulary.encode([text])[0].tolist()
        assert len(ids) == len(vocabulary.tokens(text))
        assert not (ids == 0).any()


@given(st.text())
def test_characters_lose_nothing_but_white_space(text: str) -> None:
    vocabulary = Vocabulary.fit(LEARNED, TextConfig(tokens="character", lowercase=False))
    assert "".join(vocabulary.tokens(text)) == "".join("▁" + piece for piece in normalise(text).split())


@given(st.text())
def test_syllables_are_words_whose_underscores_are_spaces(text: str) -> None:
    word, syllable = (Vocabulary.fit(LEARNED, TextConfig(tokens=name)) for name in ("word", "syllable"))
    text = normalise(text)
    if "&" not in text:  # what "&_amp;" becomes without its underscore is another text
        assert syllable.tokens(text) == word.tokens(text.replace("_", " "))


def test_saved_words_name_no_tokenizer() -> None:
    """As every file before there were others."""
    fields = json.loads(Vocabulary.fit(LEARNED, TextConfig()).to_json())
    assert set(fields) == {"version", "lowercase", "words"}


@pytest.mark.parametrize("name", NAMES)
def test_a_new_process_reads_the_same_ids(vocabularies: dict[str, Vocabulary], name: str, tmp_path: Path) -> None:
    (tmp_path / "saved.json").write_text(vocabularies[name].to_json(), encoding="utf-8")
    texts = [*LEARNED, "zebra Ж giảng viên mới"]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    code = (
        "import json, sys; from pathlib import Path; from bptt.data import from_json; here = Path(sys.argv[1])\n"
        "vocabulary = from_json((here / 'saved.json').read_text(encoding='utf-8'))\n"
        "print([row.tolist() for row in vocabulary.encode(json.loads((here / 'texts.json').read_text()))])"
    )
    told = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True).stdout
    assert json.loads(told) == [row.tolist() for row in vocabularies[name].encode(texts)]


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("bpe", {"model": ""}),
        ("bpe", {"model": "%%%"}),
        ("bpe", {"model": 7}),
        ("unigram", {"model": "aGVsbG8gd29ybGQ="}),
        ("unigram", {"words": ["[PAD]", "[UNK]", "a"]}),
        ("bpe", {"tokens": "word2"}),
        ("bpe", {"tokens": []}),
        ("vi", {"underthesea": None}),
    ],
)
def test_a_damaged_tokenizer_is_refused(vocabularies: dict[str, Vocabulary], name: str, damage: dict[str, object]) -> None:
    saved = json.loads(vocabularies[name].to_json()) | damage
    with pytest.raises(ModelFileError):
        Vocabulary.from_json(json.dumps(saved))


@pytest.mark.parametrize("name", ["bpe", "unigram"])
def test_a_lost_model_is_refused(vocabularies: dict[str, Vocabulary], name: str) -> None:
    saved = json.loads(vocabularies[name].to_json())
    del saved["model"]
    with pytest.raises(ModelFileError):
        Vocabulary.from_json(json.dumps(saved))
