"""What the heads of rows learn by, against the loss by hand."""

import keras
import numpy as np
import pytest

from bptt.models import Head, ModelConfig, Number, Sigmoid, Softmax, Words, build

IDS = np.array([[3, 4, 5], [6, 7, 0], [8, 3, 4], [9, 9, 9]], np.int32)
LABELS = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def of_classes(told: np.ndarray, truth: np.ndarray) -> float:
    return float(-np.log(told[np.arange(len(truth)), truth]).mean())


def of_labels(told: np.ndarray, truth: np.ndarray) -> float:
    return float(-(truth * np.log(told) + (1 - truth) * np.log(1 - told)).mean())


def of_numbers(told: np.ndarray, truth: np.ndarray) -> float:
    return float(((told - truth) ** 2).mean() / 8**2)  # in standard deviations


@pytest.mark.parametrize(
    ("head", "truth", "expected"),
    [
        (Softmax(3), np.array([2, 0, 1, 1]), of_classes),
        (Sigmoid(3), LABELS, of_labels),
        (Number(100.0, 8.0), np.array([[90.0], [100.0], [103.0], [130.0]]), of_numbers),
    ],
    ids=["classes", "labels", "a number"],
)
def test_the_loss_is_that_of_the_answers(head: Head, truth: np.ndarray, expected: object) -> None:
    keras.utils.set_random_seed(0)
    model = build(ModelConfig(embedding_width=4, units=(4,), dropout=0.0), Words(10, mask=True), head)
    model.get_layer("head").bias.assign(np.linspace(-2, 2, model.get_layer("head").bias.shape[0]))
    model.compile("sgd", head.loss(model))
    found = model.evaluate(IDS, truth, verbose=0)
    assert found == pytest.approx(expected(model.predict_on_batch(IDS), truth), rel=1e-4)
