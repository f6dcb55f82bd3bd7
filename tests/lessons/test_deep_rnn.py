"""The code of the second lesson, run as it stands: only its imports and its data are others."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

from bptt import callbacks as bptt_callbacks
from bptt import layers

mpl.use("Agg")

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import Input, Model
from keras.optimizers import Adam

EarlyStopping = bptt_callbacks.EarlyStopping
ModelCheckpoint = bptt_callbacks.ModelCheckpoint
ReduceLROnPlateau = bptt_callbacks.ReduceLROnPlateau

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # show() without a screen, HDF5's own
RNG = np.random.default_rng(0)


def create_stacked_rnn(vocab_size: int, embedding_dim: int, rnn_units: int, num_classes: int) -> keras.Model:
    return keras.Sequential(
        [
            layers.Embedding(vocab_size, embedding_dim),
            layers.SimpleRNN(rnn_units, return_sequences=True),
            layers.Dropout(0.3),
            layers.SimpleRNN(rnn_units // 2, return_sequences=True),
            layers.Dropout(0.3),
            layers.SimpleRNN(rnn_units // 4, return_sequences=False),
            layers.Dropout(0.3),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )


def test_three_layers_and_their_table() -> None:
    keras.backend.clear_session()  # so that names are counted from the start
    model = create_stacked_rnn(vocab_size=10000, embedding_dim=128, rnn_units=128, num_classes=5)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.build((None, None))
    lines: list[str] = []
    model.summary(print_fn=lambda text, **_: lines.append(text))
    table = [(layer.name, type(layer).__name__, layer.count_params()) for layer in model.layers]
    assert table == [
        ("embedding", "Embedding", 1_280_000),
        ("simple_rnn", "SimpleRNN", 32_896),
        ("dropout", "Dropout", 0),
        ("simple_rnn_1", "SimpleRNN", 12_352),
        ("dropout_1", "Dropout", 0),
        ("simple_rnn_2", "SimpleRNN", 3_104),
        ("dropout_2", "Dropout", 0),
        ("dense", "Dense", 165),
    ]
    assert model.count_params() == 1_328_517
    assert "1,328,517" in "".join(lines)
    history = model.fit(RNG.integers(0, 10000, (64, 20)), RNG.integers(0, 5, 64), epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"][0])


def test_return_sequences_in_all_layers_but_the_last() -> None:
    right = [
        layers.SimpleRNN(64, return_sequences=True),
        layers.SimpleRNN(32, return_sequences=True),
        layers.SimpleRNN(16, return_sequences=False),
    ]
    assert keras.Sequential([keras.Input((7, 3)), *right]).output_shape == (None, 16)
    wrong = [layers.SimpleRNN(64, return_sequences=False), layers.SimpleRNN(32, return_sequences=True)]
    with pytest.raises(ValueError, match="expected ndim=3, found ndim=2"):
        keras.Sequential([keras.Input((7, 3)), *wrong])


def create_residual_rnn(input_shape: tuple[int, int], rnn_units: int = 64, num_classes: int = 5) -> keras.Model:
    inputs = Input(shape=input_shape)
    x = layers.Dense(rnn_units)(inputs)
    rnn_out = layers.SimpleRNN(rnn_units, return_sequences=True)(x)
    rnn_out = layers.LayerNormalization()(rnn_out)
    x = layers.Add()([x, rnn_out])
    rnn_out = layers.SimpleRNN(rnn_units, return_sequences=True)(x)
    rnn_out = layers.LayerNormalization()(rnn_out)
    x = layers.Add()([x, rnn_out])
    rnn_out = layers.SimpleRNN(rnn_units, return_sequences=False)(x)
    x = layers.Dropout(0.5)(rnn_out)
    outputs = layers.Dense(num_classes, activation="softmax")(x)
    return Model(inputs, outputs)


def learns(model: keras.Model, x: np.ndarray, classes: int) -> None:
    """The first feature's mean over time names the class; a model that reads its input beats chance."""
    y = np.digitize(x[:, :, 0].mean(axis=1), np.quantile(x[:, :, 0].mean(axis=1), np.arange(1, classes) / classes))
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    loss = model.fit(x, y, epochs=6, batch_size=32, verbose=0).history["loss"]
    assert loss[-1] < 0.9 * loss[0]


def test_residual_connections() -> None:
    keras.utils.set_random_seed(0)
    model = create_residual_rnn(input_shape=(100, 128), rnn_units=64, num_classes=5)
    model.summary(print_fn=lambda *_, **__: None)
    rnn = 64 * (64 + 64 + 1)
    assert model.count_params() == 64 * 129 + 3 * rnn + 2 * 128 + 5 * 65
    assert {layer.kernel_choice.kernel for layer in model.layers if hasattr(layer, "kernel_choice")} == {"native"}
    learns(model, RNG.normal(size=(256, 100, 128)).astype("float32"), 5)


def test_layer_norm_and_batch_norm() -> None:
    bn = layers.BatchNormalization()
    ln = layers.LayerNormalization()
    x = keras.random.normal((32, 10, 64), seed=0)
    bn_out = bn(x, training=True)
    ln_out = ln(x)
    assert (x.shape, bn_out.shape, ln_out.shape) == ((32, 10, 64),) * 3
    np.testing.assert_allclose(np.mean(ln_out, axis=-1), 0, atol=1e-5)  # each step by itself
    np.testing.assert_allclose(np.std(ln_out, axis=-1), 1, atol=2e-3)
    np.testing.assert_allclose(np.mean(bn_out, axis=(0, 1)), 0, atol=1e-5)  # each feature over the batch


