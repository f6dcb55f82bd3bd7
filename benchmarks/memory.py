"""Memory of a training step against the activations that it must keep: python -m benchmarks.memory [MODEL ...]

`kept` is what no backward pass does without, whoever computes it, in float32: every array with a time axis that a
recurrence puts out or that a layer with weights reads, each once; the gradient of the widest that is read; and the gradient
of each weight. The model's own inputs and what an Embedding looks up do not count: a step can look it up again. `step` is
how far the process's resident memory rises above what it was before the step (Linux: VmHWM of /proc/self/status), each
model in a process of its own, after a small step has warmed everything up. The exit code is 1 where step is more than 1.5
times kept.
"""

import argparse
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # whichever is imported first
B, T, D, V, H = 128, 400, 128, 10_000, 64
BOUND = 1.5


def sentiment(keras: Any, layers: Any) -> Any:
    ids = keras.Input((None,), dtype="int32")
    return keras.Model(ids, layers.Dense(1)(layers.SimpleRNN(H)(layers.Embedding(V, D)(ids))))


def stacked(keras: Any, layers: Any) -> Any:
    ids = keras.Input((None,), dtype="int32")
    x = layers.Embedding(V, D)(ids)
    for _ in range(2):
        x = layers.Dropout(0.3)(layers.SimpleRNN(H, return_sequences=True)(x))
    return keras.Model(ids, layers.Dense(5)(layers.SimpleRNN(H)(x)))


def residual(keras: Any, layers: Any) -> Any:
    features = keras.Input((None, D))
    x = layers.Dense(H)(features)
    for _ in range(2):
        x = layers.Add()([x, layers.LayerNormalization()(layers.SimpleRNN(H, return_sequences=True)(x))])
    return keras.Model(features, layers.Dense(5)(layers.SimpleRNN(H)(x)))


def bidirectional(keras: Any, layers: Any) -> Any:
    ids = keras.Input((None,), dtype="int32")
    x = layers.SpatialDropout1D(0.3)(layers.Embedding(V, D)(ids))
    return keras.Model(ids, layers.Dense(1)(layers.Bidirectional(layers.SimpleRNN(H))(x)))


MODELS: dict[str, Callable[[Any, Any], Any]] = {f.__name__: f for f in (sentiment, stacked, residual, bidirectional)}


def kept_bytes(model: Any, batch: int, time: int) -> int:
    """By the formula above."""
    free = {id(tensor) for tensor in model.inputs}
    free |= {id(layer.output) for layer in model.layers if type(layer).__name__ == "Embedding"}
    read, states = {}, {}  # tensor -> width
    for layer in model.layers:
        for half in [layer.forward_layer, layer.backward_layer] if hasattr(layer, "backward_layer") else [layer]:
            if hasattr(half, "cell"):
                states[id(layer.output if half is layer else half)] = half.units
        if layer.weights and type(layer).__name__ != "Embedding" and layer.input.ndim == 3 and id(layer.input) not in free:
            read[id(layer.input)] = layer.input.shape[-1]
    activations = batch * time * (sum((states | read).values()) + max(read.values(), default=0))
    return 4 * (activations + sum(math.prod(w.shape) for w in model.trainable_weights))


def status(key: str) -> int:
    """Bytes of a line of /proc/self/status."""
    found = re.search(rf"^{key}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return 1024 * int(found[1])


def measure(name: str) -> tuple[int, int]:
    """(kept, step) in bytes; call it in a fresh process."""
    import jax
    import keras
    import numpy as np

    import bptt.layers

    model = MODELS[name](keras, bptt.layers)
    weights = [[v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]]

    def loss(trainable: Any, others: Any, inputs: Any) -> Any:
        out, others = model.stateless_call(trainable, others, inputs, training=True)
        return (out**2).mean(), others

    def compiled(batch: int, time: int) -> Callable[[], Any]:
        rng, wide = np.random.default_rng(0), model.input.ndim == 3
        given = rng.normal(size=(batch, time, D)).astype("float32") if wide else rng.integers(1, V, (batch, time), dtype=np.int32)
        inputs = jax.device_put(given)
        step = jax.jit(jax.value_and_grad(loss, has_aux=True)).lower(*weights, inputs).compile()
        return lambda: jax.block_until_ready(step(*weights, inputs))

    compiled(4, 8)()
    step = compiled(B, T)
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM begins anew
    before = status("VmRSS")
    step()
    return kept_bytes(model, B, T), status("VmHWM") - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--here", action="store_true", help="measure in this process: print the two numbers alone")
    arguments = parser.parse_args()
    if unknown := set(arguments.models) - set(MODELS):
        parser.error(f"unknown model {', '.join(unknown)}: choose from {', '.join(MODELS)}")
    names = arguments.models or list(MODELS)
    if arguments.here:
        print(*measure(names[0]))
        return
    print(f"B {B}, T {T}; {'model':<14} {'kept MiB':>9} {'step MiB':>9} {'ratio':>6}")
    worst = 0.0
    for name in names:
        said = subprocess.run(
            [sys.executable, "-m", "benchmarks.memory", name, "--here"], capture_output=True, text=True, check=True
        )
        kept, step = map(int, said.stdout.split())
        worst = max(worst, step / kept)
        print(f"{'':14}{name:<14} {kept / 2**20:9.1f} {step / 2**20:9.1f} {step / kept:6.2f}")
    sys.exit(worst > BOUND)


if __name__ == "__main__":
    main()
