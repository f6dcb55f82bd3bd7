"""LRU: a linear recurrence of complex numbers that turn and shrink, each at its own pace."""

import math
from typing import Any, ClassVar

import jax
import keras
from keras import ops

from bptt.kernels import diagonal
from bptt.layers.arguments import count
from bptt.layers.cell import Cell
from bptt.layers.cell_rnn import CellRNN
from bptt.messages import _

INSIDE = (1e-6, 1 - 1e-6)  # draws that no logarithm below makes infinite


def _normal(scale: float) -> dict[str, Any]:
    """The configuration of a normal initializer of variance scale / fan-in: each cell makes its own."""
    config = {"scale": scale, "mode": "fan_in", "distribution": "untruncated_normal", "seed": None}
    return {"class_name": "VarianceScaling", "config": config}


@keras.saving.register_keras_serializable(package="bptt")
class LRUCell(Cell):
    """x_t = lambda * x_{t-1} + gamma * (u_t B), y_t = Re(x_t C) + u_t D, u_t the input (Orvieto et al. 2023, appendix A).

    lambda = exp(-exp(nu_log) + i exp(theta_log)) (N,) stays inside the unit circle whatever is learned (section 3.3).
    gamma = exp(gamma_log), at first sqrt(1 - |lambda|^2), keeps slow states from growing large (section 3.4). Nothing here
    bends: put a nonlinear layer behind it, as the paper does; lambda and gamma learn at a smaller rate there.

    Complex numbers are pairs of reals: the weights `kernel` (D, 2N) are B, `output_kernel` (2N, H) is C, real halves first;
    `skip_kernel` (D, H) is D. The states are [y (B, H), Re x (B, N), Im x (B, N)]: y, for a masked step shows it again.
    lambda, gamma and x are computed in 32 bits at least, whatever the dtype policy: a decay of 0.999 is 1 in bfloat16.

    Args:
        units: H.
        state_units: N; None: as many as units.
        r_min, r_max: lambda is drawn evenly from the ring between these radii, 0 <= r_min <= r_max <= 1, r_min < 1. A state
            lives for 1 / (1 - |lambda|) steps: 0.9 and 0.999 for long memory.
        max_phase: its angle is drawn evenly from 0 to this, in radians, above 0; small for very long sequences (section 4.1).
        kernel_*, output_*, skip_*: initializers, regularizers and constraints of B, C and D; by default normal, of
            variances 1 / 2D, 1 / N and 1 / D.

    Raises ValueError for sizes below 1 and for a ring or a phase out of range.
    """

    LINEAR = True
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "state_units": None,
        "r_min": 0.0,
        "r_max": 1.0,
        "max_phase": 2 * math.pi,
        "kernel_initializer": _normal(0.5),
        "output_initializer": _normal(2.0),
        "skip_initializer": _normal(1.0),
        "kernel_regularizer": None,
        "output_regularizer": None,
        "skip_regularizer": None,
        "kernel_constraint": None,
        "output_constraint": None,
        "skip_constraint": None,
    }

    def __init__(self, units: int, **given: Any) -> None:
        super().__init__(units, **given)
        if not 0 <= self.r_min <= self.r_max <= 1 or self.r_min == 1:
            message = _("r_min is {low} and r_max {high}; expected 0 <= r_min <= r_max <= 1, and r_min below 1.")
            raise ValueError(message.format(low=self.r_min, high=self.r_max))
        if not self.max_phase > 0:
            message = _("max_phase is {phase}; expected an angle above 0, in radians.")
            raise ValueError(message.format(phase=self.max_phase))
        width = units if self.state_units is None else count("state_units", self.state_units)
        self.state_size = [units, width, width]

    def build(self, input_shape: Any) -> None:
        features, width = input_shape[-1], self.state_size[1]
        self.kernel = self.weight("kernel", (features, 2 * width))
        self.output_kernel = self.weight("output_kernel", (2 * width, self.units), "output")
        self.skip_kernel = self.weight("skip_kernel", (features, self.units), "skip")
        ring = _Ring(self.r_min, self.r_max, self.max_phase)
        for name in ("nu_log", "theta_log", "gamma_log"):
            exact = {"dtype": self._wide, "autocast": False}
            setattr(self, name, self.add_weight(name=name, shape=(width,), initializer=getattr(ring, name), **exact))

    @property
    def _wide(self) -> str:
        return "float64" if self.compute_dtype == "float64" else "float32"

    def call(self, inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """(y_t, [y_t, Re x_t, Im x_t]) from u_t (B, D) and the states a step before."""
        decay_real, decay_imag = self._decay()
        real, imag = (ops.cast(state, self._wide) for state in states[1:])
        drive_real, drive_imag = self._driven(inputs)
        after = (decay_real * real - decay_imag * imag + drive_real, decay_real * imag + decay_imag * real + drive_imag)
        real, imag = (ops.cast(state, self.compute_dtype) for state in after)
        shown = self._shown(real, imag, inputs)
        return shown, [shown, real, imag]

    def all_steps(self, sequences: Any, states: list[Any], mask: Any, every: bool) -> tuple[Any, list[Any]]:
        decay, drive = jax.lax.complex(*self._decay()), jax.lax.complex(*self._driven(sequences))
        first = jax.lax.complex(*(ops.cast(state, self._wide) for state in states[1:]))
        turned = diagonal.recurrence(decay, drive, first, mask)
        real, imag = (ops.cast(part, self.compute_dtype) for part in (turned.real, turned.imag))
        last = [real[:, -1], imag[:, -1]]
        if mask is not None:  # a masked step shows the last real one again, with its input
            nothing = ops.zeros_like(sequences[:, 0])
            sequences = diagonal.recurrence(nothing[0], sequences, nothing, mask)
        if not every:
            sequences, real, imag = sequences[:, -1:], real[:, -1:], imag[:, -1:]
        shown = self._shown(real, imag, sequences)
        if mask is not None:
            begun = ops.cumsum(ops.cast(mask, "int32"), axis=1)[:, -shown.shape[1] :, None] > 0
            shown = ops.where(begun, shown, states[0][:, None])
        return shown, [shown[:, -1], *last]

    def _decay(self) -> tuple[Any, Any]:
        """The real and the imaginary part of lambda."""
        decay = ops.exp(-ops.exp(self.nu_log) + 1j * ops.exp(self.theta_log))
        return ops.real(decay), ops.imag(decay)

    def _driven(self, inputs: Any) -> tuple[Any, Any]:
        """The real and the imaginary part of gamma * (u B), of one step or of all."""
        gamma = ops.exp(self.gamma_log)
        real, imag = ops.split(ops.cast(ops.matmul(inputs, self.computed(self.kernel)), self._wide), 2, axis=-1)
        return gamma * real, gamma * imag

    def _shown(self, real: Any, imag: Any, inputs: Any) -> Any:
        """y = Re(x C) + u D, of one step or of all."""
        output_real, output_imag = ops.split(self.computed(self.output_kernel), 2, axis=0)
        skipped = ops.matmul(inputs, self.computed(self.skip_kernel))
        return ops.matmul(real, output_real) - ops.matmul(imag, output_imag) + skipped


class _Ring:
    """Initializers of lambda and gamma, on one draw (Orvieto et al. 2023, lemma 3.2 and equation 7)."""

    def __init__(self, r_min: float, r_max: float, max_phase: float) -> None:
        self._r_min, self._r_max, self._max_phase = r_min, r_max, max_phase
        self._area, self._turn = (keras.initializers.RandomUniform(*INSIDE) for _ in range(2))  # each gives one draw, always

    def nu_log(self, shape: Any, dtype: Any = None) -> Any:
        """log(-log |lambda|), |lambda|^2 uniform between the squares of the radii; by log1p, for |lambda| near 1."""
        inwards = 1 - self._r_max**2 + self._area(shape, dtype=dtype) * (self._r_max**2 - self._r_min**2)
        return ops.log(-0.5 * ops.log1p(-inwards))

    def theta_log(self, shape: Any, dtype: Any = None) -> Any:
        """The logarithm of the angle."""
        return ops.log(self._max_phase * self._turn(shape, dtype=dtype))

    def gamma_log(self, shape: Any, dtype: Any = None) -> Any:
        """log sqrt(1 - |lambda|^2)."""
        return 0.5 * ops.log(-ops.expm1(-2 * ops.exp(self.nu_log(shape, dtype=dtype))))


@keras.saving.register_keras_serializable(package="bptt")
class LRU(CellRNN):
    """A recurrent layer of `LRUCell` (Orvieto et al. 2023), with its arguments and those of Keras's RNN.

        layers.LRU(64, r_min=0.9, r_max=0.999, return_sequences=True)

    Input (B, T, D); output (B, H), or (B, T, H) with `return_sequences`. `initial_state` and `return_state`: [y, Re x, Im x].
    """

    CELL = LRUCell
