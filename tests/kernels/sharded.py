"""Trains two small models and prints, as JSON, their losses, their weights and the batch of each native call.

python -m tests.kernels.sharded distributed|single
"""

import json
import sys
from typing import Any

import keras
import numpy as np

from bptt import layers
from bptt.kernels import ffi

ROWS, STEPS, FEATURES, WORDS = 32, 7, 5, 50
batches: list[int] = []


def record_batches() -> None:
    """Notes the rows of each recurrence as it is traced: a device's own rows, where a mesh cuts the batch."""
    plain = ffi.call

    def recorded(name: str, dtype: Any, results: Any, *arrays: Any, **attributes: Any) -> Any:
        if name.startswith("recurrence"):
            batches.append(next(array.shape[0] for array in (arrays[0], arrays[1]) if array.shape[0]))
        return plain(name, dtype, results, *arrays, **attributes)

    ffi.call = recorded


def by_ids() -> keras.Model:
    """Tokens, masked, two recurrences: every output of the first, the state of the second."""
    recurrences = layers.LSTM(6, return_sequences=True), layers.SimpleRNN(4, go_backwards=True)
    stack = [layers.Embedding(WORDS, 8, mask_zero=True), *recurrences, layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input((STEPS,), dtype="int32"), *stack])


def dense() -> keras.Model:
    last = layers.Dense(1, activation="sigmoid")
    return keras.Sequential([keras.Input((STEPS, FEATURES)), layers.GRU(6, activation="relu"), last])


def train(build: Any, inputs: Any) -> dict[str, Any]:
    keras.utils.set_random_seed(1)
    batches.clear()
    model = build()
    assert all(layer.kernel_choice.kernel == "native" for layer in model.layers if isinstance(layer, keras.layers.RNN))
    model.compile(keras.optimizers.SGD(0.3), "binary_crossentropy")
    labels = np.arange(len(inputs)) % 2
    history = model.fit(inputs, labels, batch_size=ROWS, epochs=3, shuffle=False, verbose=0)
    weights = [w.tolist() for w in model.get_weights()]
    return {"losses": history.history["loss"], "weights": weights, "batches": sorted(set(batches))}


def main() -> None:
    if sys.argv[1] == "distributed":
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    record_batches()
    rng = np.random.default_rng(0)
    ids = rng.integers(0, WORDS, (3 * ROWS, STEPS)) * (rng.random((3 * ROWS, STEPS)) < 0.8)
    arrays = rng.normal(size=(3 * ROWS, STEPS, FEATURES)).astype("float32")
    print(json.dumps({"ids": train(by_ids, ids.astype("int32")), "dense": train(dense, arrays)}))  # noqa: T201


if __name__ == "__main__":
    main()
