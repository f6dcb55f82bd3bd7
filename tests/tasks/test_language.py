"""Texts without labels: from a file to a language model, and from that to a classifier, through the command line."""

import json
import os
import random
import tarfile
from pathlib import Path

import numpy as np
import pytest

from bptt.bundle import Bundle
from bptt.record import MODEL
from tests.commands import run_bptt, tiny
from tests.tasks.real import to_csv

UNLABELLED = Path(os.environ.get("BPTT_DATA", "")) / "aclImdb_unsup.tar.gz"
SMALL = (
    *("--text.max_length", "16", "--text.bucket_edges", "[]", "--text.min_count", "1", "--model.units", "[8]"),
    *("--model.embedding_width", "8", "--model.samples", "30", "--training.epochs", "3", "--data.validation", "0.1"),
    *("--training.batch_size", "20", "--training.learning_rate", "0.02"),
)
TEXTS = ["the tea was lovely", "lovely was tea the", "tea"]
START, THING = ["today", "yesterday", "again"], ["tea", "soup", "bread", "cake"]
WORD = {"good": ["lovely", "fine"], "bad": ["awful", "cold"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """200 labelled sentences, the same as lines without labels, and a run that has learned from those."""
    path = tmp_path_factory.mktemp("language")
    draw = random.Random(0)
    rows = [
        {"score": label, "review": f"{draw.choice(START)} the {draw.choice(THING)} was {draw.choice(WORD[label])} for me {n}"}
        for n, label in enumerate(["good", "bad"] * 100)
    ]
    to_csv(path / "a.csv", rows)
    (path / "texts.txt").write_text("".join(row["review"] + "\n" for row in rows), encoding="utf-8")
    done = run_bptt("pretrain", "texts.txt", "--run", "lm", *SMALL, "--progress", "none", cwd=path)
    assert done.returncode == 0, done.stderr.decode()
    assert "perplexity" in done.stdout.decode()
    return path


def test_a_language_is_learned_scored_told_and_shown(folder, bptt):
    scores = json.loads(bptt("evaluate", folder / "lm", folder / "texts.txt", "--json", "--progress", "none").stdout)
    assert scores["rows"] == 200
    assert scores["perplexity"] < 0.8 * scores["baseline"]
    assert scores["backward"] < scores["baseline"]
    page = (folder / "lm" / "report.html").read_text(encoding="utf-8")
    assert "Perplexity" in page
    assert "from the words behind each" in page


def test_an_answer_is_the_same_alone_in_any_batch_and_in_a_new_process(folder, bptt):
    def told(result):
        return [json.loads(line)["perplexity"] for line in result.stdout.splitlines()]

    together = told(bptt("predict", folder / "lm", *TEXTS))
    assert together[2] is None, "a single word has none before it"
    assert together[0] != together[1]
    alone = [told(bptt("predict", folder / "lm", text))[0] for text in TEXTS[:2]]
    there = told(run_bptt("predict", folder / "lm", *reversed(TEXTS)))
    np.testing.assert_allclose(together[:2], alone, rtol=1e-4)
    np.testing.assert_allclose(together[:2], there[:0:-1], rtol=1e-4)


def test_a_classifier_starts_from_its_layers_and_words(folder, bptt, tmp_path):
    frozen = ("--training.unfreeze_epochs", "9", "--training.epochs", "1", "--training.optimizer", "adam")
    keys = [word for key, word in zip(*[iter(tiny())] * 2, strict=True) if key == "--training.batch_size" for word in (key, word)]
    done = bptt("train", folder / "a.csv", "--from", folder / "lm", "--run", "run", "--text.max_length", "16", *keys, *frozen)
    assert done.returncode == 0, done.stderr.decode()
    language, classifier = (Bundle.load(run / MODEL) for run in (folder / "lm", tmp_path / "run"))
    assert classifier.vocabulary_json == language.vocabulary_json
    assert classifier.config["model"]["cell"] == "gru"
    shared = [path for path in language.weights if path.startswith(("embedding/", "both_1/"))]
    assert len(shared) >= 7
    for path in shared:
        np.testing.assert_array_equal(classifier.weights[path], language.weights[path], err_msg=path)
    assert "head/kernel" in classifier.weights
    assert classifier.weights["head/kernel"].shape != language.weights["head/kernel"].shape


def test_a_language_model_goes_on_where_another_stopped(folder, bptt, tmp_path):
    going = ("--training.pretrained", folder / "lm", "--training.unfreeze_epochs", "0", "--training.layer_rate_decay", "1")
    keys = dict(zip(SMALL[::2], SMALL[1::2], strict=True)) | {"--training.epochs": "1"}
    keys = {key: value for key, value in keys.items() if not key.startswith(("--model.units", "--model.embedding"))}
    done = bptt("pretrain", folder / "texts.txt", "--run", "on", *(word for pair in keys.items() for word in pair), *going)
    assert done.returncode == 0, done.stderr.decode()
    first, on = (json.loads((run / "metrics.jsonl").read_text().splitlines()[1]) for run in (folder / "lm", tmp_path / "on"))
    last = json.loads((folder / "lm" / "metrics.jsonl").read_text().splitlines()[3])
    assert abs(on["val_perplexity"] - last["val_perplexity"]) < 0.3 * (first["val_perplexity"] - last["val_perplexity"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["train", "a.csv", "--from", "lm", "--model.units", "[4]"], "model.units: (4,) came"),
        (["train", "a.csv", "--from", "lm", "--text.tokens", "character"], "text.tokens: character came"),
        (["train", "a.csv", "--from", "lm", "--text.vectors", "v.txt"], "set together"),
        (["train", "a.csv", "--from", "nowhere"], "nowhere"),
        (["train", "a.csv", "--data.more", '["texts.txt"]'], "further sources"),
        (["pretrain", "a.csv", "--model.units", "[4, 4]"], "sees through the other"),
        (["pretrain", "texts.txt", "nowhere.txt"], "no file or folder nowhere.txt"),
        (["pretrain", "texts.txt", "--model.bag_of_words", "0.5"], "model.bag_of_words"),
        (["pretrain", "texts.txt", "--training.class_weights", "balanced"], "class_weights"),
        (["evaluate", "lm", "a.conll"], "no known form"),
        (["evaluate", "lm", "a.csv", "--label", "score"], "Leave out --label"),
        (["evaluate", "lm", "texts.txt", "--text", "review"], "no columns to name"),
        (["pretrain", "words.txt", "--text.min_count", "1"], "No text of the training part has two words"),
        (["pretrain", "texts.txt", "--text.max_length", "1"], "text.max_length: 1 came"),
        (["pretrain", "lm/config.toml", "texts.txt"], ".toml file stands alone"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(folder, arguments, told, bptt, monkeypatch):
    (folder / "a.conll").write_text("one O\n")
    (folder / "v.txt").write_text("tea 1 2 3\n")
    (folder / "words.txt").write_text("tea\nsoup\nbread\n")
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    done = bptt(*arguments, *(("--run", "new") if arguments[0] != "evaluate" else ()))
    assert (done.returncode, "Traceback" in done.stderr.decode()) == (2, False), done.stderr.decode()
    assert told in done.stderr.decode()
    assert sorted(folder.rglob("*")) == before


@pytest.mark.skipif(not UNLABELLED.is_file(), reason=f"no {UNLABELLED}: set BPTT_DATA")
def test_real_reviews_without_a_label(tmp_path, bptt):
    (tmp_path / "few" / "unsup").mkdir(parents=True)
    with tarfile.open(UNLABELLED) as archive:
        for number, member in zip(range(200), (one for one in archive if one.isfile()), strict=False):
            file = archive.extractfile(member)
            assert file is not None
            (tmp_path / "few" / "unsup" / f"{number}.txt").write_bytes(file.read())
    keys = {**dict(zip(SMALL[::2], SMALL[1::2], strict=True)), "--text.max_length": "100", "--text.min_count": "3"}
    done = bptt("pretrain", "few", "--run", "lm", *(word for pair in keys.items() for word in pair))
    assert done.returncode == 0, done.stderr.decode()
    facts = json.loads((tmp_path / "lm" / "data.json").read_text())
    assert facts["rows"] == {"train": 180, "validation": 20}
    assert facts["batches"]["train"]["share_truncated"] == 0
    scores = json.loads((tmp_path / "lm" / "scores.json").read_text())["validation"]
    assert 20 < scores["perplexity"] < scores["baseline"]
