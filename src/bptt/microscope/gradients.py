"""An optimizer whose gradients can be read in passing."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from bptt.kernels import ffi, tap

from .probe import Figure


class Watched:
    """Stands before `apply` of a Keras optimizer: the compiled module looks at the gradients as they pass by, before any clipping
    (`kernels.tap`). Under JAX, on one device; elsewhere they pass unseen."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer, self.apply, self.tap = optimizer, optimizer.apply, tap.fresh()
        self.seen: list[str] = []  # paths of the variables, in the order of their gradients

    @classmethod
    def of(cls, optimizer: Any) -> tuple["Watched", bool]:
        """The one that stands before `optimizer`, put there if need be; whether it is new there."""
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # the outer one scales the loss, and gradients with it
        found = vars(optimizer).get("apply")
        if isinstance(found, cls):
            return found, False
        optimizer.apply = watched = cls(optimizer)
        return watched, True

    def __call__(self, grads: Sequence[Any], trainable_variables: Any = None) -> Any:
        variables = self.optimizer._trainable_variables if trainable_variables is None else list(trainable_variables)
        passing = {v.path: gradient for v, gradient in zip(variables, grads, strict=True) if gradient is not None}
        if passing and readable():
            self.seen = list(passing)
            nothing = tap.watch(self.tap, list(passing.values()), clipped(self.optimizer, list(passing.values())))
            batches = self.optimizer._iterations  # not `iterations`, which is no variable where gradients accumulate
            batches.assign_add(ops.cast(nothing, batches.dtype))
        return self.apply(grads, trainable_variables)

    def share_clipped(self) -> Figure:
        """Of the steps since the last call; None where nothing clips, or nothing was read."""
        steps, clips = tap.clips(self.tap)
        return clips / steps if steps and clipping(self.optimizer) else None

    def norms(self, squares: Any) -> dict[str, float]:
        """Of each weight's gradient, by its path. squares: what the tap read, (W, 1)."""
        return dict(zip(self.seen, np.sqrt(squares[:, 0]).tolist(), strict=True))


def readable() -> bool:
    """Whether the compiled module can look at gradients here."""
    on_jax = keras.backend.backend() == "jax" and keras.distribution.distribution() is None
    return on_jax and ffi.unavailable() is None


def clipping(optimizer: Any) -> bool:
    """Whether `optimizer` clips each batch's gradients."""
    limited = optimizer.clipnorm or optimizer.global_clipnorm or optimizer.clipvalue
    return bool(limited) and not optimizer.gradient_accumulation_steps


def clipped(optimizer: Any, gradients: list[Any]) -> Any:
    """Whether clipping changes any of them, () bool. In Keras's own terms, which XLA then computes once for both."""
    if optimizer.clipnorm:
        squares = [ops.sum(ops.square(gradient), None, keepdims=True) for gradient in gradients]
        return ops.any(ops.stack([ops.reshape(square, ()) for square in squares]) > optimizer.clipnorm**2)
    if optimizer.global_clipnorm:
        squares = [ops.sum(ops.square(gradient)) for gradient in gradients]
        return ops.sum(ops.stack(squares)) > optimizer.global_clipnorm**2
    if optimizer.clipvalue:
        return ops.any(ops.stack([ops.max(ops.abs(gradient)) > optimizer.clipvalue for gradient in gradients]))
    return ops.convert_to_tensor(False)
