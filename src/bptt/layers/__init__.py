"""Keras's layers with ours in their place: `from bptt import layers`; every other name is `keras.layers`'s own."""

from keras import layers as _keras_layers


def __getattr__(name: str) -> object:
    return getattr(_keras_layers, name)
