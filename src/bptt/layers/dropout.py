"""`keras.layers.Dropout` and `SpatialDropout1D` over our kernel."""

from typing import Any

import keras

from bptt import kernels
from bptt.kernels import Choice
from bptt.messages import _

Groups = tuple[int, int, int]  # of `kernels.draw_groups`


class _NativeDropout:
    """What both share: Keras's class keeps the arguments, the config and the seed generator; the draw is ours.

    The distribution and the seeding rules are Keras's, the bits are not: a fresh mask at each call, the same sequence of
    masks for the same seed, kept values divided by 1 - rate, nothing at prediction.
    """

    rate: float
    seed_generator: keras.random.SeedGenerator
    compute_dtype: str

    @property
    def kernel_choice(self) -> Choice:
        return self._choose(self.compute_dtype, self._groups(self._typical_shape()))

    def _choose(self, dtype: str, groups: Groups | None) -> Choice:
        unsupported = None if groups else _("one draw serves axes that do not stand together in noise_shape")
        distributed = keras.distribution.distribution() is not None
        return kernels.choose_elementwise(keras.backend.backend(), dtype, distributed, unsupported)

    def _groups(self, shape: tuple[int, ...]) -> Groups | None:
        return kernels.draw_groups(shape, self._noise_shape(shape))

    def _typical_shape(self) -> tuple[int, ...]:
        """A shape such as the layer will meet, to tell what it will do before it meets one."""
        raise NotImplementedError

    def _noise_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        raise NotImplementedError

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate in (0, 1):
            return super().call(inputs, training=training)  # type: ignore[misc]
        groups = self._groups(tuple(inputs.shape))
        if groups is None or self._choose(str(inputs.dtype), groups).kernel != "native":
            return super().call(inputs, training=training)  # type: ignore[misc]
        return kernels.dropout(self.rate, groups, inputs, self.seed_generator.next())


@keras.saving.register_keras_serializable(package="bptt")
class Dropout(_NativeDropout, keras.layers.Dropout):
    """Keras's Dropout, same arguments and config; any shape. `kernel_choice` tells which kernel draws."""

    def _typical_shape(self) -> tuple[int, ...]:
        return (2,) if self.noise_shape is None else tuple(2 if noise in (None, 1) else noise for noise in self.noise_shape)

    def _noise_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if self.noise_shape is None or len(self.noise_shape) != len(shape):
            return self.noise_shape or shape
        return tuple(n if noise is None else noise for n, noise in zip(shape, self.noise_shape, strict=True))


@keras.saving.register_keras_serializable(package="bptt")
class SpatialDropout1D(_NativeDropout, keras.layers.SpatialDropout1D):
    """Keras's SpatialDropout1D: input (B, T, D), whole features dropped over all time steps."""

    def _typical_shape(self) -> tuple[int, ...]:
        return (2, 2, 2)

    def _noise_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (shape[0], 1, shape[2])
