"""The code of the first lesson, run as it stands: only its imports and its data are others."""

import io
import os
from contextlib import redirect_stdout
from pathlib import Path

import matplotlib as mpl

from bptt import layers

mpl.use("Agg")

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras.utils import pad_sequences

from bptt import data
from bptt.data.config import DataConfig, TextConfig
from bptt.data.text import Vocabulary
from bptt.kernels import reference

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # input_shape, input_length, show() without a screen

VOCAB_SIZE = 10000
MAX_LEN = 200
EMBEDDING_DIM = 128
HIDDEN_DIM = 64


def test_the_step_in_numpy() -> None:
    input_size = 3
    hidden_size = 4
    output_size = 2
    np.random.seed(42)
    Wxh = np.random.randn(hidden_size, input_size) * 0.1
    Whh = np.random.randn(hidden_size, hidden_size) * 0.1
    Why = np.random.randn(output_size, hidden_size) * 0.1
    bh = np.zeros((hidden_size, 1))
    by = np.zeros((output_size, 1))

    def rnn_step(x: np.ndarray, h_prev: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        h = np.tanh(Wxh @ x + Whh @ h_prev + bh)
        y = Why @ h + by
        return h, y

    X = np.array([[[1], [0], [1]], [[0], [1], [0]], [[1], [1], [0]]])
    h = np.zeros((hidden_size, 1))
    printed, ours = io.StringIO(), np.zeros((1, hidden_size))
    with redirect_stdout(printed):
        for t in range(len(X)):
            h, y = rnn_step(X[t], h)
            print(f"t={t}: h shape={h.shape}, y shape={y.shape}")  # noqa: T201 - as the lesson has it
            ours = reference.rnn_step(X[t].T.astype(float), ours, Wxh.T, Whh.T, bh[:, 0])
            np.testing.assert_allclose(ours.T, h, rtol=1e-14)  # the lesson's columns are our rows
    assert printed.getvalue().splitlines() == [f"t={t}: h shape=(4, 1), y shape=(2, 1)" for t in range(3)]


def test_two_layers_and_ten_classes() -> None:
    model = keras.Sequential(
        [
            layers.SimpleRNN(units=64, return_sequences=True, input_shape=(10, 32)),
            layers.SimpleRNN(units=32, return_sequences=False),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.summary(print_fn=lambda *_, **__: None)
    assert [layer.count_params() for layer in model.layers] == [64 * (32 + 64 + 1), 32 * (64 + 32 + 1), 330]
    answers = model.predict(np.random.default_rng(0).normal(size=(4, 10, 32)), verbose=0)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


def test_all_outputs_or_the_last_one() -> None:
    rnn_all = layers.SimpleRNN(64, return_sequences=True)
    rnn_last = layers.SimpleRNN(64, return_sequences=False)
    x = keras.Input(shape=(10, 32))
    y_all = rnn_all(x)
    y_last = rnn_last(x)
    assert f"return_sequences=True: {y_all.shape}" == "return_sequences=True: (None, 10, 64)"
    assert f"return_sequences=False: {y_last.shape}" == "return_sequences=False: (None, 64)"
    rnn_last.set_weights(rnn_all.get_weights())
    values = np.random.default_rng(0).normal(size=(3, 10, 32)).astype("float32")
    np.testing.assert_array_equal(rnn_all(values)[:, -1], rnn_last(values))


def create_sentiment_model() -> keras.Model:
    return keras.Sequential(
        [
            layers.Embedding(input_dim=VOCAB_SIZE, output_dim=EMBEDDING_DIM, input_length=MAX_LEN),
            layers.SimpleRNN(units=HIDDEN_DIM, return_sequences=False),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def train_sentiment(x_train: np.ndarray, y_train: np.ndarray, epochs: int) -> keras.callbacks.History:
    model = create_sentiment_model()
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.summary(print_fn=lambda *_, **__: None)
    history = model.fit(
        x_train,
        y_train,
        epochs=epochs,
        batch_size=128,
        validation_split=0.2,
        callbacks=[keras.callbacks.EarlyStopping(patience=2)],
        verbose=0,
    )
    assert model.layers[1].kernel_choice.kernel == "native"
    assert model.count_params() == 1_280_000 + 64 * (128 + 64 + 1) + 65
    return history


def test_sentiment_of_sentences_whose_last_word_decides() -> None:
    """Rows of unequal length, padded in front; class 1 ends on an even word."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    rows = [rng.integers(1, 50, rng.integers(3, 300)) for _ in range(1280)]
    y_train = np.array([row[-1] % 2 == 0 for row in rows], "float32")
    x_train = pad_sequences(rows, maxlen=MAX_LEN)
    assert x_train.shape == (1280, 200)
    history = train_sentiment(x_train, y_train, epochs=8).history
    assert history["val_accuracy"][-1] > 0.8 > history["val_accuracy"][0]


@pytest.mark.skipif("BPTT_DATA" not in os.environ, reason="BPTT_DATA names no folder of data")
def test_sentiment_of_real_reviews() -> None:
    splits = data.load(DataConfig(source=str(Path(os.environ["BPTT_DATA"]) / "aclImdb_train.tar.gz")))
    few = splits.train.take(np.random.default_rng(0).permutation(len(splits.train))[:1024])
    vocabulary = Vocabulary.fit(few.texts, TextConfig(vocabulary_size=VOCAB_SIZE))
    found = vocabulary.encode(few.texts)
    x_train = pad_sequences([found[row] for row in range(len(found))], maxlen=MAX_LEN)
    history = train_sentiment(x_train, few.labels.astype("float32"), epochs=2).history
    assert history["loss"][-1] < history["loss"][0]


def simulate_gradient_flow(time_steps: int, gradient_factor: float) -> list[float]:
    gradients = [1.0]
    for _t in range(time_steps):
        gradients.append(gradients[-1] * gradient_factor)
    return gradients


def test_gradients_that_vanish_and_explode(tmp_path: Path) -> None:
    steps = 50
    vanishing = simulate_gradient_flow(steps, 0.9)
    stable = simulate_gradient_flow(steps, 1.0)
    exploding = simulate_gradient_flow(steps, 1.1)
    plt.figure(figsize=(10, 4))
    plt.semilogy(vanishing, label="Vanishing (0.9)", linestyle="--")
    plt.semilogy(stable, label="Stable (1.0)")
    plt.semilogy(exploding, label="Exploding (1.1)", linestyle="-.")
    plt.xlabel("Time Steps")
    plt.ylabel("Gradient Magnitude (log scale)")
    plt.title("Gradient Flow in RNN")
    plt.legend()
    plt.grid(True)
    plt.show()
    plt.savefig(tmp_path / "flow.png")
    plt.close("all")
    np.testing.assert_allclose([vanishing[-1], stable[-1], exploding[-1]], [0.9**50, 1, 1.1**50], rtol=1e-12)


@pytest.mark.parametrize(("clip", "limit"), [({"clipnorm": 1.0}, 1.0), ({"clipvalue": 0.5}, 0.5)])
def test_gradient_clipping(clip: dict[str, float], limit: float) -> None:
    """SGD with a step of 1 moves each weight by its clipped gradient."""
    optimizer = keras.optimizers.Adam(learning_rate=0.001, **clip)
    model = keras.Sequential([keras.Input((12, 4)), layers.SimpleRNN(8), layers.Dense(1)])
    model.compile(optimizer=optimizer, loss="mse")
    rng = np.random.default_rng(0)
    x, y = 9 * rng.normal(size=(16, 12, 4)), 1000 + rng.normal(size=(16, 1))
    model.fit(x, y, verbose=0)
    model.compile(keras.optimizers.SGD(1.0, **clip), loss="mse")
    before = [np.array(w) for w in model.get_weights()]
    model.fit(x, y, batch_size=16, verbose=0)
    moves = [after - start for after, start in zip(model.get_weights(), before, strict=True)]
    sizes = [np.linalg.norm(move) if "clipnorm" in clip else np.abs(move).max() for move in moves]
    assert max(sizes) == pytest.approx(limit, rel=1e-4)
