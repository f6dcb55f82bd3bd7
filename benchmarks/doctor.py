"""Does the doctor name the fault? BPTT_DATA=folder python -m benchmarks.doctor [--seed 21] [--only WORD] [--half 0] [--heal]

Trains a run for each planted fault and each healthy case (`planted/cases.py`), seconds each, and asks `bptt diagnose` for its
first finding. --heal: trains each curable one again as `bptt train --heal` does, and sets its score beside that of the same
case without the fault. Every result is a line of runs/doctor/SEED/results.jsonl: what was stopped goes on where it was; --half
0 and --half 1 are two processes. --page writes the tables of all results into docs/doctor.md. The rules were written with other
seeds.
"""

import argparse
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
import jax

from benchmarks.planted import cases
from benchmarks.planted.faults import Case
from benchmarks.planted.run import train
from benchmarks.planted.table import page
from bptt import experiment, healing
from bptt.trained import case_of

HOME = Path("runs/doctor")
INCURABLE = ("noisy_labels", "class_imbalance", "leak", "order_does_not_matter", "unfused_layer")  # by settings alone


def main() -> None:
    arguments = parse()
    data = Path(os.environ.get("BPTT_DATA", ""))
    if not (data / "uit_vsfc").is_dir():
        sys.exit("Set BPTT_DATA to a folder with uit_vsfc, aclImdb_train.tar.gz and phoner_covid19.")
    warnings.simplefilter("ignore")
    folder = HOME / str(arguments.seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate([*cases.planted(), *cases.healthy()]):
        if arguments.only in f"{case.cause or 'healthy'}-{case.name}" and number % 2 in arguments.half:
            look(case, arguments.seed, data, folder, arguments.heal)
            jax.clear_caches()
    if arguments.page:
        page(HOME, Path("docs/doctor.md"))


def look(case: Case, seed: int, data: Path, folder: Path, heal: bool) -> None:
    """Adds what comes of `case` to the results, unless it stands there."""
    results = folder / "results.jsonl"
    name = f"{case.cause or 'healthy'}-{case.name}"
    known = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    kind = "heal" if heal else "diagnose"
    if any((one["name"], one["kind"]) == (name, kind) for one in known) or (heal and not curable(case)):
        return
    started = time.perf_counter()
    run = train(case, seed, data, folder / name)
    found = healed(case, seed, data, folder, run) if heal else diagnosed(run)
    row = {
        "name": name,
        "kind": kind,
        "cause": case.cause,
        "seed": seed,
        **found,
        "seconds": round(time.perf_counter() - started, 1),
    }
    with results.open("a") as file:
        file.write(json.dumps(row) + "\n")
    print(json.dumps(row), flush=True)


def diagnosed(run: Path) -> dict[str, Any]:
    started = time.perf_counter()
    found = [(one.cause, round(one.confidence, 2)) for one in experiment.diagnose(run)]
    return {"found": found, "diagnosis_seconds": round(time.perf_counter() - started, 2)}


def curable(case: Case) -> bool:
    return bool(case.cause) and case.cause not in INCURABLE


def healed(case: Case, seed: int, data: Path, folder: Path, run: Path) -> dict[str, Any]:
    """The skill of the run with the fault, of that with the remedy, and of the same case without the fault."""
    second = healing.mend(run)
    healthy = train(cases.without(case), seed, data, folder / f"whole-{case.cause}-{case.name}")
    paths = {"before": run, "after": second.path if second else None, "healthy": healthy}
    return {name: accuracy(path) if path else None for name, path in paths.items()}


def accuracy(run: Path) -> float | None:
    """Share of the validation rows answered rightly; R squared of numbers."""
    score = case_of(run).score
    return getattr(score, "accuracy", getattr(score, "r2", None))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--only", default="")
    parser.add_argument("--half", type=lambda word: (int(word),), default=(0, 1))
    parser.add_argument("--heal", action="store_true")
    parser.add_argument("--page", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
