"""Dtypes of SimpleRNN, LSTM and GRU: float16 on the scan, all others on the native kernel, each as Keras casts."""

from typing import Any

import keras
import numpy as np
import pytest

from bptt import kernels, layers
from tests.haste import IN_HASTE
from tests.kernels.processes import result
from tests.layers.recurrences import CELLS, every_layer, layer_of
from tests.layers.twins import REAL, B, D, Make, T, V, agree, alike, same, slow, spread, twins

IDS = np.random.default_rng(3).integers(0, V, (B, T)).astype("int32")


def stack(cell: str, dtype: str, **arguments: Any) -> Make:
    def make(namespace: Any) -> keras.Model:
        ids, real = keras.Input((T,), dtype="int32"), keras.Input((T,), dtype="bool")
        same_for_all = {"dtype": dtype, "recurrent_initializer": "uniform"}  # orthogonal matrices want a QR, which wants 32 bits
        words = namespace.Embedding(V, D, dtype=dtype)(ids)
        steps = layer_of(namespace, cell, return_sequences=True, **same_for_all, **arguments)(words, mask=real)
        normed = namespace.LayerNormalization(dtype=dtype)(steps)
        return keras.Model([ids, real], layer_of(namespace, cell, **same_for_all, **arguments)(normed, mask=real))

    return make


NARROW = {  # the kernel, and the tolerance: a few roundings
    "float16": ("scan", 4e-3),
    "bfloat16": ("native", 4e-2),
    "mixed_float16": ("scan", 4e-3),
    "mixed_bfloat16": ("native", 4e-2),
}


@pytest.mark.parametrize(
    ("cell", "dtype"),
    [
        (cell, dtype) if (cell, dtype) in (("LSTM", "mixed_bfloat16"), ("GRU", "float16")) else slow(cell, dtype)
        for cell in CELLS
        for dtype in NARROW
    ],
)
def test_narrow_floats_are_keras_s(cell: str, dtype: str) -> None:
    """Keras rounds h U after every step, the scan x W of all steps at once, the native kernel neither."""
    kernel, tolerance = NARROW[dtype]
    ours, theirs = twins(stack(cell, dtype))
    same(ours([IDS, REAL["holes"]]), theirs([IDS, REAL["holes"]]), tolerance)
    choice = ours.layers[-1].kernel_choice
    assert choice.kernel == kernel
    assert ("float16" if kernel == "scan" else "all in float32") in choice.reason


@pytest.mark.parametrize("cell", ["GRU", slow("SimpleRNN"), slow("LSTM")])
def test_training_in_mixed_precision(cell: str) -> None:
    ours = agree(stack(cell, "mixed_bfloat16"), [IDS, REAL["right"]], tolerance=4e-2)
    assert {str(w.dtype) for w in ours.weights} == {"float32"}


@every_layer
def test_everything_at_once_in_mixed_precision(cell: str) -> None:
    """Norm, zoneout and dropouts; the gains stay wide."""
    options = {"dropout": 0.3, "recurrent_dropout": 0.3, "zoneout": 0.2, "layer_norm": True}
    model = stack(cell, "mixed_bfloat16", **options)(layers)
    model.compile("sgd", "mse")
    assert np.isfinite(model.train_on_batch([IDS, REAL["holes"]], spread((B, 4))))
    assert {str(w.dtype) for w in model.weights} == {"float32"}


@every_layer
def test_layers_of_different_dtypes_in_one_model(cell: str, reads: list[str]) -> None:
    """The table in bfloat16, the recurrence in float32: cast in between, so no ids are read."""

    def make(namespace: Any) -> keras.Model:
        ids = keras.Input((T,), dtype="int32")
        return keras.Model(ids, layer_of(namespace, cell)(namespace.Embedding(V, D, dtype="bfloat16")(ids)))

    alike(make, IDS)
    assert reads == ["array"]


@pytest.mark.parametrize("table", ["float16", "float32"])
@pytest.mark.parametrize("own", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("cell", ["LSTM", slow("SimpleRNN")])
def test_a_layer_that_does_not_cast_its_inputs(cell: str, table: str, own: str) -> None:
    """The Embedding's dtype is not the recurrence's: neither its table nor its output may be taken as it is."""

    def make(namespace: Any) -> keras.Model:
        ids = keras.Input((T,), dtype="int32")
        words = namespace.Embedding(V, D, dtype=table)(ids)
        return keras.Model(ids, layer_of(namespace, cell, autocast=False, dtype=own)(words))

    alike(make, IDS, tolerance=2e-2)


@pytest.mark.parametrize("kind", ["float16", "float32"])
def test_a_gru_that_does_not_cast_its_inputs(kind: str) -> None:
    """Keras's own loop cannot: its state is narrow and what it makes of wider inputs is not. So beside our scan."""
    x = spread((B, T, D)).astype(kind)
    layer = layer_of(layers, "GRU", autocast=False, dtype="mixed_bfloat16")
    found = layer(x)
    with kernels.use("scan"):
        same(found, layer(x), 2e-2)


@every_layer
def test_without_casts_dropout_is_of_the_inputs_dtype(cell: str) -> None:
    """Where Keras's own loop fails: its state is narrow, and what it makes of float32 inputs is not."""
    layer = layer_of(layers, cell, autocast=False, dtype="mixed_bfloat16", dropout=0.5, recurrent_dropout=0.5, seed=1)
    assert str(layer(spread((B, T, D)), training=True).dtype) == "bfloat16"


@every_layer
def test_the_global_policy_is_followed(cell: str) -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = layer_of(layers, cell)
        assert (layer.compute_dtype, layer.kernel_choice.kernel) == ("bfloat16", "native")
        assert str(layer(spread((B, T, D))).dtype) == "bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert "bfloat16" not in layer_of(layers, cell).kernel_choice.reason


@pytest.fixture(scope="module")
def doubles() -> Any:
    """In a process of its own: JAX has 64 bits or has not, for good."""
    return result("tests.layers.doubles", JAX_ENABLE_X64="1", **IN_HASTE)


@pytest.mark.slow
def test_float64_is_that_of_numpy(doubles: Any) -> None:
    assert set(doubles["kernels"].values()) == {"native"}
    assert doubles["dtypes"] == ["float64"]
    assert max(doubles["errors"].values()) < 1e-13, doubles["errors"]


@pytest.mark.slow
def test_gradients_are_the_slopes_of_what_is_computed(doubles: Any) -> None:
    """With norm, zoneout, dropouts and a mask: every element of every weight, by central differences."""
    names = {name.split()[-1] for name in doubles["slopes"]}
    assert {"kernel_gain", "recurrent_gain", "state_gain", "state_bias", "embeddings"} <= names
    assert max(doubles["slopes"].values()) < 1e-7, doubles["slopes"]
