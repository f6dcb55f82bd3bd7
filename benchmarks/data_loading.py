"""Raw aclImdb_train.tar.gz to padded batches of ids: seconds and peak memory of a fresh process.

    BPTT_DATA=folder python benchmarks/data_loading.py [--runs 3]

The goal: at most 8 s and 1 GB on 2 cores. Every run is checked before its time is shown: each row once, the sizes known.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ARCHIVE = Path(os.environ.get("BPTT_DATA", ".")) / "aclImdb_train.tar.gz"
ROWS = 24_996


def main() -> None:
    """Runs the measurement in fresh processes and shows every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--once", action="store_true", help="measure in this process")
    arguments = parser.parse_args()
    if arguments.once:
        measure()
        return
    for _run in range(arguments.runs):
        subprocess.run([sys.executable, __file__, "--once"], check=True)


def measure() -> None:
    """Loads, fits, encodes and pads one epoch; the clock starts before bptt is imported."""
    started = time.perf_counter()
    from bptt import batches, data

    parts = data.load(data.DataConfig(source=str(ARCHIVE)))
    loaded = time.perf_counter()
    text = data.TextConfig()
    vocabulary, learned = data.Vocabulary.fit_encode(parts.train.inputs, text)
    fitted = time.perf_counter()
    held_out = vocabulary.encode(parts.validation.inputs)
    encoded = time.perf_counter()
    made = [
        batches.make(parts.train, learned, text, batch_size=64, seed=0, shuffle=True),
        batches.make(parts.validation, held_out, text, batch_size=64, seed=0, shuffle=False),
    ]
    rows = sum(len({row for batch in part.epoch(0) for row in batch.rows.tolist()}) for part in made)
    padded = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    if rows != ROWS or len(vocabulary) != text.vocabulary_size:
        sys.exit(f"WRONG: {rows} rows, {len(vocabulary)} words")
    print(
        f"{padded - started:.2f} s, {peak:.2f} GB: load {loaded - started:.2f} s, fit and encode {fitted - loaded:.2f} s, "
        f"encode validation {encoded - fitted:.2f} s, pad one epoch {padded - encoded:.2f} s"
    )


if __name__ == "__main__":
    main()
