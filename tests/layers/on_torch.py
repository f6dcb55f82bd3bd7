"""What test_torch.py runs where Keras is on PyTorch: our layers give Keras's outputs, states, gradients and training."""

import itertools
from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
import pytest
import torch

from bptt import kernels, layers
from bptt.errors import KernelError
from bptt.kernels import reference
from bptt.layers.backend import native
from tests.layers.twins import REAL, B, D, H, T, V, spread, twins

KINDS = ("SimpleRNN", "LSTM", "GRU")
IDS = np.random.default_rng(3).integers(0, V, (B, T), dtype="int32")
INSIDE = np.array(REAL["holes"])
INSIDE[:, [0, -1]] = True  # holes after the first real step, whichever end is read first
MASKS = {None: None, "inside": INSIDE, **REAL}
Found = dict[str, Any]


def tensor(array: Any, dtype: str = "float64") -> torch.Tensor:
    return torch.tensor(array, dtype=getattr(torch, dtype), requires_grad=True)


def pair(kind: str, **arguments: Any) -> list[Any]:
    """Our layer and Keras's with the same weights, all different."""
    given: dict[str, Any] = {"return_state": True, "dtype": "float64"} | arguments
    made = [getattr(namespace, kind)(H, **given) for namespace in (layers, keras.layers)]
    for layer in made:
        layer.build((B, T, D))
        layer.set_weights([spread(w.shape, seed) for seed, w in enumerate(layer.get_weights())])
    return made


def found(layer: Any, real: str | None = None, training: bool = False, dtype: str = "float64") -> Found:
    """Outputs, states, and the gradients of weights, inputs and initial states for a loss that weighs each result.

    The initial states are zero with the masks whose first steps may be padding: there Keras's loop on PyTorch shows 0.
    """
    zero = 0 if real in REAL else 1
    x = tensor(spread((B, T, D), 7), dtype)
    states = [tensor(zero * spread((B, H), 20 + i), dtype) for i in range(2 if isinstance(layer, keras.layers.LSTM) else 1)]
    mask = None if real is None else torch.tensor(MASKS[real])
    results = layer(x, initial_state=states, mask=mask, training=training)
    loss = sum((result * torch.tensor(spread(tuple(result.shape), 40 + i))).sum() for i, result in enumerate(results))
    sources = {"x": x, **{v.name: v.value for v in layer.trainable_variables}}
    sources |= {f"state {i}": state for i, state in enumerate(states)} if zero else {}
    gradients = torch.autograd.grad(loss, [*sources.values()])
    named = {f"result {i}": r for i, r in enumerate(results)} | dict(zip(sources, gradients, strict=True))
    return {name: value.detach().numpy() for name, value in named.items()}


def same(ours: Found, theirs: Found, tolerance: float = 1e-6) -> None:
    """float64 too: Keras's matmul on PyTorch computes it in float32. The kernel's own digits: tests/kernels/on_torch.py."""
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert value.dtype == theirs[name].dtype
        np.testing.assert_allclose(value, theirs[name], rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("real", MASKS)
def test_results_and_gradients_are_those_of_keras(kind: str, real: str | None) -> None:
    names = ("return_sequences", "go_backwards", "zero_output_for_mask")
    for values in itertools.product([False, True], repeat=3):
        ours, theirs = pair(kind, **dict(zip(names, values, strict=True)))
        assert ours.kernel_choice.kernel == "native"
        same(found(ours, real), found(theirs, real))


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("SimpleRNN", {"activation": "relu", "use_bias": False}),
        ("LSTM", {"recurrent_activation": "hard_sigmoid", "unit_forget_bias": False}),
        ("LSTM", {"use_bias": False}),
        ("GRU", {"reset_after": False}),
        ("GRU", {"use_bias": False, "activation": "linear"}),
    ],
    ids=str,
)
def test_arguments_of_the_cells(kind: str, arguments: dict[str, Any]) -> None:
    ours, theirs = pair(kind, return_sequences=True, **arguments)
    same(found(ours, "holes"), found(theirs, "holes"))


