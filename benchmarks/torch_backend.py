"""A training step under Keras's torch backend, our layers against Keras's own: python -m benchmarks.torch_backend

Batch 128, 200 steps, 64 units, behind features (B, T, 128) and behind an Embedding of 20,000 words. Both models start with the
same weights; two steps of each must end in the same losses and weights (within 1e-4) before any is timed. Times are
the fastest of the rounds, rivals in turn, on PyTorch's own number of threads. Wants PyTorch beside bptt.
"""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

from bptt import layers

B, T, D, H, V, ROUNDS = 128, 200, 128, 64, 20_000, 5


def model(namespace: Any, kind: str, words: bool) -> keras.Model:
    inputs = keras.Input((T,), dtype="int32") if words else keras.Input((T, D))
    x = namespace.Embedding(V, D)(inputs) if words else inputs
    built = keras.Model(inputs, namespace.Dense(1)(getattr(namespace, kind)(H)(x)))
    built.compile(keras.optimizers.Adam(), "mse")
    return built


def batch(words: bool) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = rng.zipf(1.3, (B, T)).clip(1, V - 1).astype("int32") if words else rng.normal(size=(B, T, D)).astype("float32")
    return x, rng.normal(size=(B, 1)).astype("float32")


def check(ours: keras.Model, theirs: keras.Model, data: tuple[Any, Any]) -> None:
    """Ends the program where two steps of the one are not two steps of the other, or ours did not run on the kernel."""
    ours.set_weights(theirs.get_weights())
    assert ours.layers[-2].kernel_choice.kernel == "native", ours.layers[-2].kernel_choice
    losses = [[m.train_on_batch(*data) for _ in range(2)] for m in (ours, theirs)]
    pairs = [losses, *zip(ours.get_weights(), theirs.get_weights(), strict=True)]
    worst = max(float(np.max(np.abs(np.subtract(a, b)))) for a, b in pairs)
    if not worst < 1e-4:
        sys.exit(f"WRONG, not timed: losses and weights differ by {worst:.1e}")


def seconds(calls: list[Callable[[], Any]]) -> list[float]:
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS + 1):
        for call, own in zip(calls, times, strict=True):
            begin = time.perf_counter()
            call()
            own.append(time.perf_counter() - begin)
    return [min(own[1:]) for own in times]


def main() -> None:
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, B {B}, T {T}, D {D}, H {H}, V {V}")
    print(f"{'layer':12} {'input':10} {'ours ms':>8} {'Keras ms':>9} {'ratio':>6}")
    for kind in ("SimpleRNN", "LSTM", "GRU"):
        for words in (False, True):
            data, ours, theirs = batch(words), model(layers, kind, words), model(keras.layers, kind, words)
            check(ours, theirs, data)
            one, other = (1e3 * s for s in seconds([partial(m.train_on_batch, *data) for m in (ours, theirs)]))
            print(f"{kind:12} {'words' if words else 'features':10} {one:8.1f} {other:9.1f} {other / one:6.1f}", flush=True)


if __name__ == "__main__":
    main()
