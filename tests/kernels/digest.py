"""Runs every kernel in a process of its own and prints, as JSON, the threads at work and a SHA-256 of every result's bits.

python -m tests.kernels.digest
"""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bptt import kernels
from bptt.kernels import Options, compiled, ffi, native
from tests.kernels.parity import check, computed
from tests.kernels.strategies import Case, draw_problem

RECURRENCES = {
    "dense": Case(150, 40, 33, 65, masked=True, options=Options(go_backwards=True, return_sequences=True)),
    "tokens": Case(64, 60, 20, 33, vocabulary=3000, masked=True, options=Options(activation="relu", return_sequences=True)),
    "state": Case(70, 9, 5, 7, masked=True),
    "lstm": Case(70, 40, 20, 33, vocabulary=3000, masked=True, options=Options("lstm", zoneout=0.2, training=True)),
    "gru": Case(70, 40, 20, 33, masked=True, options=Options("gru", return_sequences=True), drops=(3, 3)),
    "reset before": Case(70, 9, 5, 7, masked=True, options=Options("gru", reset_after=False)),
    "normed": Case(70, 20, 0, 33, masked=True, options=Options("lstm"), projected=True, norm=True),
}


def threads() -> int:
    """How many threads XLA's pool for kernels has, by the name that it gives them."""
    return sum("XLAEigen" in (task / "comm").read_text() for task in Path("/proc/self/task").iterdir())


def elementwise() -> dict[str, Any]:
    rng, seed = np.random.default_rng(0), np.array([1, 2], np.uint32)
    flat, rows = rng.normal(size=100_003).astype("float32"), rng.normal(size=(2000, 50)).astype("float32")
    spatial = kernels.draw_groups((40, 50, 50), (40, 1, 50))
    weights = jnp.arange(50.0) / 7, jnp.ones(50)
    normed, backward = jax.vjp(lambda *a: kernels.layer_norm(1e-3, *a), rows, *weights)
    names = ("dropout", "spatial", "norm", "d_norm", "d_gamma", "d_beta")
    dropped = (kernels.dropout(0.3, (1, 1, flat.size), flat, seed), kernels.dropout(0.3, spatial, rows, seed))
    return dict(zip(names, (*dropped, normed, *backward(rows[::-1])), strict=True))


def results() -> dict[str, Any]:
    """Every kernel's results and gradients, the recurrences' held to the reference first."""
    found = elementwise()
    for label, case in RECURRENCES.items():
        problem = draw_problem(case, seed=7)
        for dtype in ("float32", "float64"):
            check(native.recurrence, problem, dtype)
            found |= {f"{label} {dtype} {name}": value for name, value in computed(native.recurrence, problem, dtype).items()}
    return found | {f"narrow {name}": value for name, value in narrow().items()}


def narrow() -> dict[str, Any]:
    """Products in bfloat16; where this level has none, the bits of float32."""
    case = RECURRENCES["gru"]
    wide, found = (
        computed(native.recurrence, draw_problem(replace(case, options=replace(case.options, narrow=on)), seed=7), "float32")
        for on in (False, True)
    )
    assert all(np.array_equal(wide[name], found[name]) != compiled.narrows(case.units) for name in wide)
    return found


def main() -> None:
    assert ffi.unavailable() is None
    hashes = {name: hashlib.sha256(np.asarray(value).tobytes()).hexdigest() for name, value in results().items()}
    print(json.dumps({"threads": threads(), "level": compiled.level(), "hashes": hashes}))  # noqa: T201


if __name__ == "__main__":
    main()
