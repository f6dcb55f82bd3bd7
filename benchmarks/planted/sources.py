"""Cuts of real data sets, and made-up ones, as files that `bptt train` reads."""

import csv
import random
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Cut:
    """Some rows of a data set: texts, or numbers (T, D), and a label each; settings: with which a network learns them."""

    rows: list[tuple[Any, str]]
    settings: dict[str, Any]


SMALL = {
    "model.embedding_width": 32,
    "model.units": [32],
    "model.cell": "gru",
    "training.batch_size": 32,
    "training.learning_rate": 0.003,
    "training.epochs": 10,
}
SHORT = {"text.bucket_edges": [12, 24]}


@cache
def _vsfc(data: Path, answers: str) -> list[tuple[str, str]]:
    texts, labels = ((data / "uit_vsfc" / "train" / name).read_text("utf-8").splitlines() for name in ("sents.txt", answers))
    names = {"sentiments.txt": ("negative", "neutral", "positive"), "topics.txt": ("lecturer", "programme", "facility", "other")}
    found = [(text, names[answers][int(label)]) for text, label in zip(texts, labels, strict=True)]
    return list({"".join(text.split()): (text, label) for text, label in found}.values())


@cache
def _imdb(data: Path) -> list[tuple[str, str, str]]:
    """Text, class and rating of reviews, every fifth of the archive."""
    found = []
    with tarfile.open(data / "aclImdb_train.tar.gz") as archive:
        for number, member in enumerate(archive):
            if member.isfile() and number % 5 == 0:
                content = archive.extractfile(member)
                assert content
                parts = member.name.split("/")
                found.append((content.read().decode("utf-8"), parts[-2], parts[-1].split("_")[1].split(".")[0]))
    return found


def feedback(data: Path, count: int, seed: int) -> Cut:
    """Sentences of UIT-VSFC with their sentiment: 3 classes, the middle one rare."""
    return Cut(_drawn(_vsfc(data, "sentiments.txt"), count, seed), SMALL | SHORT)


def topics(data: Path, count: int, seed: int) -> Cut:
    """Sentences of UIT-VSFC with their topic: 4 classes."""
    return Cut(_drawn(_vsfc(data, "topics.txt"), count, seed), SMALL | SHORT)


def reviews(data: Path, count: int, seed: int) -> Cut:
    """Film reviews, good and bad, 120 words of each."""
    rows = [(text, label) for text, label, _rating in _imdb(data)]
    return Cut(_drawn(rows, count, seed), SMALL | {"text.max_length": 120, "text.bucket_edges": [60]})


def ratings(data: Path, count: int, seed: int) -> Cut:
    """Film reviews and the number of stars, to be told as a number."""
    rows = [(text, rating) for text, _label, rating in _imdb(data)]
    settings = {"data.task": "regress", "training.monitor": "val_loss", "text.max_length": 120, "text.bucket_edges": [60]}
    return Cut(_drawn(rows, count, seed), SMALL | settings)


def order(data: Path, count: int, seed: int, length: int = 12) -> Cut:
    """Made up: which of two words comes first, among others drawn at random. The words alone say nothing."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        words = [f"w{draw.randrange(60)}" for _word in range(draw.randint(length // 2, length))]
        first, second = sorted(draw.sample(range(len(words)), 2))
        label = number % 2
        words[first], words[second] = ("alpha", "omega") if label else ("omega", "alpha")
        rows.append((" ".join(words), ("alpha", "omega")[1 - label]))
    return Cut(rows, SMALL | SHORT)


def waves(data: Path, count: int, seed: int, steps: int = 40) -> Cut:
    """Made up: sines of three frequencies under noise, as numbers a step."""
    draw = np.random.default_rng(seed)
    kinds, phases = draw.integers(0, 3, count), draw.uniform(0, 6.28, count)
    time = np.arange(steps) / steps
    values = np.sin(6.28 * (kinds[:, None] * 2 + 2) * time + phases[:, None]) + 0.5 * draw.normal(size=(count, steps))
    return Cut([(row[:, None].astype(np.float32), f"f{kind}") for row, kind in zip(values, kinds, strict=True)], SMALL)


def entities(data: Path, count: int, seed: int) -> Cut:
    """Sentences of PhoNER_COVID19 with a tag a word."""
    text = (data / "phoner_covid19" / "train_word.conll").read_text("utf-8")
    sentences = [block for block in text.split("\n\n") if block.strip()]
    return Cut(_drawn([(one, "") for one in sentences], count, seed), SMALL | SHORT | {"training.learning_rate": 0.005})


SOURCES: dict[str, Callable[..., Cut]] = {
    made.__name__: made for made in (feedback, topics, reviews, ratings, order, waves, entities)
}


def _drawn(rows: Sequence[Any], count: int, seed: int) -> list[Any]:
    return random.Random(seed).sample(list(rows), min(count, len(rows)))


def write(cut: Cut, folder: Path) -> dict[str, Any]:
    """Writes the rows to a file of `folder`; the settings with its place."""
    texts, labels = zip(*cut.rows, strict=True)
    if isinstance(texts[0], np.ndarray):
        path = folder / "rows.npz"
        steps: NDArray[Any] = np.concatenate(texts)
        np.savez(path, x=steps, y=np.array(labels), lengths=np.array([len(text) for text in texts]))
    elif not any(labels):
        path = folder / "rows.conll"
        path.write_text("\n\n".join(texts) + "\n", "utf-8")
    elif "" in labels:
        raise ValueError("a row without a label")
    else:
        path = folder / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *cut.rows])
    named = {} if path.suffix != ".csv" else {"data.text": "text", "data.label": "label"}
    return {"data.source": str(path), **named, **cut.settings}
