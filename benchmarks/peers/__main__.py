"""How fast are our layers beside everybody else's? python -m benchmarks.peers [PEER ...]; `make peers` makes their environment.

Measures what is not measured yet for the present kernels and layers, line by line, and keeps it in measured.json: a run may be
stopped at any time and started again. PEERs that are named are measured again. In the end the page is written, peers.md.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.peers import page
from benchmarks.peers.conduct import ROOT, Process, measure
from benchmarks.peers.registry import OURS, PEERS, REFERENCE, THREADS
from benchmarks.peers.workloads import Row, rows

MEASURED = Path(__file__).with_name("measured.json")
PAGE = ROOT / "benchmarks" / "peers.md"


class Workers(dict[str, Process]):
    """Started when first asked for."""

    def __missing__(self, peer: str) -> Process:
        self[peer] = Process(peer)
        return self[peer]


def sources() -> str:
    """A fingerprint of what is measured: another one makes the old figures void."""
    folders = ("src/bptt/kernels", "src/bptt/layers", "native/include", "native/src", "native/binding")
    digest = hashlib.sha256(Path(__file__).with_name("workloads.py").read_bytes())
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*")):
        if path.suffix in {".py", ".h", ".cc"}:
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if sys.platform == "linux" else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


def earlier(header: dict[str, Any]) -> dict[str, Any]:
    """What was measured before under the same header, else nothing."""
    kept: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    if kept.get("header") == header:
        return kept
    if kept:
        print("measured.json is of other sources, another machine or other threads: everything is measured anew")
    return {"header": header, "versions": {}, "lines": {}}


def save(kept: dict[str, Any]) -> None:
    kept["date"] = datetime.datetime.now(datetime.UTC).date().isoformat()
    draft = MEASURED.with_suffix(".new")
    draft.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, MEASURED)


def wanted(kept: dict[str, Any], again: list[str]) -> list[tuple[Row, str, list[str]]]:
    """Row, task, and the peers to measure: those named, or else those without an entry."""
    todo = []
    for row in rows():
        for task in row.tasks:
            there = kept["lines"].get(f"{row.name} {task}", {})
            can = [name for name in PEERS if name not in (OURS, REFERENCE) and PEERS[name].can(row, task)]
            peers = [name for name in can if (name in again if again else name not in there)]
            if peers:
                todo.append((row, task, peers))
    return todo


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peers", nargs="*", help=", ".join(name for name in PEERS if name not in (OURS, REFERENCE)))
    parser.add_argument("--rounds", type=int, default=5, help="turns of each peer a line")
    parser.add_argument("--rows", default="", help="only rows whose name contains this")
    parser.add_argument("--minutes", type=float, default=60, help="begin no line after so long")
    args = parser.parse_args()
    if unknown := set(args.peers) - set(PEERS) | set(args.peers) & {OURS, REFERENCE}:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    begin, workers = time.monotonic(), Workers()
    kept = earlier({"sources": sources(), "processor": processor(), "threads": THREADS})
    todo = [line for line in wanted(kept, args.peers) if args.rows in line[0].name]
    for row, task, peers in todo:
        if time.monotonic() - begin > 60 * args.minutes:
            print("stopped after the minutes given; the same command goes on from here")
            break
        entries = measure(workers, row, task, peers, args.rounds)
        kept["lines"].setdefault(f"{row.name} {task}", {}).update(entries)
        kept["versions"] |= {name: worker.versions for name, worker in workers.items()}
        save(kept)
        told = ", ".join(f"{name} {page.cell(entry)}" for name, entry in entries.items())
        print(f"{time.monotonic() - begin:5.0f} s  {row.name} {task}: {told}", flush=True)
    for worker in workers.values():
        worker.close()
    PAGE.write_text(page.page(kept), encoding="utf-8")
    wrong = [name for line in kept["lines"].values() for name, entry in line.items() if "ms" not in entry]
    sys.exit(f"not timed, WRONG or FAILED: {len(wrong)}, see {PAGE.name}" if wrong else 0)


if __name__ == "__main__":
    main()
