"""Each way to part a text, from the command line to a model that answers in another process; and word vectors on the way."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

from bptt import data
from bptt.bundle import Bundle
from bptt.config import of_run
from bptt.data import Vocabulary, cooccurrence
from bptt.data.reading import ONE_CLASS
from bptt.record import DATA, MODEL, SCORES, Run
from tests.commands import Bptt, run_bptt, tiny

UIT = Path(os.environ.get("BPTT_DATA", ""), "uit_vsfc/train")
pytestmark = pytest.mark.skipif(not UIT.is_dir(), reason="BPTT_DATA has no uit_vsfc")
QUESTION = "Giảng viên nhiệt tình, sinh_viên zx hiểu bài"
TOKENS = {  # of the question, without the marks of what opens a word
    "word": ["giảng", "viên", "nhiệt", "tình", ",", "sinh_viên", "zx", "hiểu", "bài"],
    "syllable": ["giảng", "viên", "nhiệt", "tình", ",", "sinh", "viên", "zx", "hiểu", "bài"],
    "character": list("giảngviênnhiệttình,sinh_viênzxhiểubài"),
    "bpe": ["giảng", "viên", "nhiệt", "tình", ",", "sinh", "_", "viên", "zx", "hiểu", "bài"],
    "unigram": ["giảng", "viên", "nhiệt", "tình", ",", "sinh", "_", "viên", "zx", "hiểu", "bài"],
    "vi": ["giảng_viên", "nhiệt_tình", ",", "sinh_viên", "zx", "hiểu", "bài"],
}


def write_sentences(path: Path, rows: int = 300) -> Path:
    """Real sentences of students with the feeling of each."""
    texts, labels = ((UIT / name).read_text(encoding="utf-8").splitlines()[:rows] for name in ("sents.txt", "sentiments.txt"))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["text", "label"])
        table.writerows((text, "abc"[int(label)]) for text, label in zip(texts, labels, strict=True))
    return path


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in ("syllable", "unigram") else ()) for name in TOKENS]
)
def test_from_texts_to_answers(bptt: Bptt, tmp_path: Path, name: str) -> None:
    if name == "vi":
        pytest.importorskip("underthesea")
    source, run = write_sentences(tmp_path / "sentences.csv"), tmp_path / "run"
    options = tiny("--text.tokens", name, "--text.min_count", "2", "--training.epochs", "1", "--text.max_length", "60")
    done = bptt("train", source, "--text", "text", "--label", "label", "--run", run, *options)
    assert done.returncode == 0, done.stderr.decode()
    vocabulary = Vocabulary.from_json(Bundle.load(run / MODEL).vocabulary_json)
    assert vocabulary.tokenizer.name == name
    bare = [token.removeprefix("▁") for token in vocabulary.tokens(QUESTION)]
    if name in ("bpe", "unigram"):
        assert "".join(bare) == "".join(TOKENS["bpe"]) and len(bare) < len(TOKENS["character"])
    else:
        assert [token for token in bare if token] == TOKENS[name]
    assert 1 in vocabulary.encode([QUESTION])[0], "no sentence has zx or an underscore"
    [first, *_others] = json.loads((run / SCORES).read_text())["validation"]["mistakes"]
    assert first["words"] == vocabulary.tokens(first["text"])[-60:] and len(first["effects"]) == len(first["words"])
    answer = json.loads(bptt("predict", run, "-", stdin=QUESTION.encode()).stdout)
    assert answer["label"] in "abc" and 1 / 3 < answer["probability"] < 1


def test_check_measures_texts_as_training_would(bptt: Bptt, tmp_path: Path) -> None:
    source = write_sentences(tmp_path / "sentences.csv")

    def words(name: str) -> int:
        told = json.loads(bptt("check", source, "--text", "text", "--label", "label", "--text.tokens", name, "--json").stdout)
        [found] = [one for one in told["checks"] if one["check"] == "lengths"]
        return found["figures"]["words"]

    assert words("word") < words("bpe") < words("character")


@pytest.mark.slow
def test_word_vectors_start_the_model_and_are_not_needed_after(bptt: Bptt, tmp_path: Path) -> None:
    source, run, file = write_sentences(tmp_path / "sentences.csv"), tmp_path / "run", tmp_path / "words.vec"
    file.write_text(
        "3 8\n" + "".join(f"{word} {' '.join(['0.5', '-0.5'] * 4)}\n" for word in ("giảng", "viên", "zebra")), "utf-8"
    )
    still = ("--training.learning_rate", "1e-9", "--training.epochs", "1")
    done = bptt("train", source, "--text", "text", "--label", "label", "--run", run, *tiny("--text.vectors", str(file), *still))
    assert done.returncode == 0, done.stderr.decode()
    assert "has vectors of 2 words" in done.stderr.decode()
    told = json.loads((run / DATA).read_text())["vectors"]
    assert (told["source"], told["found"]) == (str(file), 2) and 0 < told["share_vocabulary"] < told["share_words"] < 1
    bundle = Bundle.load(run / MODEL)
    vocabulary, values = Vocabulary.from_json(bundle.vocabulary_json), bundle.weights["embedding/embeddings"]
    np.testing.assert_allclose(values[vocabulary.ids["viên"]], [0.5, -0.5] * 4, atol=1e-4)
    assert np.sqrt(np.mean(values**2)) == pytest.approx(0.5, rel=0.05)
    assert told["source"] in (run / "report.html").read_text(encoding="utf-8")
    file.unlink()
    assert run_bptt("predict", run, QUESTION).returncode == 0


def test_the_texts_own_vectors_start_the_model(bptt: Bptt, tmp_path: Path) -> None:
    source, run = write_sentences(tmp_path / "sentences.csv"), tmp_path / "run"
    still = ("--training.learning_rate", "1e-9", "--training.epochs", "1")
    done = bptt(
        "train", source, "--text", "text", "--label", "label", "--run", run, *tiny("--text.vectors", "cooccurrence", *still)
    )
    assert done.returncode == 0, done.stderr.decode()
    bundle = Bundle.load(run / MODEL)
    vocabulary, values = Vocabulary.from_json(bundle.vocabulary_json), bundle.weights["embedding/embeddings"]
    told = json.loads((run / DATA).read_text())["vectors"]
    assert told["source"] == "cooccurrence" and told["found"] == len(vocabulary) - 2  # no word is unknown: min_count is 1
    texts = data.load(of_run(Run.open(run)).data, ONE_CLASS).train.inputs
    expected = cooccurrence.vectors(vocabulary.encode(texts), len(vocabulary), 8)
    np.testing.assert_allclose(values[2:], expected[2:], atol=1e-4)


def test_vectors_of_another_width_leave_nothing_behind(bptt: Bptt, tmp_path: Path) -> None:
    source, file = write_sentences(tmp_path / "sentences.csv"), tmp_path / "words.vec"
    file.write_text("viên 1 2 3\n", "utf-8")
    told = bptt(
        "train", source, "--text", "text", "--label", "label", "--run", tmp_path / "run", *tiny("--text.vectors", str(file))
    )
    assert told.returncode == 2
    assert "3 numbers, model.embedding_width is 8" in told.stderr.decode()
    assert not (tmp_path / "run").exists()
