"""Tagged sentences are read exactly or rejected by line; what is left out is told."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bptt.data import DataConfig, bio
from bptt.data.reading import ONE_CLASS
from bptt.data.sources import Parts, Rows, conll
from bptt.errors import DataError

GOOD = "Ông O\nNguyễn_Văn_A B-NAME\nở O\nHà_Nội B-LOCATION\nViệt_Nam I-LOCATION\n\nNghỉ O\n. O\n"
SENTENCES = [["Ông", "Nguyễn_Văn_A", "ở", "Hà_Nội", "Việt_Nam"], ["Nghỉ", "."]]
TAGS = [["O", "B-NAME", "O", "B-LOCATION", "I-LOCATION"], ["O", "O"]]
CONFIG = DataConfig()
REAL = Path(os.environ.get("BPTT_DATA", ""), "phoner_covid19")


def written(folder: Path, content: str | bytes, name: str = "a.conll") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(folder: Path, content: str | bytes, name: str = "a.conll") -> Rows:
    return conll.read(written(folder, content, name), CONFIG, ONE_CLASS)


def check_good(folder: Path) -> None:
    rows = rows_of(folder, GOOD)
    assert (rows.inputs, rows.labels, rows.origins) == (SENTENCES, TAGS, ["a.conll:1", "a.conll:7"])
    assert not rows.rejected and not rows.notes


def test_sentences_in_columns(tmp_path: Path) -> None:
    check_good(tmp_path)


JSONL = "\n".join(json.dumps({"tokens": t, "tags": g}) for t, g in zip(SENTENCES, TAGS, strict=True))
SAME = {
    "no line break at the end": ("a.conll", GOOD.rstrip().encode()),
    "Windows": ("a.conll", GOOD.replace("\n", "\r\n").encode()),
    "old Mac": ("a.conll", GOOD.replace("\n", "\r").encode()),
    "tabs": ("a.tsv", GOOD.replace(" ", "\t").encode()),
    "many blank lines": ("a.txt", b"\n \n" + GOOD.replace("\n\n", "\n\n\t\n \n").encode() + b"\n\n"),
    "UTF-16": ("a.conll", GOOD.encode("utf-16")),
    "a mark": ("a.txt", b"\xef\xbb\xbf" + GOOD.encode()),
    "gzip": ("a.conll.gz", gzip.compress(GOOD.encode())),
    "JSONL": ("a.jsonl", JSONL.encode()),
    "JSONL, gzipped": ("a.ndjson.gz", gzip.compress(JSONL.encode())),
}


@pytest.mark.parametrize("what", SAME)
def test_the_same_sentences_in_many_forms(tmp_path: Path, what: str) -> None:
    name, content = SAME[what]
    rows = rows_of(tmp_path, content, name)
    assert (rows.inputs, rows.labels, rows.rejected) == (SENTENCES, TAGS, [])
    assert conll.looks_tagged(tmp_path / name, CONFIG)


def test_more_columns_are_told(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path, "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n-DOCSTART- -X- -X- O\nPeter NNP B-NP B-PER"
    )
    assert (rows.inputs, rows.labels) == ([["EU", "rejects"], ["Peter"]], [["B-ORG", "O"], ["B-PER"]])
    assert rows.notes == [
        "a.conll: read the first of 4 columns as the token, the last as its tag.",
        "a.conll: left out 2 lines that are no tokens (-DOCSTART-).",
    ]


def test_comments_are_told_and_a_number_sign_is_a_token(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "# id = 1\n# text = # tag\n# O\n# O\n#tag B-X\n\n# O\n#covid O\n")
    assert (rows.inputs, rows.labels) == ([["#", "#", "#tag"], ["#", "#covid"]], [["O", "O", "B-X"], ["O", "O"]])
    assert rows.notes == ["a.conll: left out 2 lines that are no tokens (#)."]


def test_tags_that_are_not_bio_are_read_where_none_is(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "tôi PRO\nngủ VERB\n")
    assert (rows.labels, rows.rejected) == ([["PRO", "VERB"]], [])


def test_names_of_classes_are_in_one_form(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "Huế B-ĐỊA_ĐIE\u0302\u0309M\nHuế I-ĐỊA_ĐIỂM\n")
    assert rows.labels == [["B-ĐỊA_ĐIỂM", "I-ĐỊA_ĐIỂM"]]


BAD = {  # in columns: what is added behind the good sentences, whose last line is 8; the line, and what is said
    "no tag": ("\nxin O\nchào\n", 11, "has no tag"),
    "no tag behind the tab": ("\nxin\tO\nchào\t\n", 11, "has no tag"),
    "no token": ("\nxin\tO\n\tO\n", 11, "has no token"),
    "a column more": ("\nNew York B-LOCATION\n", 10, "has 3 columns, most lines have 2"),
    "a first I": ("\nHuế I-LOCATION\n", 10, 'the tag "I-LOCATION" behind "O": an entity begins with "B-LOCATION"'),
    "an I behind O": ("\nở O\nHuế I-LOCATION\n", 11, 'the tag "I-LOCATION" behind "O"'),
    "an I of another type": ("\nở B-NAME\nHuế I-LOCATION\n", 11, 'the tag "I-LOCATION" behind "B-NAME"'),
    "another scheme": ("\nHuế S-LOCATION\n", 10, 'the tag "S-LOCATION"; expected O, B-X or I-X'),
    "a small o": ("\nHuế o\n", 10, 'the tag "o"; expected O, B-X or I-X'),
    "no type": ("\nHuế B-\n", 10, 'the tag "B-"; expected O, B-X or I-X'),
    "NUL": ("\nHu\0ế O\n", 10, "NUL"),
}


def check_bad(folder: Path, what: str) -> None:
    added, line, said = BAD[what]
    rows = rows_of(folder, GOOD + added)
    assert rows.inputs == SENTENCES
    assert [(one.origin, one.line) for one in rows.rejected] == [(f"a.conll:{line}", line)]
    assert said in rows.rejected[0].reason


@pytest.mark.parametrize("what", BAD)
def test_a_bad_sentence_is_rejected_by_its_line(tmp_path: Path, what: str) -> None:
    check_bad(tmp_path, what)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ('{"tokens": ["a", "b"], "tags": ["O"]}', "has 2 tokens and 1 tags"),
        ('{"tokens": [], "tags": []}', "has no tokens"),
        ('{"tokens": "a b", "tags": ["O", "O"]}', 'has no list of strings called "tokens"'),
        ('{"tokens": ["a"], "ner_tags": [1]}', 'has no list of strings called "tags"'),
        ('{"tokens": ["a"], "tags": [1]}', 'has no list of strings called "tags"'),
        ('{"tokens": ["a", "b"], "tags": ["O", "I-LOC"]}', 'the tag "I-LOC" behind "O"'),
        ('{"tokens": [" "], "tags": ["O"]}', "has no token"),
        ('{"tokens": ["a"], "tags', "is not a JSON object"),
        ('["a", "O"]', "it holds a list"),
    ],
)
def test_a_bad_record_is_rejected_by_its_line(tmp_path: Path, record: str, said: str) -> None:
    rows = rows_of(tmp_path, f"{JSONL}\n{record}\n", "a.jsonl")
    assert rows.inputs == SENTENCES
    assert [(one.origin, one.line) for one in rows.rejected] == [("a.jsonl:3", 3)]
    assert said in rows.rejected[0].reason


def test_rejects_are_counted_as_rows_are(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, (GOOD + "\n") * 50 + "chào\n")
    Parts(rows).checked(0.01)
    assert rows.notes == ["a.conll: left out 1 of 101 rows as unusable: a.conll:451 has no tag."]
    with pytest.raises(DataError, match=r"1 of 101 rows cannot be used: a\.conll:451 has no tag"):
        Parts(rows).checked(0.009)


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "data.empty-file"), (b" \n\n", "data.empty-file"), (b"\xff\xd8\x00", "data.encoding")]
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(DataError, match=r"a\.conll") as caught:
        rows_of(tmp_path, content)
    assert caught.value.code == code
    with pytest.raises(DataError) as caught:
        Parts(rows_of(tmp_path, "-DOCSTART- O\n")).checked(0.01)
    assert caught.value.code == "data.no-rows"


@pytest.mark.parametrize(
    ("name", "content", "tagged"),
    [
        ("a.conll", "tôi PRO\n", True),
        ("a.txt", "tôi PRO\n", False),
        ("a.txt", "O\n", False),
        ("a.txt", "tôi O\nngủ O\n", False),
        ("a.txt", "tôi O\nHuế B-X\nlà câu\n", False),
        ("a.txt", "tôi O\nHuế B-X\n", True),
        ("a.txt", "# id = 1\ntôi O\nHuế B-X\n", True),
        ("a.txt", "", False),
        ("a.tsv", "text\tlabel\ngood tea\tO\nbad tea\tB-X\n", False),
        ("a.csv", "Huế B-X\n", False),
        ("a.jsonl", '{"text": "tea", "label": "good"}\n', False),
        ("a.jsonl", '{"tokens": "tea", "tags": "O"}\n', False),
        ("a.jsonl", '{"tokens": ["tea"], "tags": ["O"]}\n{"text": "tea"}', False),
        ("a.jsonl", "[\n", False),
    ],
)
def test_whether_a_file_holds_tags(tmp_path: Path, name: str, content: str, tagged: bool) -> None:
    assert conll.looks_tagged(written(tmp_path, content, name), CONFIG) == tagged


@pytest.mark.skipif(not REAL.is_dir(), reason="BPTT_DATA is not set to a folder with phoner_covid19")
def test_a_real_corpus_is_read_whole() -> None:
    path = REAL / "train_word.conll"
    rows = conll.read(path, CONFIG, ONE_CLASS)
    lines = path.read_text().splitlines()
    assert len(rows.inputs) == 5027 and not rows.rejected and not rows.notes
    assert sum(map(len, rows.inputs)) == sum(map(bool, lines))
    assert [f"{t} {g}" for ts, gs in zip(rows.inputs, rows.labels, strict=True) for t, g in zip(ts, gs, strict=True)] == list(
        filter(None, lines)
    )


FAULTS: dict[str, tuple[str, object, Callable[[Path], None]]] = {
    "any tag may follow any": ("may_follow", lambda tag, before: True, lambda folder: check_bad(folder, "an I of another type")),
    "every tag is BIO": ("is_bio", lambda tag: True, lambda folder: check_bad(folder, "another scheme")),
    "no I may follow": ("may_follow", lambda tag, before: tag[0] != "I", check_good),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_caught(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    function, wrong, check = FAULTS[name]
    monkeypatch.setattr(bio, function, wrong)
    with pytest.raises(AssertionError):
        check(tmp_path)


def test_the_rules_of_bio() -> None:
    transitions, starts = bio.rules(["B-X", "B-Y", "I-X", "I-Y", "O"])
    assert transitions.astype(int).tolist() == [
        [1, 1, 1, 0, 1],
        [1, 1, 0, 1, 1],
        [1, 1, 1, 0, 1],
        [1, 1, 0, 1, 1],
        [1, 1, 0, 0, 1],
    ]
    assert starts.astype(int).tolist() == [1, 1, 0, 0, 1]
