"""Checks and times: one process a peer, all on the same two cores, in turn A B C A B C ..., so that a drift hits all alike."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchmarks.peers.registry import OURS, PEERS, REFERENCE, THREADS
from benchmarks.peers.workloads import Arrays, Row, weights

ROOT = Path(__file__).parents[2]
# Of an array, in the Euclidean norm, relative to the reference in float64. A weight's step is a float32 difference: less exact.
TOLERANCE = {"train": 2e-3, "predict": 1e-4, "stream": 1e-4, "forward": 1e-4, "gradients": 1e-4}
Entry = dict[str, Any]  # of one peer in one line: "first_s" with "ms" and "ours_ms", or "wrong", or "failed"


class Asked(Protocol):
    """A worker, or what a test puts in its place."""

    def ask(self, do: str, **more: str) -> dict[str, Any]: ...


class Process:
    """A worker process, started at its first request."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        home = ROOT / (".venv" if PEERS[peer].ours else ".venv-peers")
        threads = {name: str(THREADS) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")}
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
        environment = os.environ | threads | quiet | PEERS[peer].environment
        command = [home / "bin" / "python", "-m", "benchmarks.peers.worker", peer]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, env=environment, text=True)
        self.versions: dict[str, str] = self.reply()

    def reply(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"failed": f"the process ended with {self.process.wait()}"}

    def ask(self, do: str, **more: str) -> dict[str, Any]:
        assert self.process.stdin
        try:
            print(json.dumps({"do": do, **more}), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            return {"failed": "the process ended"}
        return self.reply()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def difference(found: Arrays, expected: Arrays, start: Arrays) -> float:
    """The largest relative difference of any array, of weights that of their change since `start`; infinite for no number."""
    if set(found) != set(expected):
        return float("inf")
    worst = 0.0
    for name, truth in expected.items():
        given = np.asarray(found[name], "float64")
        if given.shape != truth.shape or not np.isfinite(given).all():
            return float("inf")
        change = truth - start.get(name, np.zeros(1))
        worst = max(worst, float(np.linalg.norm(given - truth) / max(np.linalg.norm(change), 1e-12)))
    return worst


def prepare(worker: Asked, row: Row, task: str, expected: Arrays, start: Arrays, file: Path) -> Entry:
    """An entry that may be timed (it has "ms"), or says why not."""
    reply = worker.ask("prepare", row=row.name, task=task, answer=str(file))
    if "failed" in reply:
        return reply
    apart = difference(load(file), expected, start)
    if not apart <= TOLERANCE[task]:
        return {"wrong": f"differs by {apart:.1e} from the reference, {TOLERANCE[task]:.0e} is allowed"}
    return {"first_s": round(reply["first_s"], 3), "difference": float(f"{apart:.1e}"), "ms": []}


def load(file: Path) -> Arrays:
    with np.load(file) as arrays:
        return dict(arrays)


def measure(workers: dict[str, Asked], row: Row, task: str, peers: Iterable[str], rounds: int) -> dict[str, Entry]:
    """The entries of one line: ours and `peers`. Only what is right is timed, and nothing where ours is not."""
    entries: dict[str, Entry] = {}
    start = {name: array.astype("float64") for name, array in weights(row).items()} if task == "train" else {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answer.npz"
        workers[REFERENCE].ask("prepare", row=row.name, task=task, answer=str(file))
        expected = load(file)
        for name in (OURS, *peers):
            entries[name] = prepare(workers[name], row, task, expected, start, file)
            if "ms" not in entries[OURS]:
                return entries
    for _ in range(rounds):
        for name in [name for name in entries if "ms" in entries[name]]:
            reply = workers[name].ask("turn")
            if "failed" in reply:
                entries[name] = reply
            else:
                entries[name]["ms"].append(float(f"{reply['ms']:.4g}"))
    for name, entry in entries.items():
        if name != OURS and "ms" in entry:
            entry["ours_ms"] = entries[OURS].get("ms", [])
    return entries
