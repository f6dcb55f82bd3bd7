"""`from bptt import layers` has every name of `keras.layers`, some of them ours, and a few more."""

import subprocess
import sys

import keras
import pytest

import bptt
from bptt import layers

PUBLIC = [name for name in dir(keras.layers) if not name.startswith("_")]


def test_every_public_name_is_there() -> None:
    ours = {name for name in PUBLIC if getattr(layers, name) is not getattr(keras.layers, name)}
    recurrent = {"SimpleRNN", "LSTM", "GRU", "Bidirectional"}
    assert ours == recurrent | {"Dropout", "Embedding", "LayerNormalization", "SpatialDropout1D"}
    own = {"CRF", "RecurrentStack", "IndRNN", "IndRNNCell", "LRU", "LRUCell", "MinGRU", "MinGRUCell", "NextWord"}
    assert set(layers.__all__) == ours | own


def test_dir_is_complete() -> None:
    assert set(PUBLIC) <= set(dir(layers))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="SimpleRNM"):
        _ = layers.SimpleRNM
    with pytest.raises(ImportError):
        from bptt.layers import SimpleRNM  # noqa: F401


def test_the_namespace_is_reached_in_every_way() -> None:
    assert bptt.layers is layers
    from bptt.layers import Conv1D, SimpleRNN

    assert Conv1D is keras.layers.Conv1D and SimpleRNN is layers.SimpleRNN


@pytest.mark.parametrize(("asked", "expected"), [(None, "jax"), ("numpy", "numpy")])
def test_the_backend_is_jax_unless_the_user_has_chosen(asked: str | None, expected: str) -> None:
    """On another backend the layers run Keras's own loop, and say so."""
    script = """
import os
from bptt import layers
import keras, numpy as np
rnn, drop, norm = layers.SimpleRNN(3, return_sequences=True), layers.Dropout(0.5), layers.LayerNormalization()
words = layers.Embedding(7, 4, mask_zero=True)(np.array([[1, 2, 0]]))
out = norm(drop(rnn(words), training=True))
choices = {(layer.kernel_choice.kernel, keras.backend.backend() in layer.kernel_choice.reason) for layer in (rnn, drop, norm)}
print(keras.backend.backend(), tuple(out.shape), sorted(choices))
"""
    environment = {name: value for name, value in bptt.os.environ.items() if name != "KERAS_BACKEND"}
    environment |= {"KERAS_BACKEND": asked} if asked else {}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    kernel = "[('native', False)]" if expected == "jax" else "[('keras', True)]"
    assert done.stdout.split("\n")[-2] == f"{expected} (1, 3, 3) {kernel}"
