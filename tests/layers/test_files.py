"""Files: whole models come back as our layers wherever bptt is imported; weights go both ways between ours and Keras's."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.twins import D, H, T, V, same, spread

IDS = np.random.default_rng(3).integers(0, V, (8, T)).astype("int32")


def network(namespace: Any, **options: Any) -> keras.Model:
    """One of each layer of ours, by itself or wrapped."""
    return keras.Sequential(
        [
            keras.Input((T,), dtype="int32"),
            namespace.Embedding(V, D, mask_zero=True),
            namespace.SpatialDropout1D(0.2, seed=1),
            namespace.Bidirectional(namespace.SimpleRNN(H, return_sequences=True)),
            namespace.LayerNormalization(),
            namespace.Dropout(0.2, seed=2),
            namespace.LSTM(H, return_sequences=True, recurrent_activation="hard_sigmoid", **options),
            namespace.GRU(H, activation="relu", reset_after=False, **options),
            namespace.Dense(2, activation="softmax"),
        ]
    )


@pytest.fixture(scope="module")
def trained() -> keras.Model:
    """A model with moved weights, an optimizer with a state, and seeds that have been drawn from."""
    model = network(layers, layer_norm=True, zoneout=0.1, seed=3)
    model.set_weights([spread(w.shape, seed) for seed, w in enumerate(model.get_weights())])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(IDS, IDS[:, 0] % 2, epochs=1, verbose=0)
    return model


def classes(model: keras.Model) -> list[str]:
    return [type(layer).__module__.split(".")[0] + ">" + type(layer).__name__ for layer in model.layers]


READER = """
import sys
import bptt.layers
import keras, numpy as np
model = keras.models.load_model(sys.argv[1])
np.save(sys.argv[3], model.predict(np.load(sys.argv[2]), verbose=0))
halves = [type(half).__module__ for half in (model.layers[2].forward_layer, model.layers[2].backward_layer)]
print([type(layer).__module__ for layer in model.layers], halves)
"""


def test_a_fresh_process_reads_a_saved_model(trained: keras.Model, tmp_path: Path) -> None:
    saved, ids, answers = tmp_path / "model.keras", tmp_path / "ids.npy", tmp_path / "answers.npy"
    trained.save(saved)
    np.save(ids, IDS)
    with zipfile.ZipFile(saved) as archive:
        text = archive.read("config.json").decode()
    names = {name for name in registered(json.loads(text)) if name.startswith("bptt>")}
    ours = ("Bidirectional", "Dropout", "Embedding", "GRU", "LSTM", "LayerNormalization", "SimpleRNN", "SpatialDropout1D")
    assert names == {f"bptt>{name}" for name in ours}
    done = subprocess.run([sys.executable, "-c", READER, saved, ids, answers], capture_output=True, text=True, check=True)
    np.testing.assert_array_equal(np.load(answers), trained.predict(IDS, verbose=0))
    assert done.stdout.count("bptt.layers.") == 7 + 2


def registered(config: Any) -> set[str]:
    """Every registered name in a saved configuration."""
    if isinstance(config, dict):
        own = {config["registered_name"]} if config.get("registered_name") else set()
        return own.union(*map(registered, config.values()))
    return set().union(*map(registered, config)) if isinstance(config, list) else set()


def test_training_goes_on_from_a_file(trained: keras.Model, tmp_path: Path) -> None:
    """As it goes on from Keras's: with the optimizer's state, the dropouts at the start of their sequence of masks."""
    trained.save(tmp_path / "model.keras")
    first, second = (keras.models.load_model(tmp_path / "model.keras") for _ in range(2))
    assert first.optimizer.iterations == trained.optimizer.iterations == 1
    losses = [[model.train_on_batch(IDS, IDS[:, 0] % 2)[0] for _ in range(2)] for model in (first, second)]
    assert losses[0] == losses[1]
    assert losses[0][0] != losses[0][1]


@pytest.mark.parametrize("ours_first", [True, False])
def test_weights_files_go_both_ways(ours_first: bool, tmp_path: Path) -> None:
    writer, reader = (network(namespace) for namespace in ((layers, keras.layers) if ours_first else (keras.layers, layers)))
    writer.set_weights([spread(w.shape, seed) for seed, w in enumerate(writer.get_weights())])
    writer.save_weights(tmp_path / "some.weights.h5")
    reader.load_weights(tmp_path / "some.weights.h5")
    same(reader.get_weights(), writer.get_weights(), 0)
    same(reader(IDS), writer(IDS))


def test_a_clone_has_our_layers_and_its_own_weights(trained: keras.Model) -> None:
    clone = keras.models.clone_model(trained)
    assert classes(clone) == classes(trained)
    clone.set_weights(trained.get_weights())
    np.testing.assert_array_equal(clone.predict(IDS, verbose=0), trained.predict(IDS, verbose=0))
    clone.layers[0].embeddings.assign(np.zeros((V, D)))
    assert np.abs(trained.layers[0].embeddings).max() > 0


def test_json_and_back(trained: keras.Model) -> None:
    again = keras.models.model_from_json(trained.to_json())
    assert classes(again) == classes(trained)
    assert again.to_json() == keras.models.clone_model(trained).to_json()
