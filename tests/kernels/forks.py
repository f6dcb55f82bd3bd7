"""Forks again and again while another thread calls the kernels; each child calls them, and must get the parent's bits.

python -m tests.kernels.forks COUNT
"""

import os
import signal
import sys
import threading
import warnings

from bptt.kernels import Options, direct
from tests.kernels.strategies import Case, draw_problem

PROBLEM = draw_problem(Case(70, 5, 3, 7, masked=True, options=Options("lstm", return_sequences=True))).cast("float32")


def bits() -> bytes:
    """Of a pass forward and backward, three slices of rows on as many threads as there are."""
    p = PROBLEM
    arrays = (p.inputs, p.weights, p.states, p.mask, p.drops, p.seed)
    states, sequence, kept = direct.forward(p.options, *arrays, differentiated=True)
    inputs, weights, _ = direct.backward(p.options, arrays, sequence, kept, p.d_states, p.d_sequence)
    return b"".join(array.tobytes() for array in (*states, sequence, inputs, weights.kernel))


def child(want: bytes) -> None:
    signal.alarm(20)  # a call that hangs ends the child
    os._exit(0 if bits() == want else 1)


def main(count: int) -> None:
    warnings.simplefilter("ignore")  # JAX's, that a fork is no place for JAX
    want, over = bits(), threading.Event()

    def keep_calling() -> None:
        while not over.is_set():
            bits()

    sys.setswitchinterval(1e-4)
    caller = threading.Thread(target=keep_calling)
    caller.start()
    try:
        for number in range(count):
            pid = os.fork()
            if pid == 0:
                child(want)
            status = os.waitpid(pid, 0)[1]
            assert status == 0, f"child {number} ended with status {status}"
    finally:
        over.set()
        caller.join()
    print(count)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