@pytest.mark.parametrize("kind", KINDS)
def test_padding_before_the_first_real_step_shows_the_initial_state(kind: str) -> None:
    """As on JAX; Keras's loop on PyTorch shows 0 there, and the same from the first real step on."""
    results = []
    for layer in pair(kind, return_sequences=True, return_state=False):
        states = [torch.full((B, H), 0.25, dtype=torch.float64) for _ in range(1 + (kind == "LSTM"))]
        results.append(layer(spread((B, T, D), 7), initial_state=states, mask=torch.tensor(REAL["left"])).detach().numpy())
    ours, theirs = results
    begun = np.maximum.accumulate(REAL["left"], axis=1)
    np.testing.assert_allclose(ours[begun], theirs[begun], rtol=1e-6, atol=1e-6)
    assert (~begun).any() and (ours[~begun] == 0.25).all() and not theirs[~begun].any()


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_draws_the_masks_of_keras(kind: str) -> None:
    for rates in ({"dropout": 0.4}, {"recurrent_dropout": 0.4}, {"dropout": 0.4, "recurrent_dropout": 0.2}):
        ours, theirs = pair(kind, return_sequences=True, seed=5, **rates)
        same(found(ours, training=True), found(theirs, training=True))
        assert not np.allclose(found(ours, training=True)["result 0"], found(ours)["result 0"])


@pytest.mark.parametrize("kind", KINDS)
def test_float32(kind: str) -> None:
    ours, theirs = pair(kind, return_sequences=True, dtype="float32")
    same(found(ours, "left", dtype="float32"), found(theirs, "left", dtype="float32"), 2e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", [False, True])
def test_layer_norm_and_zoneout_are_the_reference(kind: str, training: bool) -> None:
    """What Keras does not know: by NumPy, from the arrays that the layer hands to the kernel, x W normalised by hand."""
    layer = getattr(layers, kind)(H, layer_norm=True, zoneout=0.3, return_sequences=True, dtype="float64", seed=4)
    layer.build((B, T, D))
    layer.set_weights([spread(w.shape, seed) for seed, w in enumerate(layer.get_weights())])
    x, given = spread((B, T, D), 7).astype("float64"), []
    with pytest.MonkeyPatch.context() as patch:
        compute = native.recurrence
        patch.setattr(native, "recurrence", lambda *arguments: (given.append(arguments), compute(*arguments))[1])
        found = layer(x, training=training).detach().numpy()
    options, inputs, weights, states, mask, drops, seed = keras.tree.map_structure(
        lambda a: a.detach().numpy() if isinstance(a, torch.Tensor) else a, given[0], none_is_leaf=False
    )
    if kind != "SimpleRNN":
        pieces = np.split(x @ layer.cell.kernel.numpy(), [2 * H] if kind == "GRU" else [], axis=-1)
        centred = [(p - p.mean(-1, keepdims=True)) / np.sqrt(p.var(-1, keepdims=True) + 1e-3) for p in pieces]
        np.testing.assert_allclose(inputs, np.concatenate(centred, -1) * layer.kernel_gain.numpy(), rtol=1e-6, atol=1e-6)
    seed = None if seed is None else seed.astype(np.uint32)
    _, wanted = reference.recurrence(options, inputs, weights, states, mask, drops, seed)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)


