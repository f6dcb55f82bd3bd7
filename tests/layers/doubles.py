"""Run with JAX_ENABLE_X64=1, as JSON: how far layers of float64 are from NumPy, and the kernels they ran on.

NumPy is the judge, for Keras's own layers compute float64 partly in float32, and its SimpleRNN may refuse it.
"""

import json
from typing import Any

import keras
import numpy as np

from bptt import layers
from tests.layers.twins import REAL, B, D, H, T, V

X = np.random.default_rng(4).normal(1, 2, (B, T, D))


def rnn_error() -> tuple[float, str]:
    """Of two layers on words, with a mask; and the dtypes of all weights."""
    ids, real = np.random.default_rng(3).integers(0, V, (B, T)), REAL["holes"]
    embedding = layers.Embedding(V, D, dtype="float64")
    rnns = [layers.SimpleRNN(H, return_sequences=True, dtype="float64") for _ in range(2)]
    found = embedding(ids)
    expected = np.asarray(embedding.embeddings)[ids]
    for rnn in rnns:
        found = rnn(found, mask=keras.ops.convert_to_tensor(real))
        expected = by_hand(expected, real, *rnn.get_weights())
    dtypes = {str(w.dtype) for layer in (embedding, *rnns) for w in layer.get_weights()}
    return float(np.abs(found - expected).max()), " ".join(dtypes)


def by_hand(x: Any, real: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
    h, outputs = np.zeros((B, H)), []
    for t in range(T):
        h = np.where(real[:, t, None], np.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias), h)
        outputs.append(h)
    return np.stack(outputs, axis=1)


def norm_error() -> float:
    centred = X - X.mean(-1, keepdims=True)
    expected = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-3)
    return float(np.abs(layers.LayerNormalization(dtype="float64")(X) - expected).max())


def dropout_error() -> float:
    found = np.asarray(layers.Dropout(0.3, dtype="float64")(X, training=True))
    return float(np.abs(found - np.where(found == 0, 0, X / 0.7)).max())


def main() -> None:
    error, dtypes = rnn_error()
    made = layers.SimpleRNN(H, dtype="float64"), layers.Dropout(0.3, dtype="float64"), layers.LayerNormalization(dtype="float64")
    kernels = [layer.kernel_choice.kernel for layer in made]
    print(json.dumps({"errors": [error, norm_error(), dropout_error()], "dtypes": dtypes, "kernels": kernels}))  # noqa: T201


if __name__ == "__main__":
    main()
