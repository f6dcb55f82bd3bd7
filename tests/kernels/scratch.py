"""Run as a program: how resident memory grows over calls that need more and more scratch."""

import json
import sys

import jax.numpy as jnp
import numpy as np

from benchmarks.memory import status
from bptt.kernels import Options, Tokens, native
from bptt.kernels.options import Weights

B, T, D, H = 64, 400, 8, 512
WORDS = range(2000, 20_001, 2000)


def call(table: jnp.ndarray, words: int) -> None:
    """The kernel projects each distinct word of the batch: `words` x H floats of scratch."""
    ids = jnp.asarray(np.arange(B * T).reshape(B, T) % words, jnp.int32)
    weights = Weights(jnp.full((D, H), 0.1), jnp.zeros((H, H)), jnp.zeros(H))
    (state,), _ = native.recurrence(Options(), Tokens(ids, table), weights, (jnp.zeros((B, H)),))
    state.block_until_ready()


if __name__ == "__main__":
    table = jnp.ones((max(WORDS), D))
    call(table, 1)
    before = status("VmRSS")
    for words in WORDS:
        call(table, words)
    sys.stdout.write(json.dumps({"grown": status("VmRSS") - before, "largest": 4 * max(WORDS) * H}))
