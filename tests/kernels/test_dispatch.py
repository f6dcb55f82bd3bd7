"""Every condition that rules the native kernels out, its reason in words, and what `use` makes of it."""

from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import kernels, layers
from bptt.errors import KernelError
from bptt.kernels import Options, compiled, ffi, native
from bptt.kernels.options import Weights

RECURRENCE = {"backend": "jax", "dtype": "float32", "activations": ("tanh", "sigmoid"), "units": 64}
ELEMENTWISE = {"backend": "jax", "dtype": "float64", "distributed": False}


def recurrence(**changed: Any) -> kernels.Choice:
    return kernels.choose_recurrence(**(RECURRENCE | changed))


def elementwise(**changed: Any) -> kernels.Choice:
    return kernels.choose_elementwise(**(ELEMENTWISE | changed))


@pytest.mark.parametrize("choose", [recurrence, elementwise])
def test_the_native_kernel_is_chosen_and_names_its_level(choose: Any) -> None:
    assert choose() == kernels.Choice("native", f"compiled for {compiled.level()}")
    with kernels.use("native"):
        assert choose().kernel == "native"


@pytest.mark.parametrize(
    ("multiplies", "units", "said"),
    [
        (True, 32, "products in bfloat16, all else in float32"),
        (True, 31, "all in float32, which is faster for so few units"),
        (False, 512, "all in float32: this processor, or this level of it, does not multiply in bfloat16"),
    ],
)
def test_bfloat16_is_native_and_says_what_its_products_are(
    multiplies: bool, units: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "narrows", lambda units: multiplies and units >= 32)
    assert recurrence(dtype="bfloat16", units=units) == kernels.Choice("native", f"compiled for {compiled.level()}; {said}")
    with kernels.use("scan"):
        assert recurrence(dtype="bfloat16").kernel == "scan"
    assert recurrence(dtype="bfloat16", backend="torch").kernel == "keras"


KNOWN = "tanh, relu, sigmoid, hard_sigmoid, linear"
RULED_OUT = [
    (
        recurrence,
        {"backend": "numpy"},
        "keras",
        "the Keras backend is numpy; these kernels run on jax, torch",
        "KERAS_BACKEND=jax",
    ),
    (recurrence, {"activations": (None,)}, "scan", f"an activation is not one of {KNOWN}", "by its name"),
    (recurrence, {"activations": ("tanh", "softplus")}, "scan", f"an activation is not one of {KNOWN}", "by its name"),
    (recurrence, {"dtype": "float16"}, "scan", "it computes in float16; the native kernels in float32, float64", "float32"),
    (elementwise, {"backend": "numpy"}, "keras", "the Keras backend is numpy; these kernels run on jax", "KERAS_BACKEND=jax"),
    (elementwise, {"distributed": True}, "keras", "a keras.distribution cuts the batch over devices", ""),
    (elementwise, {"dtype": "float16"}, "keras", "it computes in float16; the native kernels in float32, float64", "float32"),
    (elementwise, {"unsupported": "two moons"}, "keras", "two moons", ""),
]


@pytest.mark.parametrize(("choose", "changed", "kernel", "reason", "change"), RULED_OUT)
def test_each_condition_has_its_kernel_its_reason_and_what_to_change(
    choose: Any, changed: dict[str, Any], kernel: str, reason: str, change: str
) -> None:
    choice = choose(**changed)
    assert (choice.kernel, choice.reason) == (kernel, reason)
    assert change in choice.change and bool(change) == bool(choice.change)
    with kernels.use("native"), pytest.raises(KernelError) as refusal:
        choose(**changed)
    assert refusal.value.code == "kernel.native-asked"
    assert str(refusal.value) == f"The native kernel was asked for and cannot run: {reason}."


def test_scan_can_be_asked_for() -> None:
    with kernels.use("scan"):
        for choice, kernel in ((recurrence(), "scan"), (elementwise(), "keras")):
            assert (choice.kernel, choice.reason) == (kernel, 'asked for by bptt.kernels.use("scan")')
            assert "leave the block" in choice.change
        assert recurrence(ours=True).kernel == "scan"


def test_what_keras_does_not_know_is_refused_where_only_keras_runs() -> None:
    assert recurrence(ours=True).kernel == "native"
    with pytest.raises(KernelError, match="zoneout and layer normalisation inside a recurrence cannot run: the Keras") as refusal:
        recurrence(backend="tensorflow", ours=True)
    assert refusal.value.code == "kernel.options"


def test_the_innermost_request_counts_and_ends_with_its_block() -> None:
    with kernels.use("scan"):
        with kernels.use("native"):
            assert recurrence().kernel == "native"
        assert recurrence().kernel == "scan"
        with pytest.raises(ZeroDivisionError), kernels.use("native"):
            raise ZeroDivisionError
        assert recurrence().kernel == "scan"
    assert recurrence().kernel == "native"


def test_an_unknown_kernel_is_refused() -> None:
    with (
        pytest.raises(KernelError, match="There is no kernel 'cuda'; choose one of native, scan") as refusal,
        kernels.use("cuda"),
    ):
        pass
    assert refusal.value.code == "kernel.unknown"


def without_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "module", None)
    monkeypatch.setattr(compiled, "_import_error", "no module", raising=False)


def on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")


def with_another_ffi(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise jax.errors.JaxRuntimeError("version 9 is newer\nthan 8")

    monkeypatch.setattr(ffi, "call", refuse)


def with_wrong_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffi, "call", lambda *_, **__: np.zeros((1, 1, 4)))


@pytest.mark.parametrize(
    ("plight", "reason"),
    [
        (without_module, "the compiled kernels are not installed (no module): install a C++ compiler and reinstall bptt"),
        (on_a_gpu, "JAX computes on gpu; the native kernels are for processors"),
        (with_another_ffi, f"jaxlib {jax.lib.__version__} does not run the compiled kernels (version 9 is newer): reinstall"),
        (with_wrong_results, "the compiled kernels gave a wrong result in their self-test: reinstall bptt"),
    ],
)
def test_each_plight_of_the_module_has_its_reason(plight: Any, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plight(monkeypatch)
    why = ffi.unavailable.__wrapped__()
    assert why is not None and why.startswith(reason)
    monkeypatch.setattr(ffi, "unavailable", lambda: why)
    assert [(choice.kernel, choice.reason) for choice in (recurrence(), elementwise())] == [("scan", why), ("keras", why)]


def test_jax_export_wants_the_scan() -> None:
    """JAX exports no custom call whose maker promises no compatibility; the error must say so, and the scan must export."""
    x, *weights, h = (np.ones(s, "float32") for s in ((2, 3, 4), (4, 5), (5, 5), (5,), (2, 5)))
    with pytest.raises(ValueError, match="compatibility guarantees"):
        jax.export.export(jax.jit(lambda x: native.recurrence(Options(), x, Weights(*weights), (h,))[0]))(x)
    model = keras.Sequential([keras.Input((3, 4)), layers.SimpleRNN(5)])
    with kernels.use("scan"):
        exported = jax.export.export(jax.jit(model))(x)
    np.testing.assert_allclose(exported.call(x), model(x), rtol=1e-5)
