"""Takes a ModelConfig, gives a keras.Model: `build`; from a model file back to a model: `restore`; its kernels: `explain`;
`ChainModel` labels every step."""

from .build import build
from .chain import ChainModel
from .config import ModelConfig
from .cumulative import Ranks
from .explain import Explanation, explain
from .heads import Head, Metric, Sigmoid, Softmax
from .inputs import Inputs, Words, inputs_of
from .language import Language
from .number import Number, training_mean
from .spelled import SpelledWords
from .vectors import start_from
from .weights import get_weights, restore, set_weights

__all__ = [
    "ChainModel",
    "Explanation",
    "Head",
    "Inputs",
    "Language",
    "Metric",
    "ModelConfig",
    "Number",
    "Ranks",
    "Sigmoid",
    "Softmax",
    "SpelledWords",
    "Words",
    "build",
    "explain",
    "get_weights",
    "inputs_of",
    "restore",
    "set_weights",
    "start_from",
    "training_mean",
]
