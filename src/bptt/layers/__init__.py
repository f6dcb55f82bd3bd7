"""Keras's layers with ours in their place: `from bptt import layers`; every other name is `keras.layers`'s own.

Takes Keras arguments, gives Keras layers: `layers.SimpleRNN(64)` where a script said `keras.layers.SimpleRNN(64)`.
IndRNN, MinGRU and LRU, with their cells, RecurrentStack, CRF and NextWord are ours alone.
"""

from typing import Any

from keras import layers as _keras_layers

from bptt.layers.bidirectional import Bidirectional
from bptt.layers.crf import CRF
from bptt.layers.dropout import Dropout, SpatialDropout1D
from bptt.layers.embedding import Embedding
from bptt.layers.gru import GRU
from bptt.layers.ind_rnn import IndRNN, IndRNNCell
from bptt.layers.layer_normalization import LayerNormalization
from bptt.layers.lru import LRU, LRUCell
from bptt.layers.lstm import LSTM
from bptt.layers.min_gru import MinGRU, MinGRUCell
from bptt.layers.next_word import NextWord
from bptt.layers.recurrent_stack import RecurrentStack
from bptt.layers.simple_rnn import SimpleRNN

__all__ = [
    "CRF",
    "GRU",
    "LRU",
    "LSTM",
    "Bidirectional",
    "Dropout",
    "Embedding",
    "IndRNN",
    "IndRNNCell",
    "LRUCell",
    "LayerNormalization",
    "MinGRU",
    "MinGRUCell",
    "NextWord",
    "RecurrentStack",
    "SimpleRNN",
    "SpatialDropout1D",
]


def __getattr__(name: str) -> Any:
    return getattr(_keras_layers, name)


def __dir__() -> list[str]:
    return sorted({*dir(_keras_layers), *__all__})
