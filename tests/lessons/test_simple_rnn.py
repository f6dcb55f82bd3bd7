"""The code of the first lesson as it stands: only its imports and its data are others."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras.preprocessing.sequence import pad_sequences

from bptt import data, layers
from bptt.kernels import Options, reference
from bptt.kernels.options import Weights
from tests.lessons.conftest import Table

pytestmark = [
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning"),
    pytest.mark.filterwarnings("ignore:Argument `input_length` is deprecated:UserWarning"),
    pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive:UserWarning"),
]


def test_the_step_in_numpy(capsys: pytest.CaptureFixture[str]) -> None:
    input_size = 3
    hidden_size = 4
    output_size = 2

    np.random.seed(42)
    Wxh = np.random.randn(hidden_size, input_size) * 0.1
    Whh = np.random.randn(hidden_size, hidden_size) * 0.1
    Why = np.random.randn(output_size, hidden_size) * 0.1
    bh = np.zeros((hidden_size, 1))
    by = np.zeros((output_size, 1))

    def rnn_step(x, h_prev):
        h = np.tanh(Wxh @ x + Whh @ h_prev + bh)
        y = Why @ h + by
        return h, y

    X = np.array([[[1], [0], [1]], [[0], [1], [0]], [[1], [1], [0]]])

    h = np.zeros((hidden_size, 1))
    outputs = []

    for t in range(len(X)):
        h, y = rnn_step(X[t], h)
        outputs.append(y)
        print(f"t={t}: h shape={h.shape}, y shape={y.shape}")

    assert capsys.readouterr().out.splitlines() == [f"t={t}: h shape=(4, 1), y shape=(2, 1)" for t in range(3)]
    weights = Weights(Wxh.T, Whh.T, bh[:, 0])
    (ours,), _ = reference.recurrence(Options(), X[None, :, :, 0].astype(float), weights, (np.zeros((1, hidden_size)),))
    layer = layers.SimpleRNN(hidden_size)
    layer.build((1, 3, input_size))
    layer.set_weights([Wxh.T, Whh.T, bh[:, 0]])
    np.testing.assert_allclose(ours.T, h, rtol=1e-14)  # the lesson's columns are our rows
    np.testing.assert_allclose(layer(X[None, :, :, 0]), h.T, rtol=1e-5)
    np.testing.assert_allclose(outputs[-1], Why @ h)


def test_two_layers_and_ten_classes(table: Table) -> None:
    model = keras.Sequential(
        [
            layers.SimpleRNN(units=64, return_sequences=True, input_shape=(10, 32)),
            layers.SimpleRNN(units=32, return_sequences=False),
            layers.Dense(10, activation="softmax"),
        ]
    )

    model.summary()

    assert table() == [
        ("simple_rnn (SimpleRNN)", "(None, 10, 64)", "6,208"),
        ("simple_rnn_1 (SimpleRNN)", "(None, 32)", "3,104"),
        ("dense (Dense)", "(None, 10)", "330"),
        ("total", "9,642"),
    ]
    answers = model.predict(np.random.default_rng(0).normal(size=(4, 10, 32)), verbose=0)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


def test_all_outputs_or_the_last_one(capsys: pytest.CaptureFixture[str]) -> None:
    rnn_all = layers.SimpleRNN(64, return_sequences=True)
    rnn_last = layers.SimpleRNN(64, return_sequences=False)

    x = keras.Input(shape=(10, 32))
    y_all = rnn_all(x)
    y_last = rnn_last(x)

    print(f"return_sequences=True: {y_all.shape}")
    print(f"return_sequences=False: {y_last.shape}")

    assert capsys.readouterr().out.splitlines() == ["return_sequences=True: (None, 10, 64)", "return_sequences=False: (None, 64)"]
    rnn_last.set_weights(rnn_all.get_weights())
    values = np.random.default_rng(0).normal(size=(3, 10, 32)).astype("float32")
    np.testing.assert_array_equal(rnn_all(values)[:, -1], rnn_last(values))


VOCAB_SIZE = 10000
MAX_LEN = 200
EMBEDDING_DIM = 128
HIDDEN_DIM = 64


def create_sentiment_model():
    model = keras.Sequential(
        [
            layers.Embedding(input_dim=VOCAB_SIZE, output_dim=EMBEDDING_DIM, input_length=MAX_LEN),
            layers.SimpleRNN(units=HIDDEN_DIM, return_sequences=False),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )

    return model


def compiled_sentiment_model() -> keras.Model:
    model = create_sentiment_model()
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.summary()
    return model


class Words:
    """In place of `keras.datasets.imdb`: rows of unequal length; class 1 ends on an even word."""

    def load_data(self, num_words: int) -> Any:
        random = np.random.default_rng(0)
        rows = [random.integers(1, min(20, num_words), random.integers(3, 300)).tolist() for _ in range(1408)]
        labels = np.array([row[-1] % 2 == 0 for row in rows], "int64")
        return (rows[:1280], labels[:1280]), (rows[1280:], labels[1280:])


class Reviews:
    """In place of `keras.datasets.imdb`: a few hundred of the same reviews."""

    def load_data(self, num_words: int) -> Any:
        source = str(Path(os.environ["BPTT_DATA"]) / "aclImdb_train.tar.gz")
        training = data.load(data.DataConfig(source=source)).train
        chosen = np.random.default_rng(0).permutation(len(training))
        few = [training.take(chosen[:640]), training.take(chosen[640:768])]
        vocabulary = data.Vocabulary.fit(few[0].inputs, data.TextConfig(vocabulary_size=num_words))
        rows = [vocabulary.encode(part.inputs) for part in few]
        return tuple(
            ([ids[i].tolist() for i in range(len(ids))], part.targets.values) for ids, part in zip(rows, few, strict=True)
        )


has_reviews = pytest.mark.skipif("BPTT_DATA" not in os.environ, reason="BPTT_DATA names no folder of data sets")


@pytest.mark.parametrize(
    ("imdb", "least"), [(Words(), 0.9), pytest.param(Reviews(), 0.0, marks=has_reviews)], ids=["words", "reviews"]
)
def test_training(imdb: Any, least: float, capsys: pytest.CaptureFixture[str]) -> None:
    model = compiled_sentiment_model()
    (x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=VOCAB_SIZE)
    rows = list(x_train)

    x_train = pad_sequences(x_train, maxlen=MAX_LEN)
    x_test = pad_sequences(x_test, maxlen=MAX_LEN)

    print(f"Training data shape: {x_train.shape}")
    print(f"Test data shape: {x_test.shape}")

    history = model.fit(
        x_train,
        y_train,
        epochs=5,
        batch_size=128,
        validation_split=0.2,
        callbacks=[keras.callbacks.EarlyStopping(patience=2)],
    )

    printed = capsys.readouterr().out
    assert f"Training data shape: ({len(rows)}, 200)" in printed and "Test data shape: (128, 200)" in printed
    short, long = min(rows, key=len), max(rows, key=len)
    np.testing.assert_array_equal(x_train[rows.index(short)], [0] * (200 - len(short)) + short)  # padded in front
    np.testing.assert_array_equal(x_train[rows.index(long)], long[-200:])  # and cut there
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.evaluate(x_test, y_test, verbose=0)[1] > least
    assert model.layers[1].kernel_choice.kernel == "native"
    assert model.count_params() == 1_280_000 + 64 * (128 + 64 + 1) + 65


def test_training_stops_early() -> None:
    """Labels of the validation part turned round: what is learned makes it worse, and two such epochs are enough."""
    (x_train, y_train), _ = Words().load_data(num_words=VOCAB_SIZE)
    y_train[1024:] = 1 - y_train[1024:]
    model = compiled_sentiment_model()
    model.optimizer.learning_rate = 0.005
    x_train = pad_sequences(x_train, maxlen=MAX_LEN)
    stop = keras.callbacks.EarlyStopping(patience=2)
    history = model.fit(x_train, y_train, epochs=30, batch_size=128, validation_split=0.2, callbacks=[stop], verbose=0)
    losses = history.history["val_loss"]
    assert len(losses) == np.argmin(losses) + 1 + 2 < 30


def test_clipping_as_the_lesson_compiles_it() -> None:
    model = create_sentiment_model()

    optimizer = keras.optimizers.Adam(learning_rate=0.001, clipnorm=1.0)

    model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"])

    assert np.isfinite(model.train_on_batch(np.ones((4, 200)), np.ones((4, 1)))[0])
    assert model.optimizer.clipnorm == 1.0


def test_the_layer_of_the_last_page() -> None:
    T, F = 10, 32
    layer = layers.SimpleRNN(units=64, return_sequences=True, input_shape=(T, F))

    assert keras.Sequential([layer, layers.Flatten()]).output_shape == (None, 10 * 64)
