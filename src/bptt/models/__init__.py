"""Takes a ModelConfig, gives a keras.Model: `build`. From a model file back to a model: `restore`."""

from .build import build
from .config import ModelConfig
from .weights import get_weights, restore, set_weights

__all__ = ["ModelConfig", "build", "get_weights", "restore", "set_weights"]
