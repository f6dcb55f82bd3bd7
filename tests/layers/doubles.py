"""Run with JAX_ENABLE_X64=1, as JSON: how far layers of float64 are from NumPy, their gradients from finite differences.

NumPy is the judge, for Keras's own layers compute float64 partly in float32, and its SimpleRNN may refuse it.
"""

import json
from typing import Any

import jax
import keras
import numpy as np

from bptt import layers
from tests.layers.by_hand import outputs
from tests.layers.recurrences import CELLS, layer_of
from tests.layers.twins import REAL, B, D, H, T, V

X = np.random.default_rng(4).normal(1, 2, (B, T, D))
IDS, MASK = np.random.default_rng(3).integers(0, V, (B, T)), REAL["holes"]
ALL = {"layer_norm": True, "zoneout": 0.3, "dropout": 0.3, "recurrent_dropout": 0.3, "seed": 1}


def on_words(cell: str, **arguments: Any) -> tuple[Any, Any]:
    embedding, rnn = (
        layers.Embedding(V, D, dtype="float64"),
        layer_of(layers, cell, return_sequences=True, dtype="float64", **arguments),
    )
    for layer, shape in ((embedding, (B, T)), (rnn, (B, T, D))):
        layer.build(shape)
        layer.set_weights([np.random.default_rng(seed).normal(0.3, 0.5, w.shape) for seed, w in enumerate(layer.get_weights())])
    return embedding, rnn


def rnn_error(cell: str, **arguments: Any) -> float:
    embedding, rnn = on_words(cell, **arguments)
    found, expected = rnn(embedding(IDS), mask=MASK), outputs(rnn, np.asarray(embedding.embeddings)[IDS], MASK)[0]
    return float(np.abs(found - expected).max())


def norm_error() -> float:
    centred = X - X.mean(-1, keepdims=True)
    expected = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-3)
    return float(np.abs(layers.LayerNormalization(dtype="float64")(X) - expected).max())


def dropout_error() -> float:
    found = np.asarray(layers.Dropout(0.3, dtype="float64")(X, training=True))
    return float(np.abs(found - np.where(found == 0, 0, X / 0.7)).max())


def slope_errors(cell: str, **arguments: Any) -> dict[str, float]:
    """For each weight, how far its gradient is from central differences, relative to its largest element."""
    model = keras.Sequential([keras.Input((T,), dtype="int32"), *on_words(cell, **arguments)])
    fixed = [variable.value for variable in model.non_trainable_variables]
    drawn = np.random.default_rng(9).normal(size=(B, T, H))

    @jax.jit
    def loss(weights: list[Any]) -> Any:
        return (model.stateless_call(weights, fixed, IDS, training=True)[0] * drawn).sum()

    weights = [np.asarray(v.value) for v in model.trainable_variables]
    errors = {}
    for number, (variable, gradient) in enumerate(zip(model.trainable_variables, jax.jit(jax.grad(loss))(weights), strict=True)):
        found = np.array([slope(loss, weights, number, place) for place in np.ndindex(gradient.shape)]).reshape(gradient.shape)
        errors[f"{cell} {variable.name}"] = float(np.abs(found - gradient).max() / np.abs(found).max())
    return errors


def slope(loss: Any, weights: list[Any], number: int, place: tuple[int, ...], step: float = 1e-5) -> float:
    moved = []
    for way in (step, -step):
        changed = weights[number].copy()
        changed[place] += way
        moved.append(float(loss([*weights[:number], changed, *weights[number + 1 :]])))
    return (moved[0] - moved[1]) / (2 * step)


def main() -> None:
    errors = {f"{cell} {layer_norm}": rnn_error(cell, layer_norm=layer_norm) for cell in CELLS for layer_norm in (False, True)}
    errors |= {"norm": norm_error(), "dropout": dropout_error()}
    slopes = {}
    for cell in CELLS:
        slopes |= slope_errors(cell, **ALL, **({"zoneout_cell": 0.2} if cell == "LSTM" else {}))
        if cell != "SimpleRNN":  # on ids: without dropout of the inputs
            slopes |= {f"ids {name}": error for name, error in slope_errors(cell, layer_norm=True).items()}
    made = [layer_of(layers, cell, dtype="float64") for cell in CELLS]
    made += [layers.Dropout(0.3, dtype="float64"), layers.LayerNormalization(dtype="float64")]
    kernels = {layer.name: layer.kernel_choice.kernel for layer in made}
    dtypes = sorted({str(w.dtype) for cell in CELLS for layer in on_words(cell, layer_norm=True) for w in layer.get_weights()})
    print(json.dumps({"errors": errors, "slopes": slopes, "dtypes": dtypes, "kernels": kernels}))  # noqa: T201


if __name__ == "__main__":
    main()
