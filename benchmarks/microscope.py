"""What looking inside costs: python -m benchmarks.microscope [MODEL ...]

Each model is trained twice from the same weights, with `bptt.microscope.Microscope()` at its default interval and without. Before
anything is timed: both end in the same weights to the bit, and the norms of the first probe are those of `jax.grad`. Then both
train by turns, each turn of 200 batches, so that the probes have their true share. The exit code is 1 where the
median of the turns' ratios is above 1.02.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # whichever is imported first
B, T, V, BATCHES, BOUND = 64, 200, 10_000, 200, 1.02


def sentiment(layers: Any) -> list[Any]:
    """The lesson's: four layers of SimpleRNN between normalisations, clipped."""
    found = [layers.Embedding(V, 128, mask_zero=True)]
    for units in (128, 64, 32):
        found += [layers.SimpleRNN(units, return_sequences=True), layers.LayerNormalization(), layers.Dropout(0.3)]
    return [*found, layers.SimpleRNN(16), layers.Dense(1, activation="sigmoid")]


def lstm(layers: Any) -> list[Any]:
    return [
        layers.Embedding(V, 128, mask_zero=True),
        layers.Bidirectional(layers.LSTM(64)),
        layers.Dense(1, activation="sigmoid"),
    ]


def small(layers: Any) -> list[Any]:
    return [layers.Embedding(2000, 32, mask_zero=True), layers.GRU(32), layers.Dense(1, activation="sigmoid")]


MODELS: dict[str, Callable[[Any], list[Any]]] = {model.__name__: model for model in (sentiment, lstm, small)}


def built(name: str) -> Any:
    import keras

    from bptt import layers

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((T,), dtype="int32"), *MODELS[name](layers)])
    model.compile(keras.optimizers.Adam(clipnorm=1.0), "binary_crossentropy")
    return model


def rows(count: int) -> tuple[Any, Any]:
    """Texts of 20 to T words, padded behind."""
    import numpy as np

    random = np.random.default_rng(0)
    ids = random.integers(1, 2000, (count, T)).astype("int32")
    ids[np.arange(T) >= random.integers(20, T + 1, (count, 1))] = 0
    return ids, random.integers(0, 2, count).astype("float32")


def train(model: Any, x: Any, y: Any, callbacks: list[Any]) -> float:
    """Seconds."""
    started = time.perf_counter()
    model.fit(x, y, batch_size=B, callbacks=callbacks, verbose=0, shuffle=False)
    return time.perf_counter() - started


def check(name: str) -> None:
    """Fails unless the microscope shows the gradient and changes nothing."""
    import jax
    import numpy as np

    from bptt.microscope import Microscope

    (x, y), plain, watched, scope = rows(4 * B), built(name), built(name), Microscope(every=2)
    trained, others = ([v.value for v in kind] for kind in (plain.trainable_variables, plain.non_trainable_variables))
    if name != "sentiment":  # dropout draws anew

        def loss(weights: Any) -> Any:
            answers, _state = plain.stateless_call(weights, others, x[:B], training=True)
            return plain.compute_loss(x[:B], y[:B], answers)

        norms = [float(np.linalg.norm(gradient)) for gradient in jax.grad(loss)(trained)]
    train(plain, x, y, [])
    train(watched, x, y, [scope])
    assert len(scope.probes) == 2 and all(
        np.array_equal(a, b) for a, b in zip(plain.get_weights(), watched.get_weights(), strict=True)
    )
    if name != "sentiment":
        read = [weight["gradient"] for weight in scope.probes[0]["weights"]]
        assert np.allclose(read, norms, rtol=1e-4), f"{read}, not {norms}"


def measure(name: str, turns: int) -> list[float]:
    """Each turn's time with the microscope over that without."""
    from bptt.microscope import Microscope

    (x, y), plain, watched = rows(BATCHES * B), built(name), built(name)
    scope = Microscope()
    pairs = []
    for turn in range(turns + 1):
        ways = [lambda: train(plain, x, y, []), lambda: train(watched, x, y, [scope])]
        first, second = (way() for way in (ways[::-1] if turn % 2 else ways))
        pairs.append((second, first) if turn % 2 else (first, second))
    without = statistics.median(pair[0] for pair in pairs[1:]) / BATCHES
    print(f"{name}: {1000 * without:.2f} ms a batch, {len(scope.probes)} probes", flush=True)
    return [b / a for a, b in pairs[1:]]  # the first compiles


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", choices=[[], *MODELS], default=[])
    parser.add_argument("--turns", type=int, default=9)
    asked, worst = parser.parse_args(), 0.0
    for name in asked.models or MODELS:
        check(name)
        ratios = measure(name, asked.turns)
        worst = max(worst, statistics.median(ratios))
        print(
            f"{name}: {statistics.median(ratios):.4f} times the time without ({min(ratios):.4f} to {max(ratios):.4f})", flush=True
        )
    return int(worst > BOUND)


if __name__ == "__main__":
    sys.exit(main())
