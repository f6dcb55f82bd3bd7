"""The verb: runs of one task beside each other, on the rows that all of them were judged by."""

import json
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from pydantic import FiniteFloat
from typing_extensions import TypedDict

from bptt.comparing.answers import Judged, load
from bptt.comparing.significance import difference, holm, mcnemar, value
from bptt.config import Config, of_run
from bptt.data.splits import Part
from bptt.errors import DataError
from bptt.evaluation.intervals import Figure
from bptt.evaluation.measures import Measure
from bptt.messages import _
from bptt.models.describe import ModelTable
from bptt.record import MODEL_TABLE, Run
from bptt.training import Epoch, Event

CORRECT = "correct"  # the count of rows that are right or wrong
UNCOMPARED = ("training.explained",)  # keys that change nothing about a model


class Beside(TypedDict):
    """One run beside the others: its figures on the common rows, none where there are no such rows."""

    run: str
    figures: dict[str, FiniteFloat]
    best_epoch: int | None
    epochs: int
    seconds: FiniteFloat | None
    parameters: int | None


class Difference(TypedDict):
    """How far a run is from the first one. better: whether that is for the better; p: by Holm's procedure over all differences;
    only_this, only_first: rows that just one of the two has right, where rows are right or wrong."""

    run: str
    figure: str
    difference: Figure
    better: bool
    p: FiniteFloat
    test: str  # "McNemar" or "bootstrap"
    only_this: int | None
    only_first: int | None


class Comparison(TypedDict):
    """Runs beside each other; `config`: each key whose values differ, a value a run as JSON has it."""

    runs: list[Beside]
    part: Part | None  # of the data that the common rows are of
    rows: int  # that all runs were judged by
    differences: list[Difference]
    config: dict[str, list[Any]]
    notes: list[str]


def compare(runs: Sequence[Run], measures: Sequence[Measure]) -> Comparison:
    """`runs`, two or more of one task, whose figures are `measures`; each beside the first. Raises DataError for runs of several
    tasks, ModelFileError for files that are damaged."""
    configs = [of_run(run) for run in runs]
    names = [str(run.path) for run in runs]
    found = {config.data.task for config in configs}
    if len(found) > 1:
        message = _("The runs learned different things ({tasks}): their figures do not compare. Name runs of one task.")
        raise DataError("compare.tasks", message.format(tasks=", ".join(sorted(found))))
    part, common, notes = _common([load(run) for run in runs], names)
    figures = [{one.name: value(one, rows.counts) for one in measures} for rows in common] or [{} for _run in runs]
    return Comparison(
        runs=[_beside(run, told) for run, told in zip(runs, figures, strict=True)],
        part=part,
        rows=len(common[0].keys) if common else 0,
        differences=_differences(names, common, measures),
        config=_changed(configs),
        notes=notes,
    )


def _common(kept: Sequence[dict[Part, Judged]], names: Sequence[str]) -> tuple[Part | None, list[Judged], list[str]]:
    """The part that all runs were judged by, the test part before that of validation, its rows that all have, in one order; and
    what was left out."""
    parts: list[Part] = ["test", "validation"]
    for part in parts:
        if not all(part in one for one in kept):
            continue
        keys = reduce(np.intersect1d, [one[part].keys for one in kept])
        if not len(keys):
            continue
        notes = [_unshared(name, len(one[part].keys) - len(keys)) for name, one in zip(names, kept, strict=True)]
        if part == "validation":
            notes.append(_("The validation rows also chose the best epoch: expect slightly less on rows never seen."))
        order = [np.argsort(one[part].keys)[np.searchsorted(np.sort(one[part].keys), keys)] for one in kept]
        return part, [one[part].take(rows) for one, rows in zip(kept, order, strict=True)], [note for note in notes if note]
    without = [name for name, one in zip(names, kept, strict=True) if not one]
    message = _("No row was judged by all runs: there is nothing to compare row by row.")
    if without:
        message = _("{runs}: no answers are kept there (a run that ended early, or of an older version); train again to compare.")
    return None, [], [message.format(runs=", ".join(without))]


def _unshared(name: str, rows: int) -> str:
    return _("{run}: {rows} rows are left out that another run was not judged by.").format(run=name, rows=rows) if rows else ""


def _differences(names: Sequence[str], common: Sequence[Judged], measures: Sequence[Measure]) -> list[Difference]:
    found: list[Difference] = []
    for name, rows in zip(names[1:], common[1:], strict=False):
        for measure in measures:
            gain, p = difference(measure, rows.counts, common[0].counts)
            us = them = None
            if measure.name.endswith("accuracy") and CORRECT in rows.counts:
                us, them, p = mcnemar(rows.counts[CORRECT], common[0].counts[CORRECT])
            found.append(
                Difference(
                    run=name,
                    figure=measure.name,
                    difference=gain,
                    better=(gain["value"] > 0) == measure.rising and gain["value"] != 0,
                    p=p,
                    test="bootstrap" if us is None else "McNemar",
                    only_this=us,
                    only_first=them,
                )
            )
    for one, p in zip(found, holm([one["p"] for one in found]), strict=True):
        one["p"] = p
    return found


def _beside(run: Run, figures: dict[str, float]) -> Beside:
    events: list[Event] = run.metrics(Event)
    rows: list[Epoch] = [event for event in events if event["event"] == "epoch"]
    end = next((event for event in events if event["event"] == "end"), None)
    table = run.find_json(MODEL_TABLE, ModelTable)
    return Beside(
        run=str(run.path),
        figures=figures,
        best_epoch=end["best_epoch"] if end else None,
        epochs=len(rows),
        seconds=end["seconds"] if end else None,
        parameters=table["parameters"] if table else None,
    )


def _changed(configs: Sequence[Config]) -> dict[str, list[Any]]:
    """The keys whose values differ between the runs."""
    flat = [config.flat() for config in configs]
    return {
        key: [one[key] for one in flat]
        for key in flat[0]
        if key not in UNCOMPARED and len({json.dumps(one[key]) for one in flat}) > 1
    }
