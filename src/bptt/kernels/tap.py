"""Where somebody may look at a training step in passing: at the way back of a recurrence, and at an optimizer's gradients.

Each bears a tap, a number of its own, or 0 for none; the second direction of a pair that of the first with the sign turned. The
compiled module reads at taps while it `looks`; what it reads waits for `readings`. XLA computes beside Python: wait for the step
before and for the step itself, or the switch meets another step.
"""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bptt.kernels import compiled, ffi
from bptt.shapes import Floats

# Of each time step, over the rows for which it is real: the sum of the squares of dL/dh, all that reaches the state, and of h;
# the rows; how many units' states, and which of the gates and candidates, are saturated.
FIELDS = {
    "simple_rnn": ("gradient", "state", "real", "saturated"),
    "lstm": ("gradient", "state", "real", "saturated", "input", "forget", "candidate", "output"),
    "gru": ("gradient", "state", "real", "saturated", "candidate", "update", "reset"),
}
_numbers = itertools.count(1)


def fresh() -> int:
    """A tap that nobody bears yet."""
    return next(_numbers)


@contextmanager
def looking() -> Iterator[None]:
    """The compiled module reads at taps within."""
    compiled.module.look(True)
    try:
        yield
    finally:
        compiled.module.look(False)


def readings() -> list[tuple[int, Floats]]:
    """What was read since the last call: each tap, and its rows. Of a recurrence (T, FIELDS), of an optimizer (W, 1): the sum
    of the squares of each gradient."""
    return [(tap, np.reshape(values, (-1, width))) for tap, width, values in compiled.module.readings()]


def clips(tap: int) -> tuple[int, int]:
    """Steps of the optimizer since the last call, and those with clipped gradients."""
    steps, clipped = compiled.module.clips(tap)
    return steps, clipped


def watch(tap: int, gradients: Sequence[Any], clipped: Any) -> jax.Array:
    """Inside a compiled training step: gradients, of any shape, and whether they are clipped, () bool. Gives 0, () int32.

    XLA leaves out what nobody reads, so the step must add this 0 to something. (A call that XLA is told has an effect takes
    JAX's slow way out of Python: half a millisecond a step.)
    """
    dtype = np.dtype("float64" if jnp.result_type(*gradients) == jnp.float64 else "float32")
    arrays = [jnp.reshape(clipped, 1), *(jnp.reshape(gradient, -1).astype(dtype) for gradient in gradients)]
    zero = ffi.call("gradients", dtype, jax.ShapeDtypeStruct((1,), np.int32), *arrays, tap=np.int64(tap))
    return zero[0]
