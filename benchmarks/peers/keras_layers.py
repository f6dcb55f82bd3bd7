"""Keras layers, ours or its own, as a Keras user runs them: `fit`, `predict`, and `predict_on_batch` for one text at a time."""

import importlib
import os
import sys
from typing import Any

import numpy as np

from benchmarks.peers.registry import OURS
from benchmarks.peers.workloads import RATE, Arrays, D, Row, Run, V, data, weights

if os.environ["KERAS_BACKEND"] != "tensorflow":
    sys.modules["tensorflow"] = None  # type: ignore[assignment]  # where it is installed, Keras would load it beside the backend
keras: Any = importlib.import_module("keras")
CELLS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def cell(layers: Any, row: Row, **options: Any) -> Any:
    layer = getattr(layers, CELLS[row.cell])(row.units, **options)
    return layers.Bidirectional(layer) if row.both_ways else layer


def model(layers: Any, row: Row) -> Any:
    """Ids (B, T) -> logit (B, 1), or features (B, T, D) -> logits (B, T, 1); compiled."""
    if row.kind == "ids":
        inputs = keras.Input((row.time,), dtype="int32")
        x = layers.Embedding(V, D, mask_zero=row.short)(inputs)
    else:
        inputs = x = keras.Input((row.time, D))
    outputs = layers.Dense(1)(cell(layers, row, return_sequences=row.kind == "features")(x))
    built = keras.Model(inputs, outputs)
    built.compile(keras.optimizers.SGD(RATE), keras.losses.BinaryCrossentropy(from_logits=True))
    built.set_weights(list(weights(row).values()))
    return built


def step_model(layers: Any, row: Row) -> Any:
    """An id (1, 1) and the state -> the logit (1, 1) and the next state."""
    ids = keras.Input(batch_shape=(1, 1), dtype="int32")
    state = [keras.Input(batch_shape=(1, row.units)) for _ in range(2 if row.cell == "lstm" else 1)]
    answer, *new = cell(layers, row, return_state=True)(layers.Embedding(V, D)(ids), initial_state=state)
    built = keras.Model([ids, *state], [layers.Dense(1)(answer), *new])
    built.set_weights(list(weights(row).values()))
    return built


def train(built: Any, row: Row, given: Arrays) -> Run:
    def turn(count: int) -> None:
        rows = count * row.batch
        built.fit(given["x"][:rows], given["y"][:rows], batch_size=row.batch, shuffle=False, verbose=0)

    def check() -> Arrays:
        turn(1)
        return dict(zip(weights(row), built.get_weights(), strict=True))

    return Run(check, turn)


def predict(built: Any, row: Row, given: Arrays) -> Run:
    def turn(count: int) -> Any:
        return built.predict(given["x"][: count * row.batch], batch_size=row.batch, verbose=0)

    def single(count: int) -> Any:
        for i in range(count):
            answer = built.predict_on_batch(given["x"][i % row.batches][None])
        return answer

    run = turn if row.batch > 1 else single
    return Run(lambda: {"answer": run(1)}, run)


def stream(built: Any, row: Row, given: Arrays) -> Run:
    def turn(count: int) -> Any:
        state = [np.zeros((1, row.units), "float32")] * (2 if row.cell == "lstm" else 1)
        for t in range(count):
            answer, *state = built.predict_on_batch([given["x"][:1, t % row.time][None], *state])
        return answer

    return Run(lambda: {"answer": turn(row.time)}, turn)


def layer(layers: Any, row: Row, given: Arrays, gradients: bool) -> Run:
    from benchmarks.peers.lax_scan import alone  # JAX is no part of the other environment

    built = cell(layers, row, return_sequences=True)
    built.build((row.batch, row.time, D))
    others = [variable.value for variable in built.non_trainable_variables]  # the seed of a dropout that is not there

    def outputs(w: Arrays, x: Any) -> Any:
        trained = [w[name] for name in ("kernel", "recurrent", "bias")]
        return built.stateless_call(trained, others, x, training=gradients)[0]

    return alone(outputs, weights(row), given, gradients)


def build(peer: str, row: Row, task: str) -> Run:
    layers = importlib.import_module("bptt.layers") if peer == OURS else keras.layers
    given = data(row)
    if row.kind == "layer":
        return layer(layers, row, given, task == "gradients")
    if task == "stream":
        return stream(step_model(layers, row), row, given)
    return (train if task == "train" else predict)(model(layers, row), row, given)
