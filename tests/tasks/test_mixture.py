"""A bag of words beside the network: in its share, in every process, and never unseen."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bptt import experiment
from bptt.bundle import Bundle
from bptt.config import Config
from bptt.errors import ConfigError, ModelFileError
from bptt.evaluation.bag_of_words import BagOfWords
from bptt.evaluation.mixture import Mixture
from bptt.evaluation.rivals import load_rivals
from bptt.record import BASELINES, MODEL, SCORES
from tests.commands import Bptt, run_bptt, tiny, write_reviews

TEXTS = ["a lovely tea", "awful , cold tea", "tea", "the plot of a lovely film", "never heard zzz"]


def planted(rows: int, classes: int) -> tuple[list[str], np.ndarray]:
    """Texts whose class hangs on their words, a third of them at random."""
    draw = np.random.default_rng(classes)
    labels = draw.integers(0, classes, rows).astype(np.int32)
    told = np.where(draw.random(rows) < 0.7, labels, draw.integers(0, classes, rows))
    return [" ".join([f"w{word}" for word in draw.integers(0, 20, 5)] + [f"c{one}"]) for one in told], labels


@pytest.mark.parametrize("classes", [2, 4])
def test_probabilities_are_scikit_learns(classes: int) -> None:
    texts, labels = planted(300, classes)
    bag = BagOfWords.classifier(texts[:200], labels[:200], lowercase=True)
    reader = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\S+")
    judge = LogisticRegression(C=bag.penalty, max_iter=1000).fit(reader.fit_transform(texts[:200]), labels[:200])
    np.testing.assert_allclose(bag.probabilities(texts[200:]), judge.predict_proba(reader.transform(texts[200:])), atol=2e-3)


def test_the_share_is_the_bags() -> None:
    texts, labels = planted(200, 3)
    bag = BagOfWords.classifier(texts, labels, lowercase=True)
    network = np.random.default_rng(0).dirichlet(np.ones(3), 200).astype(np.float32)
    mixed = Mixture(bag, 0.3).answers(network, texts)
    np.testing.assert_allclose(mixed, 0.7 * network + 0.3 * bag.probabilities(texts), rtol=1e-5)
    assert mixed.dtype == network.dtype


@pytest.fixture
def run(bptt: Bptt, tmp_path: Path) -> Path:
    source = write_reviews(tmp_path / "reviews.csv")
    told = ("--text", "review", "--label", "score", "--run", tmp_path / "run", "--model.bag_of_words", "0.4")
    done = bptt("train", source, *told, *tiny("--training.epochs", "1"))
    assert done.returncode == 0, done.stderr.decode()
    assert b"the network alone" in done.stdout and b"bag of words, no order" in done.stdout
    return tmp_path / "run"


def test_every_process_mixes_the_same(run: Path, tmp_path: Path) -> None:
    judge, bag = experiment.predictor(run), load_rivals(run / BASELINES).bag
    expected = 0.6 * np.asarray(judge.network(TEXTS)) + 0.4 * bag.probabilities(TEXTS)
    assert abs(expected - judge.network(TEXTS)).max() > 0.05
    np.testing.assert_allclose(judge.answers(TEXTS), expected, rtol=1e-5)
    (run / BASELINES).unlink()  # the model file is all that is needed
    lines = run_bptt("predict", run, *TEXTS).stdout.splitlines()
    told = [json.loads(line)["probability"] for line in lines]
    np.testing.assert_allclose(told, expected.max(axis=1), rtol=1e-5)


def test_scores_tell_of_each_alone(run: Path, bptt: Bptt, tmp_path: Path) -> None:
    scores = json.loads((run / SCORES).read_text())["validation"]
    _majority, bag, network = scores["baselines"]
    assert (bag["name"], network["name"]) == ("bag of words", "network")
    others = write_reviews(tmp_path / "others.csv", rows=80)
    told = json.loads(bptt("evaluate", run, others, "--json").stdout)
    rows = [line.split(",")[1:] for line in others.read_text().splitlines()[1:]]
    judge = experiment.predictor(run)
    alone = np.asarray(judge.network([text for text, _label in rows])).argmax(axis=1)
    right = np.mean([judge.classes[one] == label for one, (_text, label) in zip(alone, rows, strict=True)])
    assert told["baselines"][2]["figures"]["accuracy"]["value"] == pytest.approx(right)
    assert "the network alone" in (run / "report.html").read_text(encoding="utf-8")


def test_a_model_file_without_its_bag_is_refused(run: Path) -> None:
    whole = Bundle.load(run / MODEL)
    Bundle(whole.config, whole.classes, whole.vocabulary_json, whole.weights, whole.epoch).save(run / MODEL)
    with pytest.raises(ModelFileError) as caught:
        experiment.predictor(run)
    assert caught.value.code == "model.bag-of-words"


@pytest.mark.parametrize("task", ["regress", "multilabel"])
def test_other_tasks_are_refused_before_anything_is_written(tmp_path: Path, task: str) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("text,label\n" + "".join(f"a tea {row},{row % 5}\n" for row in range(40)))
    data = {"source": str(source), "text": "text", "label": "label", "task": task}
    data |= {"label_separator": ";"} if task == "multilabel" else {}
    with pytest.raises(ConfigError) as caught:
        experiment.train(Config.parse({"data": data, "model": {"bag_of_words": 0.5}}), tmp_path / "run")
    assert caught.value.code == "config.bag-of-words" and not (tmp_path / "run").exists()
