"""What differs between the backends of Keras whose arrays our kernels read: JAX, and PyTorch."""

import keras

if keras.backend.backend() == "torch":
    from bptt.kernels import torch as native
else:
    from bptt.kernels import native  # type: ignore[no-redef]

__all__ = ["device", "native"]


def device() -> str:
    """Where PyTorch's tensors lie, as "cpu", "cuda" or "meta"; on JAX "cpu", for `kernels.ffi` asks JAX itself."""
    return str(keras.ops.zeros(()).device.type) if keras.backend.backend() == "torch" else "cpu"
