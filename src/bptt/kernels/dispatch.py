"""Which kernel computes, and why: nothing falls back without a reason that can be read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from bptt.errors import KernelError
from bptt.kernels import compiled, ffi
from bptt.kernels.options import ACTIVATIONS
from bptt.messages import _

KERNELS = ("native", "scan")
MANY = 1 << 20  # units for which products in bfloat16 pay wherever there are any
_asked: ContextVar[str | None] = ContextVar("bptt_kernel", default=None)


@dataclass(frozen=True)
class Choice:
    """The kernel that computes ("native", "scan", or "keras": Keras's own code), the condition that decided, and what would
    bring the native one."""

    kernel: str
    reason: str
    change: str = ""


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


def _other(kernel: str, reason: str, change: str = "") -> Choice:
    if _asked.get() == "native":
        message = _("The native kernel was asked for and cannot run: {reason}.").format(reason=reason)
        raise KernelError("kernel.native-asked", message)
    return Choice(kernel, reason, change)


def _asked_for_scan(kernel: str) -> Choice:
    return Choice(kernel, _('asked for by bptt.kernels.use("scan")'), _("leave the block of bptt.kernels.use"))


def _wrong_backend(backend: str, known: str = "jax") -> tuple[str, str]:
    reason = _("the Keras backend is {backend}; these kernels run on {known}").format(backend=backend, known=known)
    return reason, _("set KERAS_BACKEND=jax before Keras is imported")


def _native_or(kernel: str, dtype: str, missing: Callable[[], str | None]) -> Choice:
    """The native kernel, or the other where the dtype or this process rules it out."""
    if dtype not in compiled.DTYPES:
        known = ", ".join(compiled.DTYPES)
        reason = _("it computes in {dtype}; the native kernels in {known}").format(dtype=dtype, known=known)
        return _other(kernel, reason, _('give the layer dtype="float32"'))
    absent = missing()
    return _other(kernel, absent, _("see the reason")) if absent else _native()


def choose_recurrence(
    backend: str, dtype: str, activations: tuple[str | None, ...], units: int, ours: bool = False, device: str = "cpu"
) -> Choice:
    """The kernel for a recurrent layer.

    Args:
        backend: Keras's backend.
        dtype: the layer's compute dtype.
        activations: the registered names of its activation and of its gates', None for another function.
        units: H.
        ours: whether it asks for what Keras's own loop does not know: zoneout, layer normalisation.
        device: where PyTorch's tensors lie, by its name; "meta" tensors have shapes alone.

    Raises KernelError for the latter where only Keras's own loop runs.
    """
    choice = _choose_recurrence(backend, dtype, activations, units, device)
    if ours and choice.kernel == "keras":
        message = _("zoneout and layer normalisation inside a recurrence cannot run: {reason}.").format(reason=choice.reason)
        raise KernelError("kernel.options", message)
    return choice


def _choose_recurrence(backend: str, dtype: str, activations: tuple[str | None, ...], units: int, device: str) -> Choice:
    if backend not in ("jax", "torch"):
        return _other("keras", *_wrong_backend(backend, "jax, torch"))
    instead = "scan" if backend == "jax" else "keras"
    if _asked.get() == "scan":
        return _asked_for_scan(instead)
    if any(name not in ACTIVATIONS for name in activations):
        known = ", ".join(ACTIVATIONS)
        return _other(instead, _("an activation is not one of {known}").format(known=known), _("take one of these by its name"))
    if device not in ("cpu", "meta"):
        reason = _("PyTorch computes on {device}; the native kernels are for processors").format(device=device)
        return _other(instead, reason, _("set KERAS_TORCH_DEVICE=cpu"))
    if backend == "jax" and dtype == "bfloat16":
        choice = _native_or(instead, "float32", ffi.unavailable)
        return replace(choice, reason=f"{choice.reason}; {_products(units)}") if choice.kernel == "native" else choice
    return _native_or(instead, dtype, ffi.unavailable if backend == "jax" else compiled.missing)


def _products(units: int) -> str:
    """What becomes of a layer of so many units that computes in bfloat16."""
    if compiled.narrows(units):
        return _("products in bfloat16, all else in float32")
    if compiled.narrows(MANY):
        return _("all in float32, which is faster for so few units")
    return _("all in float32: this processor, or this level of it, does not multiply in bfloat16")


def choose_elementwise(backend: str, dtype: str, distributed: bool, unsupported: str | None = None) -> Choice:
    """The kernel for dropout or layer normalisation; `unsupported` is a reason of the layer's own."""
    if backend != "jax":
        return _other("keras", *_wrong_backend(backend))
    if _asked.get() == "scan":
        return _asked_for_scan("keras")
    if distributed:
        return _other("keras", _("a keras.distribution cuts the batch over devices"))
    return _other("keras", unsupported) if unsupported else _native_or("keras", dtype, ffi.unavailable)
