"""What the doctor found in the run, and what healing it did, for the head of the page."""

from typing import Any, NotRequired

from pydantic import FiniteFloat
from typing_extensions import TypedDict

from bptt.diagnosis import Cause, Told, titles
from bptt.messages import _
from bptt.record import FINDINGS, HEALING, Run


class Healing(TypedDict):
    """What `bptt train --heal` did to come to this run."""

    cause: Cause
    overrides: dict[str, Any]
    first: str  # the run folder that it was found in
    kept_weights: bool  # whether it went on from the best weights of that run
    helped: bool
    before: FiniteFloat | None  # skill on the validation rows: 0 always the same answer, 1 all right
    after: FiniteFloat | None
    still: NotRequired[list[Cause]]  # what is found now


def context(run: Run) -> dict[str, Any]:
    """What findings.html names; nothing is shown of a run that nobody has looked at."""
    found = run.find_json(FINDINGS, list[Told])
    names = titles()
    healing = run.find_json(HEALING, Healing)
    shown = [{**one, "title": names[one["cause"]], "keys": _keys(one["remedy"]["overrides"])} for one in found or []]
    return {"looked": found is not None, "findings": shown, "healing": healed(healing) if healing else None}


def _keys(overrides: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in overrides.items()]


def _value(value: Any) -> str:
    """As TOML writes it."""
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


def healed(healing: Healing) -> str:
    """What was done, and whether it helped, in two sentences."""
    did = _('"{cause}" was found in {first}, and {keys} set to mend it, {start}.').format(
        cause=titles()[healing["cause"]],
        first=healing["first"],
        keys=", ".join(_keys(healing["overrides"])),
        start=_("from its best weights on") if healing["kept_weights"] else _("from the beginning"),
    )
    figures = {name: "–" if healing[name] is None else f"{healing[name]:.3f}" for name in ("before", "after")}
    result = (
        _("It helped: skill on the validation rows {before} before, {after} now.")
        if healing["helped"]
        else _("It did not help: skill on the validation rows {before} before, {after} now.")
    )
    return f"{did} {result.format(**figures)}"
