"""Word vectors as a start: what was found stands in the embedding, what was not is as loud."""

import numpy as np
import pytest

from bptt import models
from bptt.data import Vectors


@pytest.fixture
def model():
    return models.build(models.ModelConfig(embedding_width=20, units=(4,)), models.Words(500, mask=True), models.Softmax(2))


def test_found_rows_are_the_vectors_and_the_others_are_scaled(model):
    before = np.array(model.get_layer("embedding").embeddings.value)
    draw = np.random.default_rng(0)
    found = {int(row): draw.normal(0.3, 2, 20).astype(np.float32) for row in draw.choice(np.arange(2, 500), 90, replace=False)}
    models.start_from(model, Vectors("x.vec", 498, found))
    after = np.array(model.get_layer("embedding").embeddings.value)
    rest = np.setdiff1d(np.arange(500), list(found))
    for row, values in found.items():
        np.testing.assert_array_equal(after[row], values)
    ratio = after[rest] / before[rest]
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-5)
    loud = np.sqrt(np.mean(np.stack(list(found.values())) ** 2))
    assert np.sqrt(np.mean(after[rest] ** 2)) == pytest.approx(loud, rel=0.05)


def test_nothing_found_changes_nothing(model):
    before = np.array(model.get_layer("embedding").embeddings.value)
    models.start_from(model, Vectors())
    np.testing.assert_array_equal(np.array(model.get_layer("embedding").embeddings.value), before)
