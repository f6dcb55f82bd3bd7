"""The kernels against JAX's own, checked and then timed: python -m benchmarks [--rounds N]

A wrong kernel is not timed: its line says WRONG and the exit code is 1. Each time is the minimum over the rounds, ours and
JAX's in turn. `peak` is the share of this machine's own matrix-product speed, measured first as the best of 2048 x 2048
float32 products; the work counted is that of the products alone (2 B T H (D + H) forward, three times that with backward;
behind an Embedding, U distinct words instead of B T steps for the D part).
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bptt import kernels
from bptt.kernels import Options, Tokens, compiled, ffi, native, scan
from bptt.kernels.options import Weights

B, T, V = 128, 200, 10_000
CASES = [  # name, features, units, return_sequences, by ids, share of real steps
    ("embedding 128 -> 64, last", 128, 64, False, True, 1.0),
    ("embedding 128 -> 128, sequence", 128, 128, True, True, 1.0),
    ("embedding 128 -> 64, a quarter real", 128, 64, False, True, 0.25),
    ("dense 128 -> 64, sequence", 128, 64, True, False, 1.0),
    ("dense 64 -> 32, sequence", 64, 32, True, False, 1.0),
    ("dense 32 -> 16, last", 32, 16, False, False, 1.0),
]
Function = Callable[..., Any]


def best(function: Function, arguments: Any, rounds: int) -> float:
    """Seconds of the fastest of `rounds` calls."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        jax.block_until_ready(function(*arguments))
        times.append(time.perf_counter() - begin)
    return min(times)


def matrix_peak(rng: np.random.Generator) -> float:
    """Floating-point operations a second of this machine's best large product."""
    a = jnp.asarray(rng.normal(size=(2048, 2048)), jnp.float32)
    product = jax.jit(lambda a: a @ a)
    jax.block_until_ready(product(a))
    return 2 * 2048**3 / best(product, (a,), 12)


def arrays(rng: np.random.Generator, features: int, units: int, by_ids: bool, share: float) -> tuple[Any, ...]:
    def normal(*shape: int, scale: float = 0.1) -> jax.Array:
        return jnp.asarray(rng.normal(size=shape) * scale, jnp.float32)

    ids = jnp.asarray(np.minimum(rng.zipf(1.2, (B, T)), 10**6) % (V - 1) + 1, jnp.int32)
    inputs = Tokens(ids, normal(V, features, scale=1.0)) if by_ids else normal(B, T, features, scale=1.0)
    lengths = rng.integers(1, int(2 * share * T), B)
    mask = None if share == 1 else jnp.asarray(np.arange(T) < lengths[:, None])
    recurrent = jnp.asarray(np.linalg.qr(rng.normal(size=(units, units)))[0], jnp.float32)
    return inputs, Weights(normal(features, units), recurrent, normal(units)), (normal(B, units),), mask


def loss_of(recurrence: Function, options: Options, inputs: Any, mask: Any, weight: jax.Array) -> Function:
    def loss(trained: Any, weights: Weights, states: Any) -> jax.Array:
        given = Tokens(inputs.ids, trained) if isinstance(inputs, Tokens) else trained
        (state,), sequence = recurrence(options, given, weights, states, mask)
        return jnp.vdot(state if sequence is None else sequence, weight)

    return loss


def work(inputs: Any, features: int, units: int, mask: Any) -> float:
    """Floating-point operations of one forward pass."""
    steps = B * T if mask is None else int(np.asarray(mask).sum())
    projected = steps
    if isinstance(inputs, Tokens):
        ids = np.asarray(inputs.ids)
        projected = len(np.unique(ids if mask is None else ids[np.asarray(mask)]))
    return 2.0 * units * (steps * units + projected * features)


def disagreement(ours: Any, theirs: Any) -> float:
    """Largest relative difference, over all arrays, in the Euclidean norm."""
    pairs = zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True)
    return max(float(jnp.linalg.norm(a - b) / jnp.maximum(jnp.linalg.norm(b), 1e-12)) for a, b in pairs)


def run_case(rng: np.random.Generator, case: tuple[Any, ...], peak: float, rounds: int) -> bool:
    name, features, units, sequences, by_ids, share = case
    options = Options(return_sequences=sequences)
    inputs, weights, states, mask = arrays(rng, features, units, by_ids, share)
    weight = jnp.asarray(rng.normal(size=(B, T, units) if sequences else (B, units)), jnp.float32)
    trained = (inputs.table if by_ids else inputs, weights, states)
    pair = [loss_of(kernel.recurrence, options, inputs, mask, weight) for kernel in (native, scan)]
    forward = [jax.jit(loss) for loss in pair]
    backward = [jax.jit(jax.value_and_grad(loss, argnums=(0, 1, 2))) for loss in pair]
    wrong = disagreement(*(f(*trained)[1] for f in backward))
    if not wrong < 1e-4:
        print(f"{name:38} WRONG, not timed: gradients differ by {wrong:.1e}")
        return False
    operations = work(inputs, features, units, mask)
    for what, functions, factor in (("forward", forward, 1), ("with backward", backward, 3)):
        ours, theirs = (best(f, trained, rounds) for f in functions)
        share_of_peak = factor * operations / ours / peak
        print(f"{name:38} {what:14} {1e3 * ours:8.2f} {1e3 * theirs:8.2f} {theirs / ours:6.1f} {share_of_peak:6.0%}", flush=True)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    reason = ffi.unavailable()
    if reason:
        sys.exit(reason)
    rng = np.random.default_rng(0)
    peak = matrix_peak(rng)
    print(f"{compiled.level()}, batch {B}, {T} steps, {V} words; products here reach {peak / 1e9:.0f} GFLOP/s")
    print(f"{'case':38} {'':14} {'ours ms':>8} {'scan ms':>8} {'ratio':>6} {'peak':>6}")
    right = [run_case(rng, case, peak, rounds) for case in CASES]
    x = jnp.asarray(rng.normal(size=(B, T, 128)), jnp.float32)
    key, seed = jax.random.key(0), jnp.asarray([1, 2], jnp.uint32)
    ours = jax.jit(lambda x: kernels.dropout(0.3, (1, 1, x.size), x, seed))
    theirs = jax.jit(lambda x: jnp.where(jax.random.bernoulli(key, 0.7, x.shape), x / 0.7, 0))
    kept = float((ours(x) != 0).mean())
    if abs(kept - 0.7) > 0.005 or not np.allclose(ours(x)[ours(x) != 0], (x / 0.7)[ours(x) != 0], rtol=1e-6):
        print(f"dropout WRONG, not timed: kept {kept:.3f}, expected 0.7 of the elements, divided by 0.7")
        sys.exit(1)
    a, b = best(ours, (x,), rounds), best(theirs, (x,), rounds)
    print(f"{'dropout on (128, 200, 128)':38} {'forward':14} {1e3 * a:8.2f} {1e3 * b:8.2f} {b / a:6.1f}")
    sys.exit(not all(right))


if __name__ == "__main__":
    main()
