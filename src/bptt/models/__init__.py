"""Takes a ModelConfig, gives a keras.Model: `build`; from a model file back to a model: `restore`; its kernels: `explain`;
`ChainModel` labels every step."""

from .build import build
from .chain import ChainModel
from .config import ModelConfig
from .explain import Explanation, explain
from .heads import Head, Metric, Softmax
from .inputs import Inputs, Words, inputs_of
from .spelled import SpelledWords
from .weights import get_weights, restore, set_weights

__all__ = [
    "ChainModel",
    "Explanation",
    "Head",
    "Inputs",
    "Metric",
    "ModelConfig",
    "Softmax",
    "SpelledWords",
    "Words",
    "build",
    "explain",
    "get_weights",
    "inputs_of",
    "restore",
    "set_weights",
]
