"""The compiled module: what it is, and whether it is there. `ffi` is its door for XLA, `direct` its door for any array."""

import importlib
from typing import Any

from bptt.messages import _

DTYPES = {"float32": "f32", "float64": "f64"}

module: Any = None
try:
    module = importlib.import_module("bptt.kernels._native")
    _import_error = ""
except ImportError as error:  # installed without a compiler
    _import_error = str(error)


def missing() -> str | None:
    """Why there is no compiled module, or None."""
    if module is not None:
        return None
    return _("the compiled kernels are not installed ({error}): install a C++ compiler and reinstall bptt").format(
        error=_import_error
    )


def narrows(units: int) -> bool:
    """Whether a recurrence of so many units that asks for products in bfloat16 gets them: from 32 units on, where the level in
    use and this processor multiply so."""
    return bool(module.narrows(units))


def level() -> str:
    """The instruction-set level in use, as "x86-64-v3". Raises RuntimeError where BPTT_LEVEL names one that does not run."""
    return str(module.level())
