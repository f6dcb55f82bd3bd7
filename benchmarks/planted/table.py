"""The results of benchmarks/doctor.py as tables in a page."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

START, END = "<!-- results: benchmarks/doctor.py writes from here -->", "<!-- to here -->"
POINTS = 0.02  # within which a healed run is as good as the one without the fault


def page(home: Path, path: Path) -> None:
    """Writes all results below `home` between the two marks of the page `path`."""
    rows = [json.loads(line) for file in sorted(home.glob("*/results.jsonl")) for line in file.read_text().splitlines()]
    before, _start, rest = path.read_text("utf-8").partition(START)
    after = rest.partition(END)[2]
    found = [one for one in rows if one["kind"] == "diagnose"]
    healed = [one for one in rows if one["kind"] == "heal"]
    path.write_text(f"{before}{START}\n\n{_confusion(found)}\n{_healed(healed)}\n{END}{after}", "utf-8")


def first(row: dict[str, Any]) -> str:
    return row["found"][0][0] if row["found"] else ""


def _confusion(rows: list[dict[str, Any]]) -> str:
    faulty, healthy = ([one for one in rows if bool(one["cause"]) == there] for there in (True, False))
    right, alarms = sum(first(one) == one["cause"] for one in faulty), sum(bool(one["found"]) for one in healthy)
    seeds = ", ".join(str(seed) for seed in sorted({one["seed"] for one in rows}))
    lines = [
        f"Seeds {seeds}: the first finding is the planted fault in **{right} of {len(faulty)}** runs; "
        f"**{alarms} of {len(healthy)}** healthy runs have a finding.",
        "",
        "| planted | runs | named first | named at all | else first |",
        "|---|--:|--:|--:|---|",
    ]
    for cause in [*sorted({one["cause"] for one in faulty}), ""]:
        same = [one for one in rows if one["cause"] == cause]
        others = Counter(f"`{first(one)}`" if first(one) else "nothing" for one in same if first(one) != cause)
        hit = sum(first(one) == cause for one in same)
        listed = hit if not cause else sum(cause in [name for name, _sure in one["found"]] for one in same)
        told = ", ".join(f"{name} {count}" for name, count in others.items())
        lines.append(f"| {f'`{cause}`' if cause else 'nothing (healthy)'} | {len(same)} | {hit} | {listed} | {told} |")
    return "\n".join(lines) + "\n"


def _healed(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    good = [one for one in rows if one["after"] is not None and one["after"] >= one["healthy"] - POINTS]
    lines = [
        f"`--heal`: **{len(good)} of {len(rows)}** curable runs come to within {POINTS:.0%} of the same run without the fault.",
        "",
        "| fault | with it | healed | without it |",
        "|---|--:|--:|--:|",
    ]
    lines += [
        f"| {one['name']} | {_number(one['before'])} | {_number(one['after'])} | {_number(one['healthy'])} |" for one in rows
    ]
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
