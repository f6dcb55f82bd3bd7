"""One peer in a process of its own: python -m benchmarks.peers.worker PEER; the conductor speaks to it in lines of JSON.

    {"do": "prepare", "row": NAME, "task": TASK, "answer": FILE}  ->  {"first_s": seconds to the first result, with compilation}
    {"do": "turn"}                                                 ->  {"ms": milliseconds a step}

`prepare` writes the arrays of the first result into FILE (.npz); whoever compares them says whether a turn follows.
"""

import importlib
import importlib.metadata
import json
import os
import sys
import time
from typing import Any, TextIO

import numpy as np

from benchmarks.peers.registry import PEERS
from benchmarks.peers.workloads import Run, rows

TURN_S = 0.12  # a turn takes so long at least, unless the data are at an end
REST_S = 0.03  # before a turn: the others' threads spin a little after their work


class Worker:
    """Answers requests; holds one prepared run at a time."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.module = importlib.import_module(f"benchmarks.peers.{PEERS[peer].module}")
        self.rows = {row.name: row for row in rows()}
        self.run: Run | None = None
        self.most = self.count = 0  # steps of a turn; count 0: not known yet

    def prepare(self, row: str, task: str, answer: str) -> dict[str, Any]:
        self.run = None  # the last one's arrays go before the next one's come
        begin = time.perf_counter()
        run: Run = self.module.build(self.peer, self.rows[row], task)
        arrays = run.check()
        seconds = time.perf_counter() - begin
        np.savez(answer, **{name: np.asarray(array) for name, array in arrays.items()})
        self.run, self.most, self.count = run, self.rows[row].most(task), 0
        return {"first_s": seconds}

    def steps_of_a_turn(self, run: Run) -> int:
        """1, 2, 4 ... until they take TURN_S."""
        run.turn(1)  # Keras and XLA compile once more where the first call's arrays came from elsewhere
        count = 1
        while True:
            begin = time.perf_counter()
            run.turn(count)
            if count == self.most or time.perf_counter() - begin > TURN_S:
                return count
            count = min(2 * count, self.most)

    def turn(self) -> dict[str, Any]:
        assert self.run is not None, "prepared first"
        self.count = self.count or self.steps_of_a_turn(self.run)
        time.sleep(REST_S)
        begin = time.perf_counter()
        self.run.turn(self.count)
        return {"ms": 1e3 * (time.perf_counter() - begin) / self.count}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        do = request.pop("do")
        try:
            return self.prepare(**request) if do == "prepare" else self.turn()
        except Exception as error:  # told to the reader of the page; the next row may do better
            self.run = None
            return {"failed": f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]}


def serve(peer: str, requests: TextIO, replies: TextIO) -> None:
    worker = Worker(peer)
    versions = {name: importlib.metadata.version(name) for name in PEERS[peer].packages}
    print(json.dumps(versions | getattr(worker.module, "versions", dict)()), file=replies, flush=True)
    for line in requests:
        print(json.dumps(worker.answer(json.loads(line))), file=replies, flush=True)


if __name__ == "__main__":
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not end up among the replies
    serve(sys.argv[1], sys.stdin, replies)
