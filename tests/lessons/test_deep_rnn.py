"""The code of the second lesson as it stands: only its imports and its data are others."""

import keras
import numpy as np
import pytest
from keras import Input, Model
from keras.optimizers import Adam

from bptt import layers
from tests.lessons.conftest import Table

RANDOM = np.random.default_rng(0)


def create_stacked_rnn(vocab_size, embedding_dim, rnn_units, num_classes):
    model = keras.Sequential(
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

    return model


def test_three_layers_and_their_table(table: Table) -> None:
    """Keras 3 prints no shapes before it knows the input's, so the table is printed again behind `build`."""
    model = create_stacked_rnn(vocab_size=10000, embedding_dim=128, rnn_units=128, num_classes=5)

    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

    model.summary()

    assert {row[1] for row in table()[:-1]} == {"?"}
    model.build((None, None))
    model.summary()
    assert table() == [
        ("embedding (Embedding)", "(None, None, 128)", "1,280,000"),
        ("simple_rnn (SimpleRNN)", "(None, None, 128)", "32,896"),
        ("dropout (Dropout)", "(None, None, 128)", "0"),
        ("simple_rnn_1 (SimpleRNN)", "(None, None, 64)", "12,352"),
        ("dropout_1 (Dropout)", "(None, None, 64)", "0"),
        ("simple_rnn_2 (SimpleRNN)", "(None, 32)", "3,104"),
        ("dropout_2 (Dropout)", "(None, 32)", "0"),
        ("dense (Dense)", "(None, 5)", "165"),
        ("total", "1,328,517"),
    ]
    answers = model.predict(RANDOM.integers(0, 10000, (4, 20)), verbose=0)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


def test_return_sequences_in_all_layers_but_the_last() -> None:
    right = [
        layers.SimpleRNN(64, return_sequences=True),
        layers.SimpleRNN(32, return_sequences=True),
        layers.SimpleRNN(16, return_sequences=False),
    ]
    wrong = [
        layers.SimpleRNN(64, return_sequences=False),
        layers.SimpleRNN(32, return_sequences=True),
    ]

    assert keras.Sequential([keras.Input((7, 3)), *right]).output_shape == (None, 16)
    with pytest.raises(ValueError, match=r"came \(B, 64\): the layer before, simple_rnn_\d, gives its last state alone"):
        keras.Sequential([keras.Input((7, 3)), *wrong])


def create_residual_rnn(input_shape, rnn_units=64, num_classes=5):
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


def learns(model: keras.Model) -> None:
    """The first feature's mean over time names the class: within six epochs the loss falls by a tenth."""
    x = RANDOM.normal(size=(256, 100, 128)).astype("float32")
    means = x[:, :, 0].mean(axis=1)
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    loss = model.fit(x, np.digitize(means, np.quantile(means, [0.2, 0.4, 0.6, 0.8])), epochs=6, verbose=0).history["loss"]
    assert loss[-1] < 0.9 * loss[0]


def test_residual_connections(table: Table) -> None:
    model = create_residual_rnn(input_shape=(100, 128), rnn_units=64, num_classes=5)

    model.summary()

    rows = table()
    assert rows[-1] == ("total", f"{64 * 129 + 3 * 64 * 129 + 2 * 128 + 5 * 65:,}")
    assert [row[3] for row in rows if row[0].startswith("add")] == ["dense[0][0],", "add[0][0],"]  # what each is added to
    assert {layer.kernel_choice.kernel for layer in model.layers if hasattr(layer, "kernel_choice")} == {"native"}
    learns(model)


def test_layer_norm_and_batch_norm(capsys: pytest.CaptureFixture[str]) -> None:
    bn = layers.BatchNormalization()
    ln = layers.LayerNormalization()

    x = keras.random.normal((32, 10, 64))

    bn_out = bn(x)
    ln_out = ln(x)

    print(f"Input shape: {x.shape}")
    print(f"BatchNorm output: {bn_out.shape}")
    print(f"LayerNorm output: {ln_out.shape}")

    names = ("Input shape", "BatchNorm output", "LayerNorm output")
    assert capsys.readouterr().out.splitlines() == [f"{name}: (32, 10, 64)" for name in names]
    np.testing.assert_allclose(np.mean(ln_out, axis=-1), 0, atol=1e-5)  # each step by itself
    np.testing.assert_allclose(np.std(ln_out, axis=-1), 1, atol=2e-3)
    np.testing.assert_array_equal(ln(x[:1]), ln_out[:1])  # whatever else stands in the batch
    np.testing.assert_allclose(np.mean(bn(x, training=True), axis=(0, 1)), 0, atol=1e-5)  # each feature over the batch


def create_normalised_rnn():
    def rnn_block_with_norm(x, units, return_sequences=True):
        rnn_out = layers.SimpleRNN(units, return_sequences=return_sequences)(x)

        if return_sequences:
            normalized = layers.LayerNormalization()(rnn_out)
        else:
            normalized = layers.LayerNormalization()(rnn_out)

        activated = layers.Activation("relu")(normalized)

        return activated

    inputs = Input(shape=(100, 128))
    x = rnn_block_with_norm(inputs, 64, return_sequences=True)
    x = rnn_block_with_norm(x, 32, return_sequences=True)
    x = rnn_block_with_norm(x, 16, return_sequences=False)
    outputs = layers.Dense(5, activation="softmax")(x)

    return Model(inputs, outputs)


def test_the_normalised_block() -> None:
    model = create_normalised_rnn()

    assert model.count_params() == 64 * 193 + 32 * 97 + 16 * 49 + 2 * (64 + 32 + 16) + 5 * 17
    learns(model)


@pytest.mark.parametrize("return_sequences", [True, False])
def test_the_components(return_sequences: bool) -> None:
    units = 8
    basic = layers.SimpleRNN(units, return_sequences=return_sequences)
    bidirectional = layers.Bidirectional(layers.SimpleRNN(units))
    all_but_last = layers.SimpleRNN(64, return_sequences=True)
    last = layers.SimpleRNN(32, return_sequences=False)
    normalised = layers.LayerNormalization()

    x = RANDOM.normal(size=(2, 7, 3)).astype("float32")
    assert basic(x).shape == ((2, 7, 8) if return_sequences else (2, 8))
    assert bidirectional(x).shape == (2, 16)
    assert normalised(last(all_but_last(x))).shape == (2, 32)


def test_bidirectional_reads_both_ways() -> None:
    both = layers.Bidirectional(layers.SimpleRNN(8))
    x = RANDOM.normal(size=(2, 7, 3)).astype("float32")
    forward, backward = np.split(np.asarray(both(x)), 2, axis=1)
    for half, layer, order in ((forward, both.forward_layer, x), (backward, both.backward_layer, x[:, ::-1])):
        alone = layers.SimpleRNN(8)
        alone.build(x.shape)
        alone.set_weights(layer.get_weights())
        np.testing.assert_allclose(half, alone(order), rtol=1e-6)
        assert layer.kernel_choice.kernel == "native"
