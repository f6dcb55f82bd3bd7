"""The edge of what the native kernels can be differentiated by, with a sentence instead of JAX's own."""

from collections.abc import Callable
from typing import Any

import jax

from bptt.errors import KernelError
from bptt.messages import _


def once(function: Callable[..., Any], *arguments: Any) -> Any:
    """`function(*arguments)`, itself not differentiable: KernelError where a second derivative asks for it."""

    @jax.custom_jvp
    def call(arguments: Any) -> Any:
        return function(*arguments)

    @call.defjvp
    def refuse(primals: Any, tangents: Any) -> Any:
        raise KernelError(
            "kernel.second-derivative",
            _(
                "The native kernels give first derivatives only, and a second one was asked for. "
                'Compute it on the scan kernel: with bptt.kernels.use("scan"): ...'
            ),
        )

    return call(arguments)
