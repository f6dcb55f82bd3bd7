"""Configurations are Keras's own, both ways; dtype policies choose the kernel and say why."""

from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.kernels.processes import result
from tests.layers.twins import REAL, B, D, H, T, agree, alike, same, slow, spread, twins

LAYERS: dict[str, dict[str, Any]] = {
    "SimpleRNN": {
        "units": H,
        "activation": "relu",
        "use_bias": False,
        "kernel_initializer": "he_normal",
        "recurrent_regularizer": "l2",
        "kernel_constraint": "max_norm",
        "dropout": 0.1,
        "recurrent_dropout": 0.2,
        "return_sequences": True,
        "return_state": True,
        "go_backwards": True,
        "unroll": True,
        "zero_output_for_mask": True,
        "seed": 3,
    },
    "Embedding": {"input_dim": 9, "output_dim": D, "mask_zero": True, "embeddings_regularizer": "l1"},
    "Dropout": {"rate": 0.3, "noise_shape": (None, 1, None), "seed": 3},
    "SpatialDropout1D": {"rate": 0.3, "seed": 3},
    "LayerNormalization": {"axis": -1, "epsilon": 0.1, "center": False, "gamma_initializer": "zeros"},
}
SHAPES = {"Embedding": (B, T)}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", [None, "mixed_float16", "mixed_bfloat16"])
def test_the_config_is_keras_s_own_both_ways(name: str, dtype: str | None) -> None:
    given = LAYERS[name] | {"name": "mine", "dtype": dtype}
    if name != "SpatialDropout1D":  # Keras's own does not take it
        given["trainable"] = False
    ours, theirs = getattr(layers, name)(**given), getattr(keras.layers, name)(**given)
    config = ours.get_config()
    assert config == theirs.get_config()
    assert type(ours).from_config(theirs.get_config()).get_config() == config
    assert type(theirs).from_config(ours.get_config()).get_config() == config
    rebuilt = keras.layers.deserialize(keras.layers.serialize(ours))
    assert type(rebuilt) is type(ours) and rebuilt.get_config() == config
    for layer in (ours, theirs):
        layer.build(SHAPES.get(name, (B, T, D)))
    assert [(w.path, w.shape, w.dtype, w.trainable) for w in ours.weights] == [
        (w.path, w.shape, w.dtype, w.trainable) for w in theirs.weights
    ]


@pytest.mark.parametrize("name", LAYERS)
def test_names_count_as_keras_s_do(name: str) -> None:
    arguments = LAYERS[name]
    keras.backend.clear_session()
    ours = [getattr(layers, name)(**arguments).name for _ in range(2)]
    keras.backend.clear_session()
    assert ours == [getattr(keras.layers, name)(**arguments).name for _ in range(2)]


@pytest.mark.parametrize("name", LAYERS)
def test_registered_as_ours_for_files(name: str) -> None:
    ours = getattr(layers, name)
    assert issubclass(ours, getattr(keras.layers, name)) and ours is not getattr(keras.layers, name)
    assert keras.saving.get_registered_name(ours) == f"bptt>{name}"
    assert keras.saving.get_registered_object(f"bptt>{name}") is ours


def stack(dtype: str) -> Any:
    def make(namespace: Any) -> keras.Model:
        ids, real = keras.Input((T,), dtype="int32"), keras.Input((T,), dtype="bool")
        same_for_all = {"dtype": dtype, "recurrent_initializer": "uniform"}  # orthogonal matrices want a QR, which wants 32 bits
        words = namespace.Embedding(12, D, dtype=dtype)(ids)
        steps = namespace.SimpleRNN(H, return_sequences=True, **same_for_all)(words, mask=real)
        return keras.Model([ids, real], namespace.SimpleRNN(H, **same_for_all)(namespace.LayerNormalization(dtype=dtype)(steps)))

    return make


IDS = np.random.default_rng(3).integers(0, 12, (B, T)).astype("int32")


@pytest.mark.parametrize(("dtype", "tolerance"), [slow("float16", 4e-3), slow("bfloat16", 4e-2), ("mixed_bfloat16", 4e-2)])
def test_narrow_floats_run_on_the_scan(dtype: str, tolerance: float) -> None:
    """Within a few of the dtype's roundings: Keras rounds h W after every step, the scan all steps' products at once."""
    ours, theirs = twins(stack(dtype))
    found = ours([IDS, REAL["holes"]])
    same(found, theirs([IDS, REAL["holes"]]), tolerance)
    choice = ours.layers[-1].kernel_choice
    assert choice.kernel == "scan"
    assert ours.layers[-1].compute_dtype in choice.reason


def test_training_in_mixed_precision() -> None:
    ours = agree(stack("mixed_bfloat16"), [IDS, REAL["right"]], tolerance=4e-2)
    assert {str(w.dtype) for w in ours.weights} == {"float32"}


def test_layers_of_different_dtypes_in_one_model(reads: list[str]) -> None:
    """The table in bfloat16, the recurrence in float32: cast in between, so no ids are read."""

    def make(namespace: Any) -> keras.Model:
        ids = keras.Input((T,), dtype="int32")
        return keras.Model(ids, namespace.SimpleRNN(H)(namespace.Embedding(12, D, dtype="bfloat16")(ids)))

    alike(make, IDS)
    assert reads == ["array"]


def test_the_global_policy_is_followed() -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = layers.SimpleRNN(H)
        assert (layer.compute_dtype, layer.kernel_choice.kernel) == ("bfloat16", "scan")
        assert str(layer(spread((B, T, D))).dtype) == "bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert layers.SimpleRNN(H).kernel_choice.kernel == "native"


def test_float64() -> None:
    """In a process of its own: JAX has 64 bits or has not, for good."""
    found = result("tests.layers.doubles", JAX_ENABLE_X64="1")
    assert found["kernels"] == ["native"] * 3
    assert found["dtypes"] == "float64"
    assert max(found["errors"]) < 1e-13


def test_under_a_distribution_dropout_and_normalisation_are_keras_s_own() -> None:
    """A recurrence cuts its batch over the devices itself."""
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    try:
        for layer in (layers.Dropout(0.5), layers.LayerNormalization()):
            assert (layer.kernel_choice.kernel, "distribution" in layer.kernel_choice.reason) == ("keras", True)
            assert layer(spread((B, T, D)), training=True).shape == (B, T, D)
        assert layers.SimpleRNN(H).kernel_choice.kernel == "native"
    finally:
        keras.distribution.set_distribution(None)