def rnn_block_with_norm(x: Any, units: int, return_sequences: bool = True) -> Any:
    rnn_out = layers.SimpleRNN(units, return_sequences=return_sequences)(x)
    if return_sequences:  # noqa: SIM108 - as the lesson has it
        normalized = layers.LayerNormalization()(rnn_out)
    else:
        normalized = layers.LayerNormalization()(rnn_out)
    return layers.Activation("relu")(normalized)


def test_the_normalised_block() -> None:
    keras.utils.set_random_seed(0)
    inputs = Input(shape=(100, 128))
    x = rnn_block_with_norm(inputs, 64, return_sequences=True)
    x = rnn_block_with_norm(x, 32, return_sequences=True)
    x = rnn_block_with_norm(x, 16, return_sequences=False)
    outputs = layers.Dense(5, activation="softmax")(x)
    model = Model(inputs, outputs)
    assert model.count_params() == 64 * 193 + 32 * 97 + 16 * 49 + 2 * (64 + 32 + 16) + 5 * 17
    learns(model, RNG.normal(size=(256, 100, 128)).astype("float32"), 5)


def create_deep_rnn(vocab_size: int, embedding_dim: int, max_len: int, num_classes: int) -> keras.Model:
    inputs = keras.Input(shape=(max_len,))
    x = layers.Embedding(vocab_size, embedding_dim)(inputs)
    for units in [128, 64, 32]:
        x = layers.SimpleRNN(units, return_sequences=True)(x)
        x = layers.LayerNormalization()(x)
        x = layers.Dropout(0.3)(x)
    x = layers.SimpleRNN(16)(x)
    x = layers.LayerNormalization()(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(num_classes, activation="softmax")(x)
    return keras.Model(inputs, outputs)


def plot_training(history: keras.callbacks.History) -> Any:
    _, axes = plt.subplots(2, 2, figsize=(12, 10))
    axes[0, 0].plot(history.history["loss"], label="Train")
    axes[0, 0].plot(history.history["val_loss"], label="Val")
    axes[0, 0].set_title("Loss")
    axes[0, 0].legend()
    axes[0, 1].plot(history.history["accuracy"], label="Train")
    axes[0, 1].plot(history.history["val_accuracy"], label="Val")
    axes[0, 1].set_title("Accuracy")
    axes[0, 1].legend()
    if "lr" in history.history:
        axes[1, 0].plot(history.history["lr"])
        axes[1, 0].set_title("Learning Rate")
        axes[1, 0].set_yscale("log")
    train_acc = history.history["accuracy"]
    val_acc = history.history["val_accuracy"]
    gap = [t - v for t, v in zip(train_acc, val_acc, strict=False)]
    axes[1, 1].plot(gap)
    axes[1, 1].axhline(y=0, color="r", linestyle="--")
    axes[1, 1].set_title("Train-Val Gap (Overfitting indicator)")
    plt.tight_layout()
    plt.show()
    return axes


def test_the_complete_pipeline_and_its_curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(0)
    model = create_deep_rnn(vocab_size=10000, embedding_dim=128, max_len=200, num_classes=5)
    optimizer = Adam(learning_rate=0.001, clipnorm=1.0)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    callbacks = [
        EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True),
        ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, min_delta=10, min_lr=1e-7),
        ModelCheckpoint("best_model.keras", monitor="val_accuracy", save_best_only=True),
    ]
    x_train, y_train = RNG.integers(0, 10000, (128, 200)), RNG.integers(0, 5, 128)
    history = model.fit(x_train, y_train, epochs=3, batch_size=64, validation_split=0.2, callbacks=callbacks, verbose=0)
    np.testing.assert_allclose(history.history["lr"], [0.001, 0.001, 0.0005])  # no epoch gains 10: halved after the second
    assert history.history["lr"] == history.history["learning_rate"]
    axes = plot_training(history)
    assert [axis.get_title() for axis in axes.flat[:3]] == ["Loss", "Accuracy", "Learning Rate"]
    np.testing.assert_allclose(axes[1, 0].lines[0].get_ydata(), history.history["lr"])
    plt.close("all")
    best = keras.models.load_model("best_model.keras")
    assert type(best.layers[2]) is layers.SimpleRNN
    assert best.evaluate(x_train[102:], y_train[102:], verbose=0)[1] == pytest.approx(max(history.history["val_accuracy"]))


def test_the_components() -> None:
    x = RNG.normal(size=(2, 7, 3)).astype("float32")
    assert layers.SimpleRNN(8, return_sequences=True)(x).shape == (2, 7, 8)
    assert layers.Bidirectional(layers.SimpleRNN(8))(x).shape == (2, 16)
    stacked = layers.SimpleRNN(32, return_sequences=False)(layers.SimpleRNN(64, return_sequences=True)(x))
    assert layers.LayerNormalization()(stacked).shape == (2, 32)


def test_bidirectional_reads_both_ways() -> None:
    both = layers.Bidirectional(layers.SimpleRNN(8))
    x = RNG.normal(size=(2, 7, 3)).astype("float32")
    forward, backward = np.split(np.asarray(both(x)), 2, axis=1)
    for half, layer, order in ((forward, both.forward_layer, x), (backward, both.backward_layer, x[:, ::-1])):
        alone = layers.SimpleRNN(8)
        alone.build(x.shape)
        alone.set_weights(layer.get_weights())
        np.testing.assert_allclose(half, alone(order), rtol=1e-6)
        assert layer.kernel_choice.kernel == "native"
