"""A run and, where something is found that settings can mend, a second one with the first remedy: `train`, `mend`."""

from collections.abc import Sequence
from pathlib import Path

from bptt import experiment
from bptt.config import Config, of_run, override
from bptt.diagnosis import Case, Cause, Told
from bptt.messages import _
from bptt.progress import Progress, Silence
from bptt.record import FINDINGS, HEALING, Run
from bptt.report.findings import Healing
from bptt.trained import filed

GOOD_WEIGHTS: tuple[Cause, ...] = ("exploding_gradient", "non_finite", "learning_rate_too_high")  # lost only later, if at all
SLOW: tuple[Cause, ...] = ("slow_input", "padding_waste", "recompilation", "unfused_layer", "sequence_too_long")
LEARNED = 0.2  # share of what could be learned from which weights are good
MARGIN = 0.01  # skill that is no difference


def train(config: Config, path: Path, progress: Progress | None = None) -> list[Run]:
    """The run of `config`, and where there is one, what `mend` makes of it: the better one in `path`, last in the list, the other
    beside it; both reports tell. Raises as `experiment.train` does."""
    path = path if path.name else path.resolve()  # "." has no place beside it
    first = experiment.train(config, path, progress)
    second = mend(path, progress)
    if not second:
        return [first]
    told = second.read_json(HEALING, Healing)
    if told["helped"]:
        first, second = Run(path.rename(_beside(path, "before"))), Run(second.path.rename(path))
    for run in (first, second):
        run.write_json(HEALING, told | {"first": str(first.path)})
        experiment.report(run.path)
    return [first, second] if told["helped"] else [second, first]


def mend(path: Path, progress: Progress | None = None) -> Run | None:
    """Where the first finding of the run in `path` has a remedy in settings, a run with the settings so changed, in a folder
    beside it. What was done and whether it helped stands in its healing.json and report. Raises as `experiment.train` does."""
    progress, first = progress or Silence(), Run.open(path)
    found = next((one for one in first.read_json(FINDINGS, list[Told]) if one["remedy"]["overrides"]), None)
    if not found:
        return None
    before = filed(first.path)
    kept = found["cause"] in GOOD_WEIGHTS and _good(before)
    overrides = _without_change(of_run(first), found["remedy"]["overrides"])
    keys = ", ".join(f"{key} = {value}" for key, value in overrides.items())
    progress.say(_("Found: {cause}. Starting again with {keys}.").format(cause=found["cause"], keys=keys))
    start = (
        {"training.pretrained": str(first.path), "training.unfreeze_epochs": 0, "training.layer_rate_decay": 1.0} if kept else {}
    )
    changed = Config.parse(override(of_run(first).model_dump(), {**overrides, **start}))
    second = experiment.train(changed, _beside(path, "healed"), progress)
    after = filed(second.path)
    still: list[Cause] = [one["cause"] for one in second.read_json(FINDINGS, list[Told])]
    told = Healing(
        cause=found["cause"],
        overrides=overrides,
        first=str(first.path),
        kept_weights=kept,
        helped=helped(found["cause"], before, after, still),
        before=before.skill,
        after=after.skill,
        still=still,
    )
    second.write_json(HEALING, told)
    experiment.report(second.path)
    return second


def helped(cause: Cause, before: Case, after: Case, still: Sequence[Cause]) -> bool:
    """Whether a run is better than the one before: it answers better, or as well without what was found, or faster; still: what
    is found in it."""
    gained = (after.skill or 0.0) - (before.skill or 0.0)
    if cause in SLOW:
        return gained > -MARGIN and after.seconds / max(len(after.epochs), 1) < before.seconds / max(len(before.epochs), 1)
    return gained > MARGIN or (gained > -MARGIN and cause not in still)


def _good(case: Case) -> bool:
    """Whether the best weights of a run are worth going on from."""
    return bool(case.epochs and case.ignorance and 1 - case.best["val_loss"] / case.ignorance > LEARNED)


def _without_change(config: Config, overrides: dict[str, object]) -> dict[str, object]:
    """The overrides that change something."""
    now = config.flat()
    return {key: value for key, value in overrides.items() if now[key] != value}


def _beside(path: Path, what: str) -> Path:
    """A folder that is not there yet, by the name of `path`."""
    number = 1
    while (found := path.with_name(f"{path.name}-{what}{'' if number == 1 else f'-{number}'}")).exists():
        number += 1
    return found
