"""SimpleRNN, LSTM and GRU by their equations, in NumPy and float64: with their norm and dropout, and zoneout at prediction.

Written from the papers that the layers name, not from the kernels; a layer gives the weights and the settings.
"""

from typing import Any, NamedTuple

import numpy as np

Array = Any  # of float64


class Model(NamedTuple):
    """A layer's weights as float64; gains are None without layer_norm."""

    kernel: Array
    recurrent_kernel: Array
    bias: Array
    kernel_gain: Array
    recurrent_gain: Array
    state_gain: Array
    state_bias: Array


def model_of(layer: Any) -> Model:
    own = (layer.cell if name in ("kernel", "recurrent_kernel", "bias") else layer for name in Model._fields)
    found = (getattr(owner, name, None) for owner, name in zip(own, Model._fields, strict=True))
    return Model(*(None if weight is None else np.asarray(weight, "float64") for weight in found))


def outputs(layer: Any, x: Array, real: Any = None, drops: tuple[Any, Any] = (None, None)) -> tuple[Array, list[Array]]:
    """Every output (B, T, H) in the order of time, and the states after the last real step, from zeros.

    Args: x (B, T, D); real (B, T) bool; drops: masks (M, B, D) on x and (M, B, H) on h.
    """
    step = {"simple_rnn": simple_rnn, "lstm": lstm, "gru": gru}[layer.cell_name]
    states, shown = [np.zeros((len(x), layer.units)) for _ in layer.state_size], []
    for t in range(x.shape[1]):
        after = step(layer, model_of(layer), np.asarray(x[:, t], "float64"), states, drops)
        now = np.ones(len(x), bool) if real is None else real[:, t]
        states = [np.where(now[:, None], new, old) for new, old in zip(after, states, strict=True)]
        shown.append(states[0])
    return np.stack(shown, axis=1), states


def normal(a: Array, gain: Array) -> Array:
    """Ba et al. (2016), equation 4, without a bias; as it is where there is no gain."""
    if gain is None:
        return a
    centred = a - a.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-3) * gain


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def product(a: Array, kernel: Array, masks: Any) -> Array:
    """a W, gate by gate, each gate under its mask."""
    if masks is None:
        return a @ kernel
    return np.concatenate([(a * m) @ part for m, part in zip(masks, np.split(kernel, len(masks), axis=1), strict=True)], axis=1)


def held(rate: float, old: Array, new: Array) -> Array:
    """Krueger et al. (2017) at prediction: the expectation of old or new."""
    return rate * old + (1 - rate) * new


def simple_rnn(layer: Any, m: Model, x: Array, states: list[Array], drops: Any) -> list[Array]:
    (h,) = states
    z = product(x, m.kernel, drops[0]) + product(h, m.recurrent_kernel, drops[1])
    return [held(layer.zoneout, h, np.tanh(normal(z, m.recurrent_gain) + m.bias))]


def lstm(layer: Any, m: Model, x: Array, states: list[Array], drops: Any) -> list[Array]:
    h, c = states
    z = normal(product(x, m.kernel, drops[0]), m.kernel_gain) + m.bias
    z = z + normal(product(h, m.recurrent_kernel, drops[1]), m.recurrent_gain)
    i, f, g, o = np.split(z, 4, axis=1)
    c = held(layer.zoneout_cell, c, sigmoid(f) * c + sigmoid(i) * np.tanh(g))
    shown = c if m.state_gain is None else normal(c, m.state_gain) + m.state_bias
    return [held(layer.zoneout, h, sigmoid(o) * np.tanh(shown)), c]


def gru(layer: Any, m: Model, x: Array, states: list[Array], drops: Any) -> list[Array]:
    (h,), gates, candidate = states, slice(2 * layer.units), slice(2 * layer.units, None)
    masks = (None, None) if drops[1] is None else (drops[1][:2], drops[1][-1:])  # one mask may serve all
    bias = m.bias if layer.reset_after else np.stack([m.bias, np.zeros_like(m.bias)])
    projected = product(x, m.kernel, drops[0])

    def read(part: slice) -> Array:
        return normal(projected[:, part], None if m.kernel_gain is None else m.kernel_gain[part]) + bias[0, part]

    def recur(h: Array, part: slice) -> Array:
        gain = None if m.recurrent_gain is None else m.recurrent_gain[part]
        return normal(product(h, m.recurrent_kernel[:, part], masks[part is candidate]), gain) + bias[1, part]

    z, r = np.split(sigmoid(read(gates) + recur(h, gates)), 2, axis=1)
    inner = r * recur(h, candidate) if layer.reset_after else recur(r * h, candidate)
    return [held(layer.zoneout, h, z * h + (1 - z) * np.tanh(read(candidate) + inner))]
