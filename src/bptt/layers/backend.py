"""What differs between the backends of Keras whose arrays our kernels read: JAX, and PyTorch."""

import keras
from keras.src.backend.common import AutocastScope  # Keras gives it no public name

if keras.backend.backend() == "torch":
    from bptt.kernels import torch as native
else:
    from bptt.kernels import native  # type: ignore[no-redef]

__all__ = ["as_stored", "device", "native"]


def as_stored() -> AutocastScope:
    """A block in which variables read as they are stored, not cast as the dtype policy says."""
    return AutocastScope(None)


def device() -> str:
    """Where PyTorch's tensors lie, as "cpu", "cuda" or "meta"; on JAX "cpu", for `kernels.ffi` asks JAX itself."""
    return str(keras.ops.zeros(()).device.type) if keras.backend.backend() == "torch" else "cpu"
