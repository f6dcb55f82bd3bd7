"""Any number of labels a row: of several columns, of lists, of a text with a separator."""

import json

import numpy as np
import pytest

from tests.commands import run_bptt
from tests.tasks.real import BRIEF, BY_HEART, feedback, needs_feedback, to_csv, to_jsonl

WORDS = {"red": "colour", "blue": "colour", "tiny": "size", "huge": "size"}
NAMES = ("colour", "size", "cheap")
TEXTS = ["a red huge thing", "a tiny thing", "a thing", "a blue thing for a penny"]


def things():
    """Rows of which every combination of three labels comes, none of them and all of them too."""
    draw = np.random.default_rng(0)
    for number in range(40):
        colour, size, cheap = (number >> place & 1 for place in range(3))
        words = ["a", *([draw.choice(["red", "blue"])] if colour else []), *([draw.choice(["tiny", "huge"])] if size else [])]
        text = " ".join([*words, "thing", *(["for a penny"] if cheap else []), str(number)])
        yield {"text": text, "colour": "yes" if colour else "no", "size": size, "cheap": bool(cheap)}


def as_lists():
    return [{"text": row["text"], "tags": [name for name in NAMES if row[name] in ("yes", 1, True)]} for row in things()]


COLUMNS = ("--text", "text", *(word for name in NAMES for word in ("--label", name)))


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A run that learned the things by heart."""
    folder = tmp_path_factory.mktemp("things")
    to_csv(folder / "a.csv", things())
    done = run_bptt("train", "a.csv", *COLUMNS, "--run", "run", *BY_HEART, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return folder, done


def test_thirty_two_rows_are_learned_by_heart(learned, bptt):
    folder, done = learned
    assert "learned as multilabel" in done.stderr.decode()
    scores = json.loads(bptt("evaluate", folder / "run", folder / "a.csv", "--json", "--progress", "none").stdout)
    assert list(scores["per_class"]) == list(NAMES)
    assert scores["per_class"]["size"]["support"] == 20
    assert scores["subset_accuracy"] > 0.9
    assert scores["hamming_loss"] < 0.05
    assert scores["labels_per_row"] == 1.5
    assert scores["commonest_share"] == pytest.approx(1 / 8)
    assert "All labels right" in (folder / "run" / "report.html").read_text()


@pytest.mark.slow
def test_an_answer_names_its_labels_alone_in_any_batch_and_in_a_new_process(learned, bptt):
    run = learned[0] / "run"
    together = [json.loads(line) for line in bptt("predict", run, *TEXTS).stdout.splitlines()]
    assert [one["labels"] for one in together] == [["colour", "size"], ["size"], [], ["colour", "cheap"]]
    there = [json.loads(line) for line in run_bptt("predict", run, *reversed(TEXTS)).stdout.splitlines()]
    for text, one, again in zip(TEXTS, together, reversed(there), strict=True):
        alone = json.loads(bptt("predict", run, text).stdout)
        assert list(one["probabilities"]) == list(NAMES)
        for other in (alone, again):
            np.testing.assert_allclose(list(one["probabilities"].values()), list(other["probabilities"].values()), atol=1e-5)


def test_lists_columns_and_separated_words_are_the_same_rows(tmp_path, bptt):
    to_csv(tmp_path / "columns.csv", things())
    to_jsonl(tmp_path / "lists.jsonl", as_lists())
    to_csv(tmp_path / "words.csv", [{"text": row["text"], "tags": " ; ".join(row["tags"])} for row in as_lists()])
    counted = {}
    for name, own in {
        "columns.csv": COLUMNS,
        "lists.jsonl": ("--text", "text"),
        "words.csv": ("--label", "tags", "--text", "text", "--data.label_separator", ";"),
    }.items():
        result = bptt("check", name, *own, "--json", "--progress", "none")
        checks = {one["check"]: one for one in json.loads(result.stdout)["checks"]}
        counted[name] = checks["balance"]["figures"]["rows_per_class"]
    assert counted["columns.csv"] == counted["lists.jsonl"] == counted["words.csv"] == dict.fromkeys(NAMES, 20)


@needs_feedback
def test_topics_and_sentiments_of_real_feedback(tmp_path, bptt):
    to_csv(tmp_path / "a.csv", feedback(600))
    labels = ("--text", "sentence", "--label", "topic", "--label", "sentiment")
    done = bptt("train", "a.csv", *labels, "--run", "run", "--training.monitor", "val_binary_accuracy", *BRIEF)
    assert done.returncode == 0, done.stderr.decode()
    data = json.loads((tmp_path / "run" / "data.json").read_text())
    assert data["classes"] == [*(f"topic: {n}" for n in range(4)), *(f"sentiment: {n}" for n in range(3))]
    assert sum(data["rows_per_class"]["train"].values()) == 2 * data["rows"]["train"], "a topic and a sentiment each"
    scores = json.loads(bptt("evaluate", "run", "a.csv", "--json", "--progress", "none").stdout)
    assert scores["labels_per_row"] == 2
    assert scores["hamming_loss"] < 2 / 7, "better than answering nothing"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--label", "colour", "--label", "colour"), "config.invalid", "a column is named twice"),
        (("--label", "colour", "--label", "colr"), "data.missing-column", 'Did you mean "colour"?'),
        (("--label", "colour", "--label", "text"), "data.same-column", '"text" cannot be both'),
        (("--label", "colour", "--label", ""), "usage", "--label came empty"),
        (("--label", "size", "--label", "cheap", "--task", "classify"), "config.labels", "classify learns one"),
        (("--label", "size", "--label", "cheap", "--training.monitor", "val_mae"), "config.monitor", "val_binary_accuracy"),
        (("--label", "same", "--task", "multilabel"), "data.single-class", "every row has the same labels"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path, bptt, arguments, code, words):
    to_csv(tmp_path / "a.csv", [row | {"same": "x"} for row in things()])
    result = bptt("train", "a.csv", "--run", "run", "--text", "text", "--text.min_count", "1", *arguments)
    assert (result.returncode, (tmp_path / "run").exists()) == (2, False)
    assert f"({code})" in result.stderr.decode()
    assert words in result.stderr.decode()


def test_a_label_that_was_not_learned_is_named_with_its_row(learned, bptt, tmp_path):
    rows = list(things())
    rows[3]["colour"] = "perhaps"
    to_csv(tmp_path / "b.csv", rows)
    result = bptt("evaluate", learned[0] / "run", "b.csv")
    assert result.returncode == 2
    assert 'b.csv:5 has the label "colour: perhaps"' in result.stderr.decode()


def test_init_writes_the_columns_as_a_list_and_train_reads_it_back(tmp_path, bptt):
    to_jsonl(tmp_path / "a.jsonl", as_lists())
    toml = bptt("init", "a.jsonl").stdout.decode()
    assert 'task = "multilabel"' in toml
    assert 'label = "tags"' in toml
    to_csv(tmp_path / "a.csv", things())
    (tmp_path / "b.toml").write_text('[data]\nsource = "a.csv"\ntext = "text"\nlabel = ["size", "cheap"]\n')
    checked = bptt("check", "b.toml", "--json", "--progress", "none")
    assert checked.returncode == 0, checked.stderr.decode()
    assert "2 labels" in checked.stdout.decode()
