"""What can be seen of runs that were trained: what led to an answer, how two differ, and the page of one while it grows."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bptt import comparing, data, tasks
from bptt.comparing import Comparison
from bptt.config import of_run
from bptt.data.splits import Part
from bptt.errors import DataError
from bptt.evaluation import Answers
from bptt.explaining import Explainer, Explanation, Told, extremes
from bptt.messages import _
from bptt.record import DATA, EXPLAINED, Run
from bptt.report import write_comparison, write_explanations
from bptt.report.watch import serve
from bptt.trained import predictor, task_of


def explainer(path: Path) -> Explainer:
    """What tells what led to an answer of the run in `path`, beside its training rows where its source is still what it was; else
    a warning says so. Raises ModelFileError."""
    judge, config = predictor(path), of_run(Run.open(path))
    if judge.head.per_step:
        return Explainer(judge, None)
    try:
        train = data.load(config.data, tasks.named(config.data.task).reading).train
    except (DataError, OSError) as error:
        warnings.warn(_("No nearest training rows: {reason}").format(reason=error), stacklevel=2)
        return Explainer(judge, None)
    if train.fingerprint() != Run.open(path).read_json(DATA)["fingerprint"]["train"]:
        message = _("No nearest training rows: {source} is not what it was in training.")
        warnings.warn(message.format(source=config.data.source), stacklevel=2)
        return Explainer(judge, None)
    return Explainer(judge, train)


def explanations(path: Path, told: Explainer, rows: Sequence[Any]) -> list[Explanation]:
    """What led to the answers of the run in `path` to `rows` that its predictor asks about. Raises DataError where its task has
    no answer that can be explained."""
    task, judge = task_of(path), told.predictor
    return [told.explain(row, one, task.aims(one, judge.classes)) for row, one in zip(rows, judge.answers(rows), strict=True)]


def compare(paths: Sequence[Path]) -> Comparison:
    """The runs in `paths`, two or more of one task, beside the first of them, on the rows that all were judged by.

    Raises ModelFileError for a run that cannot be read, DataError for runs of several tasks."""
    return comparing.compare([Run.open(path) for path in paths], task_of(paths[0]).compared)


def comparison_page(page: Path, paths: Sequence[Path], found: Comparison) -> Path:
    """Writes what `compare` found of the runs in `paths` as one HTML page, with their curves; returns its place."""
    return write_comparison(page, [Run.open(path) for path in paths], found, task_of(paths[0]).view)


def explanations_page(page: Path, path: Path, told: Sequence[Explanation]) -> Path:
    """Writes what led to some answers of the run in `path` as one HTML page, whose place it gives back."""
    return write_explanations(page, path.resolve().name, told)


def explain_extremes(
    run: Run, task: tasks.Task, told: Explainer, judged: Mapping[Part, tuple[Answers, Any]], parts: Mapping[Part, Any], most: int
) -> None:
    """Writes what led to the worst answers, `most` of them, and to as many of the surest, of the last part that was judged."""
    part: Part = "test" if "test" in judged else "validation"
    rows, said = parts[part], judged[part][0]
    worst, surest = extremes(task.errors(said, rows), most)

    def explained(row: int) -> tuple[str, Explanation]:
        aims = task.aims(said[row], told.predictor.classes)
        return rows.targets.word(row), told.explain(rows.inputs[row], said[row], aims)

    if worst or surest:
        run.write_json(EXPLAINED, Told(part=part, worst=[*map(explained, worst)], surest=[*map(explained, surest)]))


def watch(path: Path, port: int, ready: Callable[[str], None]) -> None:
    """Shows the report of the run in `path` over HTTP to this machine alone until it is interrupted; port: 0 for a free one;
    ready: called with the address. Raises ModelFileError, and ConfigError for a port that cannot be had."""
    serve(Run.open(path), task_of(path).view, port, ready)
