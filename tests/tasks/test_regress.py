"""A number as target: from a table to answers in its own units, through the command line."""

import json

import numpy as np
import pytest

from bptt import experiment, models
from bptt.bundle import Bundle
from bptt.record import MODEL, Run
from tests.commands import run_bptt
from tests.tasks.real import BRIEF, BY_HEART, needs_reviews, rated, to_csv

TEXTS = ["tiny red chair", "huge blue chair 7", "small", "big red " * 40]


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    """Texts whose number hangs on two words, far from 0 and with a spread far from 1; a run that learned 32 of them by heart."""
    draw = np.random.default_rng(0)
    size, colour = draw.integers(0, 4, 40), draw.integers(0, 2, 40)
    words = [
        f"{('tiny', 'small', 'big', 'huge')[a]} {('red', 'blue')[b]} chair {n}"
        for n, (a, b) in enumerate(zip(size, colour, strict=True))
    ]
    folder = tmp_path_factory.mktemp("prices")
    to_csv(
        folder / "a.csv",
        [{"text": text, "price": 5000 + 700 * a - 300 * b} for text, a, b in zip(words, size, colour, strict=True)],
    )
    done = run_bptt("train", "a.csv", "--task", "regress", "--run", "run", *BY_HEART, "--progress", "none", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return folder


def test_thirty_two_rows_are_learned_by_heart_in_their_own_units(prices, bptt):
    result = bptt("evaluate", prices / "run", prices / "a.csv", "--json", "--progress", "none")
    scores = json.loads(result.stdout)
    assert scores["rows"] == 40
    assert scores["baseline_mae"] > 500
    assert scores["mae"] < 150, "of prices around 5,900 that spread by 800; a model that forgot its units is off by thousands"
    assert scores["r2"] > 0.9
    assert scores["rmse"] >= scores["mae"]
    assert "mistakes" not in scores


def test_the_head_keeps_mean_and_deviation_of_the_training_part_alone(prices):
    run = Run.open(prices / "run")
    weights = Bundle.load(run.path / MODEL).weights
    rows = {row["epoch"]: row for row in run.metrics() if row["event"] == "epoch"}
    assert 5000 < weights["scale/mean"][0] < 7000
    assert 400 < weights["scale/deviation"][0] < 1200
    assert models.training_mean(experiment.predictor(run.path).model) == weights["scale/mean"][0]
    assert rows[1]["loss"] < 5, "variances: not the square of a price"
    assert rows[60]["mae"] < rows[1]["mae"] / 5


def test_an_answer_is_the_same_alone_in_any_batch_and_in_a_new_process(prices, bptt):
    together = lines(bptt("predict", prices / "run", *TEXTS))
    alone = [lines(bptt("predict", prices / "run", text))[0] for text in TEXTS]
    there = lines(run_bptt("predict", prices / "run", *reversed(TEXTS)))
    assert [set(one) for one in together] == [{"value"}] * len(TEXTS)
    values = [one["value"] for one in together]
    assert len(set(values)) == len(TEXTS)
    np.testing.assert_allclose(values, [one["value"] for one in alone], rtol=1e-5)
    np.testing.assert_allclose(values, [one["value"] for one in reversed(there)], rtol=1e-5)


@needs_reviews
@pytest.mark.slow
def test_ratings_of_real_reviews(tmp_path, bptt):
    to_csv(tmp_path / "films.csv", rated(400))
    done = bptt("train", "films.csv", "--task", "regress", "--run", "run", "--training.monitor", "val_mae", *BRIEF)
    assert done.returncode == 0, done.stderr.decode()
    assert 'read "review" as the text and "rating" as the label' in done.stderr.decode()
    assert "MAE" in done.stdout.decode()
    data = json.loads((tmp_path / "run" / "data.json").read_text())
    assert sum(data["rows"].values()) == 400
    assert 70 <= data["rows"]["validation"] <= 90
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Answer against truth" in page
    assert "Mean absolute error" in page
    assert bptt("report", "run").returncode == 0
    shown = bptt("evaluate", "run", "films.csv").stdout.decode()
    assert "always the training mean" in shown


def test_a_row_whose_label_is_no_finite_number_is_named_and_counted(tmp_path, bptt):
    rows = [{"text": f"text number {n}", "price": str(n)} for n in range(30)]
    for place, label in enumerate(["cheap", "nan", "inf", "", "1_000", "1e31"]):
        rows[place]["price"] = label
    to_csv(tmp_path / "a.csv", rows)
    columns = ("--task", "regress", "--text", "text", "--label", "price")
    refused = bptt("train", "a.csv", *columns, "--run", "run")
    assert refused.returncode == 2
    assert not (tmp_path / "run").exists()
    told = refused.stderr.decode()
    assert "6 of 30 rows cannot be used" in told
    assert 'a.csv:2 has the label "cheap", which is not a finite number' in told
    assert 'a.csv:6 has the label "1_000"' in told
    done = bptt("train", "a.csv", *columns, "--run", "run", "--allow-rejects", "0.2", *BRIEF, "--text.min_count", "1")
    assert done.returncode == 0, done.stderr.decode()
    reasons = [json.loads(line) for line in (tmp_path / "run" / "rejected.jsonl").read_text().splitlines()]
    assert [one["line"] for one in reasons] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--task", "regres"), "config.unknown-task", 'Did you mean "regress"?'),
        (("--task", "regress", "--training.monitor", "val_accuracy"), "config.monitor", "val_loss, val_mae"),
        (("--task", "classify", "--label", "half", "--training.monitor", "val_mae"), "config.monitor", "val_loss, val_accuracy"),
        (("--task", "regress", "--text", "text", "--label", "same"), "data.single-value", "every label is 7"),
        (("--task", "regress", "--data.task", "classify"), "usage", "data.task is given twice"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path, bptt, arguments, code, words):
    rows = [{"text": f"text number {n}", "price": n, "same": 7, "half": n % 2} for n in range(40)]
    to_csv(tmp_path / "a.csv", rows)
    result = bptt("train", "a.csv", "--run", "run", "--text.min_count", "1", *arguments)
    assert (result.returncode, (tmp_path / "run").exists()) == (2, False)
    assert f"({code})" in result.stderr.decode()
    assert words in result.stderr.decode()


def test_init_writes_the_task_and_guesses_a_column_of_numbers(tmp_path, bptt):
    to_csv(tmp_path / "a.csv", [{"text": f"some long text number {n}", "kind": "ab"[n % 2], "price": n / 8} for n in range(200)])
    toml = bptt("init", "a.csv", "--task", "regress").stdout.decode()
    assert 'task = "regress"' in toml
    assert 'label = "price"' in toml
    assert 'label = "kind"' in bptt("init", "a.csv").stdout.decode()