def sentiment(kind: str, wrapped: bool = False) -> Callable[[Any], keras.Model]:
    def make(namespace: Any) -> keras.Model:
        ids = keras.Input((T,), dtype="int32")
        layer = getattr(namespace, kind)(H)
        x = namespace.Embedding(V, D, mask_zero=True)(ids)
        x = namespace.Bidirectional(layer)(x) if wrapped else layer(x)
        return keras.Model(ids, namespace.Dense(2)(x))

    return make


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrapped", [False, True])
def test_training_behind_an_embedding(kind: str, wrapped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[type] = []
    compute = native.recurrence
    monkeypatch.setattr(native, "recurrence", lambda o, x, *rest: (reads.append(type(x)), compute(o, x, *rest))[1])
    ours, theirs = twins(sentiment(kind, wrapped))
    targets = spread((B, 2), 9)
    for model in (ours, theirs):
        model.compile(keras.optimizers.SGD(0.1), "mse")
    before = ours.get_weights()
    np.testing.assert_allclose(ours.predict(IDS, verbose=0), theirs.predict(IDS, verbose=0), rtol=1e-5, atol=1e-6)
    for _ in range(3):
        np.testing.assert_allclose(ours.train_on_batch(IDS, targets), theirs.train_on_batch(IDS, targets), rtol=1e-5)
    for now, was, wanted in zip(ours.get_weights(), before, theirs.get_weights(), strict=True):
        np.testing.assert_allclose(now, wanted, rtol=2e-5, atol=2e-6)
        assert np.abs(now - was).max() > 1e-4
    assert set(reads) == {kernels.Tokens}


def embedded() -> tuple[Any, Any, torch.Tensor]:
    embedding, layer = layers.Embedding(V, D), layers.LSTM(H)
    return embedding, layer, embedding(IDS)


def reads_of(layer: Any, x: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> type:
    seen: list[type] = []
    compute = native.recurrence
    monkeypatch.setattr(native, "recurrence", lambda o, inputs, *rest: (seen.append(type(inputs)), compute(o, inputs, *rest))[1])
    layer(x)
    return seen[0]


def grown(embedding: Any, x: torch.Tensor) -> None:
    with torch.no_grad():
        embedding.embeddings.value.mul_(2)


def written(embedding: Any, x: torch.Tensor) -> None:
    with torch.no_grad():
        x[0, 0] = 1


def awaited(embedding: Any, x: torch.Tensor) -> None:
    x.retain_grad()


def hooked(embedding: Any, x: torch.Tensor) -> None:
    x.register_hook(lambda gradient: gradient)


@pytest.mark.parametrize("change", [grown, written, awaited, hooked])
def test_ids_stand_for_the_array_only_while_both_are_what_they_were(change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    embedding, layer, x = embedded()
    change(embedding, x)
    assert reads_of(layer, x, monkeypatch) is torch.Tensor


def test_an_array_looked_up_without_gradient_gives_none_to_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    embedding, layer = layers.Embedding(V, D), layers.LSTM(H)
    with torch.no_grad():
        x = embedding(IDS)
        assert reads_of(layer, x, monkeypatch) is kernels.Tokens
    layer(x).sum().backward()
    assert embedding.embeddings.value.grad is None


def test_the_gradient_of_a_looked_up_array_is_refused_not_wrong() -> None:
    _, layer, x = embedded()
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        torch.autograd.grad(layer(x).sum(), [x])


def test_a_retained_graph_gives_the_same_gradients_again() -> None:
    for kind, sequences in itertools.product(KINDS, (False, True)):
        layer, _ = pair(kind, return_sequences=sequences, return_state=False)
        x = tensor(spread((B, T, D), 7))
        loss = (layer(x) ** 2).sum()
        once, again = (torch.autograd.grad(loss, [x, layer.cell.kernel.value], retain_graph=True) for _ in range(2))
        assert all(torch.equal(*both) for both in zip(once, again, strict=True))


def test_a_second_derivative_is_refused() -> None:
    layer, _ = pair("LSTM", return_state=False)
    x = tensor(spread((B, T, D), 7))
    (first,) = torch.autograd.grad((layer(x) ** 2).sum(), [x], create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


def test_shapes_alone_on_the_meta_device() -> None:
    class Own(keras.layers.Layer):
        """Keras finds the shape of what it gives by a call on tensors without data."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = layers.LSTM(H, zoneout=0.1)

        def call(self, x: Any) -> Any:
            return self.inner(x)

    inputs = keras.Input((T, D))
    assert keras.Model(inputs, Own()(inputs)).output_shape == (None, H)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"dtype": "mixed_bfloat16"}, "it computes in bfloat16"),
        ({"activation": keras.ops.sin}, "an activation is not one of"),
    ],
)
def test_what_the_kernel_cannot_do_is_left_to_keras_and_told(arguments: dict[str, Any], reason: str) -> None:
    layer = layers.LSTM(H, **arguments)
    assert layer.kernel_choice.kernel == "keras" and reason in layer.kernel_choice.reason
    assert layer(np.ones((B, T, D))).shape == (B, H)
    with pytest.raises(KernelError, match=f"zoneout and layer normalisation inside a recurrence cannot run: {reason}"):
        _ = layers.LSTM(H, zoneout=0.1, **arguments).kernel_choice


def test_the_scan_belongs_to_jax() -> None:
    with kernels.use("scan"):
        assert layers.LSTM(H).kernel_choice.kernel == "keras"


def test_jax_has_computed_nothing() -> None:
    """It is imported, as a dependency; no tensor of PyTorch's goes through it. Stands last."""
    assert not jax._src.xla_bridge.backends_are_initialized()
