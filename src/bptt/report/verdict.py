"""The first thing a reader wants to know: how good, against what, and how the run ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bptt.data.splits import Part
from bptt.messages import _
from bptt.report.text import count, duration, part_names, share
from bptt.report.view import Judgement, Tile, View
from bptt.training import RISING, Epoch, Event, Monitor, Stop, TrainingConfig, finished


@dataclass(frozen=True)
class Verdict:
    """What stands at the top of the page."""

    headline: str
    ending: str
    tiles: Sequence[Tile]
    notes: Sequence[str]


def best_epoch(rows: Sequence[Epoch], monitor: Monitor) -> int | None:
    """The epoch whose weights the run kept: the first with the lowest loss, or the highest accuracy."""
    sign = -1 if monitor in RISING else 1
    values = [(sign * row[monitor], row["epoch"]) for row in rows]
    return min(values)[1] if values else None


def verdict(
    view: View, scores: Mapping[Part, Judgement], events: Sequence[Event], rows: Sequence[Epoch], training: TrainingConfig
) -> Verdict:
    """The verdict on a run: its `scores` by part as the `view` of its task has them, its events, its epochs (`rows`) and its
    [training] section."""
    main = next((part for part in part_names() if part in scores), None)
    tiles = view.tiles(main, scores[main]) if main else []
    unjudged = _("This run has no scores: it ended before its model was judged.")
    return Verdict(
        headline=view.headline(main, scores[main]) if main else unjudged,
        ending=_ending(events, rows, training),
        tiles=[*tiles, *_run_tiles(events, rows, training.monitor)],
        notes=_notes(scores),
    )


def _run_tiles(events: Sequence[Event], rows: Sequence[Epoch], monitor: Monitor) -> list[Tile]:
    best = best_epoch(rows, monitor)
    tiles = []
    if best is not None:
        value = next(row[monitor] for row in rows if row["epoch"] == best)
        place = _("{best} of {epochs}").format(best=best, epochs=rows[-1]["epoch"])
        tiles.append(Tile(_("Best epoch"), place, f"{monitor} {share(value)}"))
    seconds = next((event["seconds"] for event in events if event["event"] == "end"), None)
    if seconds is not None:
        tiles.append(Tile(_("Training time"), duration(seconds), _speed(rows)))
    return tiles


def _speed(rows: Sequence[Epoch]) -> str:
    """Tokens a second over all epochs, each by the time it took to read its tokens."""
    speeds = [row["tokens_per_second"] for row in rows if row["tokens_per_second"]]
    if not speeds:
        return ""
    mean = len(speeds) / sum(1 / speed for speed in speeds)  # every epoch reads the same tokens: harmonic mean
    return _("{speed} tokens/s").format(speed=count(mean))


def _ending(events: Sequence[Event], rows: Sequence[Epoch], training: TrainingConfig) -> str:
    """Why the run ended, in a sentence or two."""
    stop = next((event for event in events if event["event"] == "stop"), None)
    if stop and stop["reason"] == "early stopping":
        message = _("Stopped early after epoch {epoch} of {epochs}: {monitor} was best at epoch {best}.")
        best = best_epoch(rows, training.monitor)
        return message.format(epoch=stop["epoch"], epochs=training.epochs, monitor=training.monitor, best=best)
    if stop:
        return " ".join([_where(stop), _("The weights are those of the best epoch before it, or from just before that batch.")])
    if finished(events):
        return _("Trained to the end: epoch {epoch} of {epochs}.").format(epoch=len(rows), epochs=training.epochs)
    message = _("Training has not come to its end: it was interrupted, or still goes on. Epochs so far: {epochs}.")
    kept = _("The best of them is kept: predict and evaluate answer with it.") if rows else _("There is no model yet.")
    return f"{message.format(epochs=len(rows))} {kept}"


def _where(stop: Stop) -> str:
    if stop.get("batch"):
        message = _("Stopped: the loss is not finite in epoch {epoch}, batch {batch}.")
        return message.format(epoch=stop["epoch"], batch=stop["batch"])
    return _("Stopped: the validation loss is not finite after epoch {epoch}.").format(epoch=stop["epoch"])


def _notes(scores: Mapping[Part, Judgement]) -> list[str]:
    notes = []
    if scores and "test" not in scores:
        notes.append(_("The validation rows also chose the best epoch: expect slightly less on rows never seen."))
    for part, name in part_names().items():
        notes += [f"{name}: {note}" for note in scores[part].notes()] if part in scores else []
    return notes
