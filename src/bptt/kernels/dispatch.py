"""Which kernel computes, and why: nothing falls back without a reason that can be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bptt.errors import KernelError
from bptt.kernels import compiled, ffi
from bptt.kernels.options import ACTIVATIONS
from bptt.messages import _

KERNELS = ("native", "scan")
_asked: ContextVar[str | None] = ContextVar("bptt_kernel", default=None)


@dataclass(frozen=True)
class Choice:
    """The kernel that computes ("native", "scan", or "keras": Keras's own code) and the condition that decided."""

    kernel: str
    reason: str


@contextmanager
def use(kernel: str) -> Iterator[None]:
    """Computes with `kernel` ("native" or "scan") what is traced or called inside the `with` block.

    Raises KernelError for another name and, inside the block, where "native" is asked for and cannot run.
    """
    if kernel not in KERNELS:
        known = ", ".join(KERNELS)
        raise KernelError(
            "kernel.unknown", _("There is no kernel {name!r}; choose one of {known}.").format(name=kernel, known=known)
        )
    token = _asked.set(kernel)
    try:
        yield
    finally:
        _asked.reset(token)


def _native() -> Choice:
    return Choice("native", _("compiled for {level}").format(level=compiled.level()))


def _other(kernel: str, reason: str) -> Choice:
    if _asked.get() == "native":
        message = _("The native kernel was asked for and cannot run: {reason}.").format(reason=reason)
        raise KernelError("kernel.native-asked", message)
    return Choice(kernel, reason)


def _unsupported_dtype(dtype: str) -> str | None:
    if dtype in compiled.DTYPES:
        return None
    return _("it computes in {dtype}; the native kernels in {known}").format(dtype=dtype, known=", ".join(compiled.DTYPES))


def choose_recurrence(backend: str, dtype: str, activations: tuple[str | None, ...], ours: bool = False) -> Choice:
    """The kernel for a recurrent layer.

    Args:
        backend: Keras's backend.
        dtype: the layer's compute dtype.
        activations: the registered names of its activation and of its gates', None for another function.
        ours: whether it asks for what Keras's own loop does not know: zoneout, layer normalisation.

    Raises KernelError for the latter where only Keras's own loop runs.
    """
    if backend != "jax":
        elsewhere = _("the Keras backend is {backend}; the kernels run on jax").format(backend=backend)
        if ours:
            message = _("zoneout and layer normalisation inside a recurrence cannot run: {reason}.").format(reason=elsewhere)
            raise KernelError("kernel.options", message)
        return _other("keras", elsewhere)
    if _asked.get() == "scan":
        return Choice("scan", _('asked for by bptt.kernels.use("scan")'))
    if any(name not in ACTIVATIONS for name in activations):
        return _other("scan", _("an activation is not one of {known}").format(known=", ".join(ACTIVATIONS)))
    reason = _unsupported_dtype(dtype) or ffi.unavailable()
    return _other("scan", reason) if reason else _native()


def choose_elementwise(backend: str, dtype: str, distributed: bool, unsupported: str | None = None) -> Choice:
    """The kernel for dropout or layer normalisation; `unsupported` is a reason of the layer's own."""
    if backend != "jax":
        return _other("keras", _("the Keras backend is {backend}; the kernels run on jax").format(backend=backend))
    if _asked.get() == "scan":
        return Choice("keras", _('asked for by bptt.kernels.use("scan")'))
    if distributed:
        return _other("keras", _("a keras.distribution cuts the batch over devices"))
    reason = unsupported or _unsupported_dtype(dtype) or ffi.unavailable()
    return _other("keras", reason) if reason else _native()
