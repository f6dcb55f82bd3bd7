"""Classes in order, from a table to answers, through the command line."""

import json

import numpy as np
import pytest

from tests.commands import run_bptt
from tests.tasks.real import BRIEF, BY_HEART, feedback, needs_feedback, to_csv

ORDER = '["low", "mid", "high"]'
TEXTS = ["a bad thing 3", "a fair thing", "a good thing", "fair " * 20]


def things():
    for number in range(42):
        yield {"text": f"a {('bad', 'fair', 'good')[number % 3]} thing {number}", "grade": ("low", "mid", "high")[number % 3]}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run that learned the things by heart."""
    folder = tmp_path_factory.mktemp("grades")
    to_csv(folder / "a.csv", things())
    done = run_bptt("train", "a.csv", "--task", "ordinal", "--data.classes", ORDER, "--run", "run", *BY_HEART, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return folder / "run"


def test_thirty_two_rows_are_learned_by_heart_in_the_order_given(run, bptt):
    scores = json.loads(bptt("evaluate", run, run.parent / "a.csv", "--json", "--progress", "none").stdout)
    assert list(scores["per_class"]) == ["low", "mid", "high"]
    assert scores["accuracy"] > 0.95
    assert scores["weighted_kappa"] > 0.95
    assert scores["rank_error"] < 0.05
    assert "Weighted kappa" in (run / "report.html").read_text()


@pytest.mark.slow
def test_an_answer_is_the_same_alone_in_any_batch_and_in_a_new_process(run, bptt):
    together = [json.loads(line) for line in bptt("predict", run, *TEXTS).stdout.splitlines()]
    assert [one["label"] for one in together[:3]] == ["low", "mid", "high"]
    there = [json.loads(line) for line in run_bptt("predict", run, *reversed(TEXTS)).stdout.splitlines()]
    for text, one, again in zip(TEXTS, together, reversed(there), strict=True):
        alone = json.loads(bptt("predict", run, text).stdout)
        assert one["label"] == alone["label"] == again["label"]
        np.testing.assert_allclose([alone["probability"], again["probability"]], one["probability"], atol=1e-5)


@needs_feedback
@pytest.mark.slow
def test_sentiments_of_real_feedback(tmp_path, bptt):
    to_csv(tmp_path / "a.csv", [{key: row[key] for key in ("sentence", "sentiment")} for row in feedback(600)])
    done = bptt("train", "a.csv", "--task", "ordinal", "--run", "run", "--training.class_weights", "balanced", *BRIEF)
    assert done.returncode == 0, done.stderr.decode()
    assert "quadratic weighted kappa" in done.stdout.decode()
    assert json.loads((tmp_path / "run" / "data.json").read_text())["classes"] == ["0", "1", "2"]
    assert json.loads((tmp_path / "run" / "scores.json").read_text())["validation"]["weighted_kappa"] > 0.1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--task", "ordinal"), "data.no-order", "the order of high, low, mid"),
        (("--task", "ordinal", "--data.classes", '["low", "mid"]'), "data.unknown-label", 'has the label "high"'),
        (("--task", "ordinal", "--data.classes", '["low", "mid", "low"]'), "config.invalid", "a class stands twice"),
        (
            (
                "--data.classes",
                '["low", "mid", "high", "top"]',
            ),
            "data.too-few-rows",
            "top (0)",
        ),
        (
            ("--task", "regress", "--data.classes", ORDER, "--label", "number"),
            "config.classes",
            "what is learned here are numbers",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path, bptt, arguments, code, words):
    to_csv(tmp_path / "a.csv", [row | {"number": number} for number, row in enumerate(things())])
    own = () if "--label" in arguments else ("--label", "grade")
    result = bptt("train", "a.csv", "--run", "run", "--text", "text", "--text.min_count", "1", *own, *arguments)
    assert (result.returncode, (tmp_path / "run").exists()) == (2, False)
    assert f"({code})" in result.stderr.decode()
    assert words in result.stderr.decode()
