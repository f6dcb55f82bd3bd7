"""A task that a small model learns in a few epochs, and batches that can be spoiled."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from bptt.batches import Batches
from bptt.data import Ragged, TextConfig
from bptt.models import ModelConfig, Softmax, Words, build
from bptt.record import Run

T, V = 8, 12
TEXT = TextConfig(max_length=T, bucket_edges=())


def toy(rows: int, seed: int, shuffle: bool, contrary: bool = False) -> Batches:
    """Texts of 3 to 8 words; those that hold the word 3 are of class 1, or of class 0 where `contrary`."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, rows).astype(np.int32)
    texts = [random.integers(4, V, random.integers(3, T + 1)).astype(np.int32) for _ in range(rows)]
    for text, label in zip(texts, labels, strict=True):
        text[random.integers(len(text))] = 3 if label else 2
    starts = np.cumsum([0, *(len(text) for text in texts)])
    return Batches(Ragged(np.concatenate(texts), starts), 1 - labels if contrary else labels, TEXT, 32, 0, shuffle)


@pytest.fixture(scope="session")
def train() -> Batches:
    return toy(320, seed=1, shuffle=True)


@pytest.fixture(scope="session")
def validation() -> Batches:
    return toy(64, seed=2, shuffle=False)


@pytest.fixture(scope="session")
def contrary() -> Batches:
    """A validation part on which a model gets worse the more it learns."""
    return toy(64, seed=2, shuffle=False, contrary=True)


@pytest.fixture
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build(ModelConfig(embedding_width=4, units=(6,), bidirectional=False, dropout=0.1), Words(V, mask=True), Softmax(2))


@pytest.fixture
def new_run(tmp_path: Path) -> Callable[[], Run]:
    return lambda: Run.create(tmp_path / f"run{len(list(tmp_path.iterdir()))}", {})
