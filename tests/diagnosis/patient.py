"""Runs made by hand, healthy until something is planted: what a run's files would hold, and rows to look at."""

import random
from typing import Any

import numpy as np

from bptt.config import Config, override
from bptt.data import Dataset
from bptt.data.splits import Splits
from bptt.data.targets import Classes, Numbers
from bptt.diagnosis import Case, Measured
from bptt.evaluation import classes

GOOD, BAD = ["lovely", "fine", "sweet", "warm"], ["awful", "stale", "sour", "cold"]


def sentences(count: int, seed: int = 0, order: bool = True, noise: float = 0.0) -> tuple[list[str], list[int]]:
    """Texts in one order of words, and what they say of the tea: 1 good, 0 bad. Every text differs from all others."""
    draw, texts, labels = random.Random(seed), [], []
    for number in range(count):
        label = number % 2
        words = ["the", draw.choice(["green", "black", "red"]), "tea", f"no{seed}x{number}", "in", "a", "cup", "was"]
        words += ["quite", draw.choice((BAD, GOOD)[label]), "and", draw.choice((BAD, GOOD)[label])]
        if not order:
            draw.shuffle(words)
        texts.append(" ".join(words))
        labels.append(1 - label if draw.random() < noise else label)
    return texts, labels


def dataset(texts: list[Any], labels: list[Any], numbers: bool = False) -> Dataset:
    names = ("bad", "good")
    targets = Numbers.of(labels) if numbers else Classes(np.array(labels, np.int32), names)
    return Dataset(texts, targets, [f"a.csv:{line}" for line in range(len(texts))])


def splits(train: Dataset, validation: Dataset) -> Splits:
    return Splits("a.csv", train, validation, None, 0, 0, ())


def measured(train: tuple[list[Any], list[Any]], validation: tuple[list[Any], list[Any]], config: Config, **how: Any) -> Measured:
    parts = splits(dataset(*train, **how), dataset(*validation, **how))
    return Measured.of(parts, config.text, None)


def settings(**values: Any) -> Config:
    """model__units=... for model.units."""
    named = {key.replace("__", "."): value for key, value in values.items()}
    return Config.parse(override({}, {"data.task": "classify", **named}))


def epochs(losses: list[float], validation: list[float]) -> list[Any]:
    figures = {"accuracy": 0.9, "val_accuracy": 0.9, "learning_rate": 0.001, "seconds": 1.0, "compile_seconds": 0.1}
    start = {"event": "start", "parameters": 10, "batches": 100, "epochs": 10}
    found = [
        {"event": "epoch", "epoch": number, "loss": loss, "val_loss": val, "tokens_per_second": 100.0, **figures}
        for number, (loss, val) in enumerate(zip(losses, validation, strict=True), start=1)
    ]
    return [start, *found]


def probe(step: int = 1, gradient: Any = (1.0,) * 8, ratio: float = 0.01, norm: float = 1.0, **more: Any) -> dict[str, Any]:
    layer = {
        "layer": more.get("layer", "recurrent_1"),
        "cell": "simple_rnn",
        "units": 4,
        "steps": 8,
        "gradient": list(gradient),
        "state": [0.1] * 8,
        "real": [5] * 8,
        "saturated": {"state": [more.get("saturated", 0.0)] * 8},
        "spectral_radius": 1.0,
    }
    weights = [{"weight": "head/kernel", "norm": 2.0, "gradient": norm, "update": 2.0 * ratio}]
    first = {"epoch": 1, "batch": step, "step": step, "loss": 0.6, "learning_rate": 0.001, "gradient_norm": norm}
    return {**first, "clipped": more.get("clipped"), "layers": [layer], "weights": weights, "unmeasured": []}


def scores(share_right: float = 0.95, answer: int | None = None, ones: int = 50, rows: int = 100) -> classes.Scores:
    """Of `rows` rows, so many of class 1, answered rightly in `share_right`, or all with `answer`."""
    truth = np.array([1] * ones + [0] * (rows - ones), np.int32)
    said = truth.copy()
    said[:: max(1, round(1 / max(1 - share_right, 1e-9)))] ^= share_right < 1
    said = np.full_like(truth, answer) if answer is not None else said
    likely = np.where(said[:, None] == np.arange(2), 0.9, 0.1)
    return classes.score(likely, dataset([f"row {number}" for number in range(rows)], truth.tolist()))


FACTS: dict[str, Any] = {
    "rows": 200,
    "words": 2400,
    "length_quantiles": {"0.25": 12, "0.5": 12, "0.75": 12, "0.95": 12, "1": 12},
    "length_histogram": {"width": 1, "rows": [0] * 12 + [200]},
    "share_truncated": 0.0,
    "share_words_cut": 0.0,
    "share_unknown": 0.02,
    "share_padding": 0.05,
    "shapes": [(32, 12)],
}


def patient(config: Config | None = None, facts: dict[str, Any] | None = None, **changed: Any) -> Case:
    """A healthy run, but for what is `changed` of the Case, and the `facts` of its batches."""
    config = config or settings()
    data = {
        "rows": {"train": 200, "validation": 100},
        "rows_read": 300,
        "rows_per_class": {"train": {"bad": 100, "good": 100}},
        "copies": 0,
        "leaks": 0,
        "vocabulary_size": 60,
        "batches": {"train": FACTS | (facts or {})},
    }
    rows = measured(sentences(200), sentences(100, seed=1), config)
    healthy: dict[str, Any] = {
        "events": epochs([0.69, 0.4, 0.2], [0.6, 0.35, 0.3]),
        "data": data,
        "scores": {"validation": scores()},
        "probes": [probe(), probe(50)],
        "measured": rows,
    }
    return Case(config, **healthy | changed)
