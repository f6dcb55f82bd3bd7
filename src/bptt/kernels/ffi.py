"""XLA's door to the compiled module: registration, names, and whether it runs here."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bptt.errors import KernelError
from bptt.kernels import compiled
from bptt.kernels.compiled import DTYPES
from bptt.messages import _


def call(name: str, dtype: Any, results: Any, *arrays: Any, **attributes: Any) -> Any:
    """Calls the kernel `name` of `dtype`; `results` is a (tuple of) ShapeDtypeStruct. Under vmap it runs in a loop."""
    _register()
    if str(dtype) not in DTYPES:
        message = _("The arrays are of {dtype}; the native kernels compute in {known}.")
        raise KernelError("kernel.dtype", message.format(dtype=dtype, known=", ".join(DTYPES)))
    target = f"bptt_{name}_{DTYPES[str(dtype)]}"
    return jax.ffi.ffi_call(target, results, vmap_method="sequential")(*arrays, **attributes)


@functools.cache
def _register() -> None:
    for name, handler in compiled.module.registrations().items():
        jax.ffi.register_ffi_target(name, handler, platform="cpu")


@functools.cache
def unavailable() -> str | None:
    """Why no native kernel runs in this process, or None. The first call runs one of the kernels.

    A handler loads only where jaxlib's FFI is at least as new as the headers that it was built with, and the
    failure would otherwise show in the middle of a model.
    """
    if reason := compiled.missing():
        return reason
    if jax.default_backend() != "cpu":
        return _("JAX computes on {platform}; the native kernels are for processors").format(platform=jax.default_backend())
    compiled.level()
    try:
        with jax.ensure_compile_time_eval():
            ones, seed = jnp.ones((1, 1, 4), jnp.float32), jnp.zeros(2, jnp.uint32)
            out = call("dropout", "float32", jax.ShapeDtypeStruct(ones.shape, ones.dtype), ones, seed, rate=np.float64(0))
            works = bool(np.array_equal(out, ones))
    except Exception as error:  # whatever an incompatible jaxlib raises
        return _("jaxlib {version} does not run the compiled kernels ({error}): reinstall bptt against it").format(
            version=jax.lib.__version__, error=str(error).splitlines()[0]
        )
    return None if works else _("the compiled kernels gave a wrong result in their self-test: reinstall bptt")
