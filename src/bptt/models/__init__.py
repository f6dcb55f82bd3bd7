"""Takes a ModelConfig, gives a keras.Model: `build`; from a model file back to a model: `restore`; its kernels: `explain`;
`ChainModel` labels every step."""

from .build import build
from .chain import ChainModel
from .config import ModelConfig
from .explain import Explanation, explain
from .weights import get_weights, restore, set_weights

__all__ = ["ChainModel", "Explanation", "ModelConfig", "build", "explain", "get_weights", "restore", "set_weights"]
