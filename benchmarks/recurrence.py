"""The recurrence alone, forward and backward: python -m benchmarks.recurrence [peak options threads lines]

peak     share of the largest rate that a matrix product reaches here, in the same run; counted are the 6 B T G H^2
         operations of the recurrence (inputs are projected already); beside it the time with products in bfloat16
options  time with recurrent dropout, zoneout or layer normalisation over the time without
threads  time on one thread over the time on two
lines    time against T, B and the number of layers, drawn into docs/scaling.svg

Everything is checked against `lax.scan` on a smaller batch before it is timed: a wrong result ends the program with code 1.
Calls are direct, on arrays that stay: what is timed is the kernel, not the memory of whoever calls it. Each time is the
minimum of its rounds, rivals in turn.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bptt.kernels import GATES, direct, scan, signature
from bptt.kernels.options import STATES, Drops, Norm, Options, Weights

B, T, ROUNDS = 128, 200, 7
PICTURE = "docs/scaling.svg"
Call = Callable[[], Any]


class Shelf:
    """Result arrays in the order in which they are asked for; after `again` the same ones."""

    def __init__(self) -> None:
        self.arrays: list[Any] = []
        self.next = 0

    def again(self) -> None:
        self.next = 0

    def empty(self, shape: Any, dtype: Any) -> Any:
        if self.next == len(self.arrays):
            self.arrays.append(np.zeros(shape, dtype))
        self.next += 1
        return self.arrays[self.next - 1]


def problem(options: Options, batch: int, time_steps: int, units: int, extra: str = "") -> tuple[Any, ...]:
    """Arguments of a recurrence on projected inputs; `extra` is "dropout" or "norm"."""
    rng, gates = np.random.default_rng(0), GATES[options.cell]

    def normal(*shape: int, scale: float = 1.0) -> Any:
        return (rng.standard_normal(shape, np.float32) * np.float32(scale)).astype(np.float32)

    recurrent = np.concatenate([np.linalg.qr(normal(units, units))[0] for _ in range(gates)], axis=1)
    bias = normal(2, gates * units, scale=0.1) if options.cell == "gru" else normal(gates * units, scale=0.1)
    state_norm = (normal(units) + 1, normal(units)) if options.cell == "lstm" else (None, None)
    norm = Norm(normal(gates * units) + 1, *state_norm) if extra == "norm" else None
    masks = 1 if gates == 1 else gates
    drops = Drops(
        None, (rng.random((masks, batch, units)) < 0.8).astype("float32") / np.float32(0.8) if extra == "dropout" else None
    )
    states = tuple(normal(batch, units) for _ in range(STATES[options.cell]))
    seed = np.array([1, 2], np.uint32)
    return normal(batch, time_steps, gates * units), Weights(None, recurrent, bias, norm), states, None, drops, seed


def training_step(options: Options, arrays: tuple[Any, ...], count: int | None = None) -> Call:
    """Forward and backward with the gradient of the last state, on arrays that stay."""
    given, shelf = signature.operands(options, arrays), Shelf()
    d_states = (*(np.ones_like(state) for state in arrays[2]), None)[:2]

    def step() -> None:
        shelf.again()
        made = direct.run_forward(options, given, True, shelf.empty, count)
        direct.run_backward(options, given, made, d_states, None, shelf.empty, count)

    return step


def check(options: Options, units: int, extra: str = "") -> None:
    """Ends the program where a gradient is not that of `lax.scan`."""
    arrays = problem(options, 20, 30, units, extra)
    _, sequence, kept = direct.forward(options, *arrays, differentiated=True)
    found = direct.backward(options, arrays, sequence, kept, tuple(np.ones_like(state) for state in arrays[2]))

    def total(inputs: Any, weights: Any, states: Any) -> Any:
        wide = replace(options, narrow=False)
        return sum(jnp.sum(state) for state in scan.recurrence(wide, inputs, weights, states, *arrays[3:])[0])

    expected = jax.jit(jax.grad(total, argnums=(0, 1, 2)))(*arrays[:3])
    pairs = zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True)
    worst = max(float(np.linalg.norm(a - b) / max(np.linalg.norm(b), 1e-9)) for a, b in pairs)
    limit = 30**0.5 / 256 if options.narrow else 1e-4  # docs/kernels.md: the gradient of the first state's own bound
    if not worst < limit:
        sys.exit(f"{options.cell} {extra} WRONG, not timed: gradients differ by {worst:.1e}")


def seconds(calls: Sequence[Call], rounds: int = ROUNDS) -> list[float]:
    """The fastest round of each call, all in turn; the first round is not counted."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds + 1):
        for call, own in zip(calls, times, strict=True):
            begin = time.perf_counter()
            call()
            own.append(time.perf_counter() - begin)
    return [min(own[1:]) for own in times]


