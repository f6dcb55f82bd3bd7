"""What the run stood on, as tables: the model's layers, the data, the machine."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator
from typing_extensions import TypedDict

from bptt.batches import Facts
from bptt.data import vectors
from bptt.data.splits import Part, Summary
from bptt.messages import _
from bptt.models.describe import ModelTable
from bptt.report.text import MISSING, count, part_names, share, short

Rows = list[tuple[str, str]]
Share = Literal["share_truncated", "share_words_cut", "share_unknown", "share_padding"]
AXES = ("B", "T")  # the names of the axes whose length is open


class Check(TypedDict):
    """What a look at the data before training found."""

    check: str
    verdict: str
    finding: str
    advice: str


class _Data(Summary):
    """What data.json holds."""

    vocabulary_size: NotRequired[int]
    numbers: NotRequired[int]  # a step, where it is numbers
    tokens: NotRequired[str]
    batches: dict[Part, Facts]
    vectors: NotRequired[vectors.Facts]
    checks: NotRequired[list[Check]]


def _whole(data: _Data) -> _Data:
    """`data`, where each of its parts tells of every class and the same quantiles. Raises ValueError elsewhere."""
    parts, told = data["rows"].keys(), data["rows_per_class"].values()
    quantiles = {tuple(part["length_quantiles"]) for part in data["batches"].values()}
    if parts != data["rows_per_class"].keys() or len(quantiles) != 1 or any(set(data["classes"]) != set(one) for one in told):
        raise ValueError(_("the figures do not fit together"))
    return data


Data = Annotated[_Data, AfterValidator(_whole)]


def layer_rows(model: ModelTable) -> list[dict[str, str]]:
    """The layers of model.json as the page prints them: the output shape with axis letters, the kernel and why."""
    own = _("one of Keras's own layers")
    return [
        {
            "name": layer["name"],
            "kind": layer["kind"],
            "shape": _shape(layer["output_shape"]),
            "parameters": count(layer["parameters"]),
            "kernel": {"keras": "Keras"}.get(layer["kernel"], layer["kernel"]),
            "reason": layer["reason"] or own,
        }
        for layer in model["layers"]
    ]


def _shape(axes: list[int | None]) -> str:
    names = [AXES[min(axis, 1)] if length is None else str(length) for axis, length in enumerate(axes)]
    return f"({', '.join(names)})"


def data_rows(data: Data) -> Rows:
    """Source, size of the vocabulary, rows left out, fingerprints."""
    rows = [
        (_("Source"), data["source"]),
        *_sizes(data),
        (_("Rows that repeat the text of another"), count(data["copies"])),
        (_("Rows left out because their text stands in a part that judges"), count(data["leaks"])),
    ]
    if "tokens" in data:
        rows.append((_("What counts as a word (text.tokens)"), data["tokens"]))
    if "vectors" in data:
        start = data["vectors"]
        told = f"{start['source']}: {count(start['found'])}"
        rows.append((_("Words that start from a vector (text.vectors)"), told))
    names, prints = part_names(), data["fingerprint"]
    return rows + [(_("SHA-256 of the {part} part").format(part=names[part]), digest) for part, digest in prints.items()]


def _sizes(data: Data) -> Rows:
    """How many words there are, or how many numbers a step."""
    if "numbers" in data:
        return [(_("Numbers a step"), count(data["numbers"]))]
    return [(_("Vocabulary, padding and unknown word included"), count(data.get("vocabulary_size", 0)))]


def measures(batches: Mapping[Part, Facts]) -> list[tuple[str, list[str]]]:
    """What the network reads of each part, a column a part: shares of 0 to 1, and the lengths of the texts in words."""
    shares: list[tuple[Share, str]] = [
        ("share_truncated", _("Share of texts cut at max_length")),
        ("share_words_cut", _("Share of words cut away")),
        ("share_unknown", _("Share of words not in the vocabulary")),
        ("share_padding", _("Share of padding in the batches")),
    ]
    parts = list(batches.values())
    rows = [(_("Words"), [count(part["words"]) for part in parts])]
    rows += [(name, [share(part[key]) for part in parts]) for key, name in shares]
    quantiles = [part["length_quantiles"] for part in parts]
    return rows + [(_quantile(float(at)), [count(one[at]) for one in quantiles]) for at in quantiles[0]]


def _quantile(at: float) -> str:
    names = {0.0: _("Shortest text, in words"), 0.5: _("Median length, in words"), 1.0: _("Longest text, in words")}
    return names.get(at) or _("Length that {percent} % of texts stay within, in words").format(percent=short(100 * at))


def environment_rows(environment: Mapping[str, Any]) -> Rows:
    """environment.json without the command, one row a value; inner keys are joined by a dot."""
    return [(key, _plain(value)) for key, value in _flat(environment) if key != "command"]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else MISSING if value is None else json.dumps(value)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
