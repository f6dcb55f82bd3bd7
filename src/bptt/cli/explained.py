"""An explanation on the terminal: the answer, a table of what was read, and what is like it."""

from typing import TYPE_CHECKING

from bptt.evaluation.table import Table
from bptt.messages import _

from . import screen

if TYPE_CHECKING:
    from bptt.explaining.explanation import Effects, Explanation

ROWS, WORDS = 60, 5  # steps in the table, those that moved the answer most; words that moved a tag
TOKEN, TEXT = 40, 100  # characters


def show(one: "Explanation") -> None:
    """`one` to standard output: the line of `bptt predict`, then what led to it."""
    screen.answer(one["answer"])
    screen.table(_tagged(one) if one["tags"] else _read(one))
    for effects in one["effects"]:
        screen.say(_sum(effects) if effects["step"] is None else _moved(one, effects))
    for neighbour in one["nearest"]:
        message = _("like it ({similarity:.3f}): {label} · {text} ({origin})")
        screen.say(message.format(**{**neighbour, "text": _cut(neighbour["text"], TEXT)}))
    for note in _notes(one):
        screen.say(note, error=True)


def _read(one: "Explanation") -> Table:
    """Each step with what the network says after it, the effects, and the norm of its hidden state."""
    said = {step: place for place, step in enumerate(one["at"])}
    aimed = [effects["name"] for effects in one["effects"]]
    after = [_("after it: {name}").format(name=name) if name else _("after it") for name in aimed]
    moved = [_("effect: {name}").format(name=name) if name else _("effect") for name in aimed]
    rows = []
    for place in _strongest(one):
        at = said.get(place + 1)
        figures = ["" if at is None else f"{one['course'][name][at]:.4f}" if name in one["course"] else "" for name in aimed]
        figures += [f"{effects['effects'][place]:+.4f}" for effects in one["effects"]]
        rows.append((_step(one, place), [*figures, f"{one['norm'][place]:.3f}"]))
    return Table((*after, *moved, _("norm of the state")), rows)


def _tagged(one: "Explanation") -> Table:
    """Each step with its most probable tags."""
    rows = []
    for place in range(min(len(one["tokens"]), ROWS)):
        best = sorted(one["tags"], key=lambda tag: -one["tags"][tag][place])[:2]
        rows.append((_step(one, place), [f"{tag} {one['tags'][tag][place]:.4f}" for tag in best]))
    return Table((_("most probable"), _("next")), rows)


def _sum(effects: "Effects") -> str:
    message = _("{name}: {start:.4f} where nothing is read {total:+.4f} by what was read = {value:.4f}")
    if effects["padding"]:
        message = _(
            "{name}: {start:.4f} where nothing is read {total:+.4f} by what was read {padding:+.4f} by padding = {value:.4f}"
        )
    name = effects["name"] or _("the answer")
    numbers = {key: effects[key] for key in ("start", "padding", "value")}
    return message.format(name=name, total=sum(effects["effects"]), **numbers)


def _moved(one: "Explanation", effects: "Effects") -> str:
    """The words that moved a tag most."""
    order = sorted(range(len(one["tokens"])), key=lambda place: -abs(effects["effects"][place]))[:WORDS]
    words = ", ".join(f"{_cut(one['tokens'][place], TOKEN)} {effects['effects'][place]:+.3f}" for place in order)
    token = _cut(one["tokens"][effects["step"] or 0], TOKEN)
    return _("{token} {tag} {value:.4f}, moved by {words}").format(
        token=token, tag=effects["name"], value=effects["value"], words=words
    )


def _strongest(one: "Explanation") -> list[int]:
    """The places of the ROWS steps that moved the answer most, in their order."""
    sizes = [
        max((abs(effects["effects"][place]) for effects in one["effects"]), default=0.0) for place in range(len(one["tokens"]))
    ]
    return sorted(sorted(range(len(sizes)), key=lambda place: -sizes[place])[:ROWS])


def _notes(one: "Explanation") -> list[str]:
    notes = list(one["notes"])
    if len(one["tokens"]) > ROWS:
        notes.append(_("{shown} of {all} steps are shown; --json has them all.").format(shown=ROWS, all=len(one["tokens"])))
    if one["before"] or one["after"]:
        notes.append(_("Not read (text.max_length): {before} steps in front, {after} behind.").format(**one))
    return notes


def _step(one: "Explanation", place: int) -> str:
    return f"{place + 1} {_cut(one['tokens'][place], TOKEN)}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