def product() -> Call:
    a = jnp.asarray(np.random.default_rng(0).normal(size=(2048, 2048)), jnp.float32)
    multiply = jax.jit(lambda a: a @ a)
    return lambda: jax.block_until_ready(multiply(a))


def peak() -> None:
    print(f"{'cell':12} {'units':>5} {'ms':>8} {'GFLOP/s':>8} {'of peak':>8} {'bfloat16 ms':>12} {'times as fast':>14}")
    for cell in GATES:
        for units in (128, 256, 512):
            wide, narrow = Options(cell), Options(cell, narrow=True)
            check(wide, units)
            check(narrow, units)
            arrays = problem(wide, B, T, units)
            largest, ours, narrowed = seconds([product(), training_step(wide, arrays), training_step(narrow, arrays)])
            rate, best = 6 * B * T * GATES[cell] * units**2 / ours, 2 * 2048**3 / largest
            print(f"{cell:12} {units:5} {1e3 * ours:8.1f} {rate / 1e9:8.0f} {rate / best:8.0%}", end=" ")
            print(f"{1e3 * narrowed:12.1f} {ours / narrowed:14.2f}", flush=True)


def options() -> None:
    zones = {"simple_rnn": {"zoneout": 0.1}, "lstm": {"zoneout": 0.1, "zoneout_cell": 0.1}, "gru": {"zoneout": 0.1}}
    print(f"{'cell':12} {'units':>5} {'dropout':>8} {'zoneout':>8} {'norm':>8}  (times the time without)")
    for cell in GATES:
        for units in (64, 256):
            plain, zoned = Options(cell), Options(cell, training=True, **zones[cell])
            asked = [(plain, ""), (plain, "dropout"), (zoned, ""), (plain, "norm")]
            for one, extra in asked:
                check(one, units, extra)
            times = seconds([training_step(one, problem(one, B, T, units, extra)) for one, extra in asked])
            print(f"{cell:12} {units:5} " + " ".join(f"{t / times[0]:8.2f}" for t in times[1:]), flush=True)


def threads() -> None:
    print(f"{'cell':12} {'units':>5} {'one ms':>8} {'two ms':>8} {'ratio':>6}")
    for cell in GATES:
        for units in (64, 256):
            arrays = problem(Options(cell), B, T, units)
            check(Options(cell), units)
            one, two = seconds([training_step(Options(cell), arrays, count) for count in (1, 2)])
            print(f"{cell:12} {units:5} {1e3 * one:8.1f} {1e3 * two:8.1f} {one / two:6.2f}", flush=True)


def lines() -> None:
    """T, B and layers, each from its base to eight times that; a straight line through 0 is what linear means."""
    from matplotlib import pyplot as plt

    lstm = Options("lstm")
    check(lstm, 64)
    base = {"T": (64, lambda n: [(32, n)]), "B": (16, lambda n: [(n, 100)]), "layers": (1, lambda n: [(32, 100)] * n)}
    figure, axes = plt.subplots(1, 3, figsize=(10, 3), constrained_layout=True)
    for (name, (first, shapes)), axis in zip(base.items(), axes, strict=True):
        sizes = [first * k for k in (1, 2, 4, 6, 8)]
        calls = [[training_step(lstm, problem(lstm, b, t, 64)) for b, t in shapes(n)] for n in sizes]
        times = seconds([lambda steps=steps: [step() for step in steps] for steps in calls])
        print(f"{name:8} " + " ".join(f"{n}: {1e3 * t:.2f} ms" for n, t in zip(sizes, times, strict=True)))
        print(f"{'':8} eight times the size takes {times[-1] / times[0]:.1f} times as long")
        axis.plot(sizes, [1e3 * t for t in times], marker="o")
        axis.set(xlabel=name, ylabel="ms, forward and backward", xlim=(0, None), ylim=(0, None))
    figure.savefig(PICTURE)
    print(f"drawn: {PICTURE}")


def main() -> None:
    parts = {"peak": peak, "options": options, "threads": threads, "lines": lines}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *parts], help=", ".join(parts))
    for name in parser.parse_args().parts or parts:
        parts[name]()


if __name__ == "__main__":
    main()
