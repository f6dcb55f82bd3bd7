"""The peer by hand: plain JAX, the input product outside `lax.scan`. In float64 (JAX_ENABLE_X64=1) it is the reference."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peers.workloads import RATE, Arrays, Row, Run, data, weights

State = tuple[jax.Array, ...]  # each (B, H)
Weights = dict[str, jax.Array]


def rnn_step(state: State, z: jax.Array, recurrent: jax.Array, bias: jax.Array) -> State:
    return (jnp.tanh(z + state[0] @ recurrent),)


def lstm_step(state: State, z: jax.Array, recurrent: jax.Array, bias: jax.Array) -> State:
    i, f, c, o = jnp.split(z + state[0] @ recurrent, 4, axis=-1)
    cell = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(c)
    return jax.nn.sigmoid(o) * jnp.tanh(cell), cell


def gru_step(state: State, z: jax.Array, recurrent: jax.Array, bias: jax.Array) -> State:
    """With the reset gate after the product, as in Keras and cuDNN."""
    u = state[0] @ recurrent + bias[1]
    H = state[0].shape[-1]
    update, reset = jnp.split(jax.nn.sigmoid(z[..., : 2 * H] + u[..., : 2 * H]), 2, axis=-1)
    candidate = jnp.tanh(z[..., 2 * H :] + reset * u[..., 2 * H :])
    return (update * state[0] + (1 - update) * candidate,)


STEP = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


def zero_state(row: Row, dtype: Any) -> State:
    return (jnp.zeros((row.batch, row.units), dtype),) * (2 if row.cell == "lstm" else 1)


def recurrence(row: Row, w: Weights, x: jax.Array, mask: Any = None, state: Any = None, way: str = "") -> tuple[State, jax.Array]:
    """(last state, outputs (B, T, H)) of x (B, T, D); where mask (B, T) is False, the state stays. "_back" reads from the end."""
    kernel, recurrent, bias = (w[name + way] for name in ("kernel", "recurrent", "bias"))
    z = jnp.swapaxes(x @ kernel + (bias[0] if row.cell == "gru" else bias), 0, 1)

    def body(state: State, given: Any) -> tuple[State, jax.Array]:
        z, keep = given
        new = STEP[row.cell](state, z, recurrent, bias)
        if keep is not None:
            new = tuple(jnp.where(keep[:, None], n, s) for n, s in zip(new, state, strict=True))
        return new, new[0]

    steps = (z, None if mask is None else mask.T)
    state, outputs = jax.lax.scan(body, state or zero_state(row, z.dtype), steps, reverse=way == "_back")
    return state, jnp.swapaxes(outputs, 0, 1)


def logits(row: Row, w: Weights, x: jax.Array) -> jax.Array:
    """(B, 1) for ids (B, T), (B, T, 1) for features (B, T, D)."""
    mask = x != 0 if row.short else None
    inputs = w["table"][x] if row.kind == "ids" else x
    state, outputs = recurrence(row, w, inputs, mask)
    answer = outputs if row.kind == "features" else state[0]
    if row.both_ways:
        answer = jnp.concatenate([answer, recurrence(row, w, inputs, mask, way="_back")[0][0]], axis=-1)
    return answer @ w["dense"] + w["dense_bias"]


def loss(row: Row, w: Weights, x: jax.Array, y: jax.Array) -> jax.Array:
    """Binary cross-entropy of logits, the mean."""
    a = logits(row, w, x)
    return jnp.mean(jnp.maximum(a, 0) - a * y + jnp.log1p(jnp.exp(-jnp.abs(a))))


def train(row: Row, w: Weights, given: Arrays) -> Run:
    @jax.jit
    def step(w: Weights, x: jax.Array, y: jax.Array) -> Weights:
        return jax.tree.map(lambda a, g: a - RATE * g, w, jax.grad(lambda w: loss(row, w, x, y))(w))

    state = [w]

    def turn(count: int) -> None:
        for i in range(count):
            here = slice(i * row.batch, (i + 1) * row.batch)
            state[0] = step(state[0], given["x"][here], given["y"][here])
        jax.block_until_ready(state[0])

    def check() -> Any:
        turn(1)
        return state[0]

    return Run(check, turn)


def predict(row: Row, w: Weights, given: Arrays) -> Run:
    answer = jax.jit(lambda w, x: logits(row, w, x))

    def turn(count: int) -> None:
        for i in range(count):
            at = i % row.batches * row.batch
            np.asarray(answer(w, given["x"][at : at + row.batch]))

    return Run(lambda: {"answer": answer(w, given["x"][: row.batch])}, turn)


def stream(row: Row, w: Weights, given: Arrays) -> Run:
    """One id a call, the state handed on."""

    @jax.jit
    def step(w: Weights, ids: jax.Array, state: State) -> tuple[jax.Array, State]:
        state, _ = recurrence(row, w, w["table"][ids], state=state)
        return state[0] @ w["dense"] + w["dense_bias"], state

    def turn(count: int) -> Any:
        state: Any = zero_state(row, w["dense"].dtype)
        for t in range(count):
            answer, state = step(w, given["x"][:1, t % row.time][None], state)
            answer = np.asarray(answer)
        return answer

    return Run(lambda: {"answer": turn(row.time)}, turn)


def layer(row: Row, w: Weights, given: Arrays, gradients: bool) -> Run:
    return alone(lambda w, x: recurrence(row, w, x)[1], w, given, gradients)


def alone(outputs: Callable[[Any, jax.Array], jax.Array], w: Any, given: Arrays, gradients: bool) -> Run:
    """A layer without a model: the function outputs(weights, x (B, T, D)) -> (B, T, H), and its gradients against `dy`."""
    x, dy = jnp.asarray(given["x"]), jnp.asarray(given.get("dy"))

    @jax.jit
    def pulled(w: Any, x: jax.Array) -> Any:
        answer, back = jax.vjp(outputs, w, x)
        return answer, *back(dy.astype(answer.dtype))

    function = pulled if gradients else jax.jit(lambda w, x: (outputs(w, x),))

    def turn(count: int) -> None:
        for _ in range(count):
            jax.block_until_ready(function(w, x))

    def check() -> Any:
        answer, *gradient = function(w, x)
        return {"answer": answer, **({"x": gradient[1], **gradient[0]} if gradients else {})}

    return Run(check, turn)


def build(peer: str, row: Row, task: str) -> Run:
    dtype = jnp.float64 if peer == "reference" else jnp.float32
    w = {name: jnp.asarray(array, dtype) for name, array in weights(row).items()}
    given = data(row)
    if row.kind != "ids":
        given["x"] = given["x"].astype(dtype)
    if row.kind == "layer":
        return layer(row, w, given, task == "gradients")
    return {"train": train, "predict": predict, "stream": stream}[task](row, w, given)
