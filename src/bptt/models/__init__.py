"""Takes a ModelConfig, gives a keras.Model: `build`; from a model file back to a model: `restore`; its kernels: `explain`."""

from .build import build
from .config import ModelConfig
from .explain import Explanation, explain
from .weights import get_weights, restore, set_weights

__all__ = ["Explanation", "ModelConfig", "build", "explain", "get_weights", "restore", "set_weights"]
