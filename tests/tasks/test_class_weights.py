"""Class weights through the command line: a rare class that is drowned in another is answered when all classes weigh the same."""

import json
import random

from tests.commands import tiny
from tests.tasks.real import to_csv

COLUMNS = ("--text", "text", "--label", "label")


def uneven(count):
    """One row in ten is of the class rare; a word tells of it, which as many rows of the class common have."""
    draw = random.Random(0)
    for number in range(count):
        rare = number % 10 == 0
        word = "odd" if rare or draw.random() < 1 / 3 else "plain"
        yield {"text": f"a {word} thing {number}", "label": "rare" if rare else "common"}


def recall(folder):
    scores = json.loads((folder / "scores.json").read_text())["validation"]
    return scores["per_class"]["rare"]["recall"]


def test_a_rare_class_is_found_more_often_where_classes_weigh_the_same(tmp_path, bptt):
    to_csv(tmp_path / "a.csv", uneven(600))
    for weights in ("none", "balanced"):
        done = bptt(
            "train", "a.csv", *COLUMNS, "--run", weights, *tiny("--text.min_count", "2"), "--training.class_weights", weights
        )
        assert done.returncode == 0, done.stderr.decode()
    assert recall(tmp_path / "none") < 0.2, "three in four rows with the word are of the other class"
    assert recall(tmp_path / "balanced") > 0.8


def test_where_there_are_no_classes_weights_are_refused(tmp_path, bptt):
    to_csv(tmp_path / "a.csv", [{"text": f"a thing {n}", "price": n} for n in range(60)])
    own = ("--task", "regress", "--text", "text", "--label", "price", "--training.class_weights", "balanced")
    result = bptt("train", "a.csv", "--run", "run", *own)
    assert (result.returncode, (tmp_path / "run").exists()) == (2, False)
    assert "(config.class-weights)" in result.stderr.decode()
