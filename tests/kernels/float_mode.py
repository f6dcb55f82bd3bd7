"""Prints the processor's floating-point mode before the package is imported, after, and after kernels have run.

python -m tests.kernels.float_mode
"""

import ctypes
import json
import platform

FLAGS = 0x3F  # what has happened so far (inexact, ...); the rest is the mode: rounding, denormals, traps


def mode() -> int:
    """MXCSR without its flags, out of the 32 bytes that fegetenv fills."""
    environment = (ctypes.c_uint32 * 8)()
    assert ctypes.CDLL(None).fegetenv(environment) == 0
    return environment[7] & ~FLAGS


def main() -> None:
    before = mode()
    from tests.kernels import digest, forks

    imported = mode()
    assert digest.ffi.unavailable() is None
    digest.elementwise()
    forks.bits()
    print(json.dumps([before, imported, mode()]))  # noqa: T201


if __name__ == "__main__":
    assert platform.machine() in ("x86_64", "AMD64")
    main()
