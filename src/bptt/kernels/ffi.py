"""The compiled module at XLA's door: registration, names, and whether it runs here."""

import functools
import importlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bptt.messages import _

_native: Any = None
try:
    _native = importlib.import_module("bptt.kernels._native")
    _import_error = ""
except ImportError as error:  # installed without a compiler
    _import_error = str(error)

DTYPES = {"float32": "f32", "float64": "f64"}


def call(name: str, dtype: Any, results: Any, *arrays: Any, aliases: dict[int, int] | None = None, **attributes: Any) -> Any:
    """Calls the kernel `name` of `dtype`; `results` is a (tuple of) ShapeDtypeStruct. Under vmap it runs in a loop.

    `aliases`: array number -> number of the result that takes over its memory; XLA copies where the array is read again.
    """
    _register()
    target = f"bptt_{name}_{DTYPES[str(dtype)]}"
    return jax.ffi.ffi_call(target, results, vmap_method="sequential", input_output_aliases=aliases)(*arrays, **attributes)


def kept_width(cell: int, norm: bool, zoneout: bool, units: int, dtype: Any) -> int:
    """How many elements of `dtype` a step of a row keeps for the backward pass beside its output; 0: none."""
    return int(_native.kept_width(cell, norm, zoneout, units, wide=str(dtype) == "float64"))


def level() -> str:
    """The instruction-set level in use, as "x86-64-v3". Raises RuntimeError where BPTT_LEVEL names one that does not run."""
    return str(_native.level())


@functools.cache
def _register() -> None:
    for name, handler in _native.registrations().items():
        jax.ffi.register_ffi_target(name, handler, platform="cpu")


@functools.cache
def unavailable() -> str | None:
    """Why no native kernel runs in this process, or None. The first call runs one of the kernels.

    A handler loads only where jaxlib's FFI is at least as new as the headers that it was built with, and the
    failure would otherwise show in the middle of a model.
    """
    if _native is None:
        return _("the compiled kernels are not installed ({error}): install a C++ compiler and reinstall bptt").format(
            error=_import_error
        )
    if jax.default_backend() != "cpu":
        return _("JAX computes on {platform}; the native kernels are for processors").format(platform=jax.default_backend())
    level()
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
