"""Configurations are Keras's own, both ways, where no option of ours is asked for; one of a recurrence survives a round trip."""

from typing import Any

import keras
import pytest

from bptt import layers
from tests.layers.twins import B, D, H, T, spread

RECURRENT: dict[str, Any] = {
    "units": H,
    "activation": "relu",
    "kernel_initializer": "he_normal",
    "recurrent_regularizer": "l2",
    "activity_regularizer": "l1",
    "kernel_constraint": "max_norm",
    "dropout": 0.1,
    "recurrent_dropout": 0.2,
    "return_sequences": True,
    "return_state": True,
    "go_backwards": True,
    "unroll": True,
    "zero_output_for_mask": True,
    "seed": 3,
}
GATED = RECURRENT | {"recurrent_activation": "hard_sigmoid"}
OURS = {"SimpleRNN": {"zoneout": 0.1, "layer_norm": True}, "GRU": {"zoneout": 0.1, "layer_norm": True}}
OURS["LSTM"] = OURS["GRU"] | {"zoneout_cell": 0.2}
LAYERS: dict[str, dict[str, Any]] = {
    "SimpleRNN": RECURRENT | {"use_bias": False},
    "LSTM": GATED | {"unit_forget_bias": False},
    "GRU": GATED | {"reset_after": False},
    "Embedding": {"input_dim": 9, "output_dim": D, "mask_zero": True, "embeddings_regularizer": "l1"},
    "Dropout": {"rate": 0.3, "noise_shape": (None, 1, None), "seed": 3},
    "SpatialDropout1D": {"rate": 0.3, "seed": 3},
    "LayerNormalization": {"axis": -1, "epsilon": 0.1, "center": False, "gamma_initializer": "zeros"},
}
SHAPES = {"Embedding": (B, T)}
FORGOTTEN = {"SimpleRNN": {"seed": 3}}  # by Keras's own config


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", [None, "mixed_float16", "mixed_bfloat16"])
def test_the_config_is_keras_s_own_both_ways(name: str, dtype: str | None) -> None:
    given = LAYERS[name] | {"name": "mine", "dtype": dtype}
    if name != "SpatialDropout1D":  # Keras's own does not take it
        given["trainable"] = False
    ours, theirs = getattr(layers, name)(**given), getattr(keras.layers, name)(**given)
    config, forgotten = ours.get_config(), FORGOTTEN.get(name, {})
    assert config == theirs.get_config() | forgotten
    assert type(ours).from_config(theirs.get_config() | forgotten).get_config() == config
    assert type(theirs).from_config(config).get_config() == theirs.get_config()
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


@pytest.mark.parametrize("name", OURS)
def test_options_of_ours_survive_a_round_trip(name: str) -> None:
    ours = getattr(layers, name)(**LAYERS[name] | OURS[name])
    config = ours.get_config()
    plain = getattr(keras.layers, name)(**LAYERS[name]).get_config() | FORGOTTEN.get(name, {})
    assert {key: value for key, value in config.items() if key not in plain} == OURS[name]
    rebuilt = keras.layers.deserialize(keras.layers.serialize(ours))
    assert type(rebuilt) is type(ours)
    assert rebuilt.get_config() == config
    for key in OURS[name]:  # left at what it is without being asked for
        default = getattr(layers, name)(**LAYERS[name] | {key: type(OURS[name][key])(0)})
        assert default.get_config() | {"name": 0} == plain | {"name": 0}


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
