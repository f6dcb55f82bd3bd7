"""The second lesson's complete pipeline as it stands: callbacks, checkpoint and the four panels."""

from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras.optimizers import Adam

from bptt import layers
from bptt.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

pytestmark = pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive:UserWarning")

RANDOM = np.random.default_rng(0)


def create_deep_rnn(vocab_size, embedding_dim, max_len, num_classes):
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


def plot_training(history):
    fig, axes = plt.subplots(2, 2, figsize=(12, 10))

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
    gap = [t - v for t, v in zip(train_acc, val_acc)]
    axes[1, 1].plot(gap)
    axes[1, 1].axhline(y=0, color="r", linestyle="--")
    axes[1, 1].set_title("Train-Val Gap (Overfitting indicator)")

    plt.tight_layout()
    plt.show()


def test_the_complete_pipeline_and_its_curves() -> None:
    model = create_deep_rnn(vocab_size=10000, embedding_dim=128, max_len=200, num_classes=5)

    optimizer = Adam(learning_rate=0.001, clipnorm=1.0)

    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])

    callbacks = [
        EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True),
        ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3, min_lr=1e-7),
        ModelCheckpoint("best_model.keras", monitor="val_accuracy", save_best_only=True),
    ]

    X_train, y_train = RANDOM.integers(0, 10000, (160, 200)), RANDOM.integers(0, 5, 160)  # nothing that could be learned

    history = model.fit(X_train, y_train, epochs=50, batch_size=64, validation_split=0.2, callbacks=callbacks)

    plot_training(history)

    found = {name: np.array(values) for name, values in history.history.items()}
    best = int(np.argmin(found["val_loss"]))
    assert len(found["loss"]) == best + 1 + 5 < 50
    assert found["lr"][best + 3] == found["lr"][best] == 2 * found["lr"][best + 4]  # after three epochs without gain
    check_panels(found)
    check_checkpoint(X_train[128:], y_train[128:], max(found["val_accuracy"]))


def check_panels(found: dict[str, Any]) -> None:
    """All four panels have their curves, that of the learning rate too, which Keras 3 logs by another name."""
    titles = ["Loss", "Accuracy", "Learning Rate", "Train-Val Gap (Overfitting indicator)"]
    panels = plt.gcf().axes
    assert [panel.get_title() for panel in panels] == titles
    assert panels[2].get_yscale() == "log"
    np.testing.assert_array_equal(panels[2].lines[0].get_ydata(), found["learning_rate"])
    np.testing.assert_array_equal(panels[3].lines[0].get_ydata(), found["accuracy"] - found["val_accuracy"])


def check_checkpoint(ids: Any, labels: Any, accuracy: float) -> None:
    saved = keras.models.load_model("best_model.keras")
    ours = [layers.Embedding, layers.SimpleRNN, layers.LayerNormalization, layers.Dropout]
    assert [type(layer) for layer in saved.layers[1:5]] == ours
    assert saved.evaluate(ids, labels, verbose=0)[1] == pytest.approx(accuracy)


def test_keras_s_own_callback_leaves_the_panel_empty() -> None:
    """So it is ours that fills it."""
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((4, 1))
    for callback, names in ((keras.callbacks.ReduceLROnPlateau, set()), (ReduceLROnPlateau, {"lr"})):
        history = model.fit(x, x, callbacks=[callback(monitor="loss")], verbose=0).history
        assert set(history) == {"loss", "learning_rate"} | names
