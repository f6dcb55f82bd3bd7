"""measured.json -> the page. Nothing here measures, and nothing on the page is written by hand."""

import statistics
from collections.abc import Callable
from typing import Any

from benchmarks.peers.registry import OURS, PEERS, REFERENCE
from benchmarks.peers.workloads import Row, rows

Entry = dict[str, Any]
Line = tuple[str, dict[str, Entry]]  # its title, and the entry of each peer
LEVEL = 1.05  # ratios between 1 / LEVEL and LEVEL are called level

INTRODUCTION = """# Beside everybody else

Our layers and those of other libraries: the same shapes, data and weights, each library in a process of its own on the same
{threads} threads, in turn A B C A B C. **An answer is checked before it is timed**, all against one reference in float64:
predictions, the weights after a step of SGD, gradients. What differs is not timed and says WRONG.

{processor}, {threads} threads, {date}; sources of our kernels and layers `{sources}`. `make peers` measures and writes this page.

Each cell: milliseconds a step, median (minimum) of {rounds} turns, and **the ratio to ours**, the median over the turns: above 1
we are faster. The last column names the nearest peer; within {level:.0%} is level."""

SECTIONS: list[tuple[str, str, Callable[[Row, str], bool]]] = [
    (
        "A training step",
        "Batch 128, 200 steps: Embedding(10000, 128) of Zipf-like ids, or 128 features; the cell; Dense(1) and cross-entropy.",
        lambda row, task: task == "train" and not row.short,
    ),
    (
        "A prediction",
        "The same models, a batch of 128.",
        lambda row, task: task == "predict" and not row.short and row.batch > 1,
    ),
    (
        "Short rows",
        "5 to 100 real steps of 200, padding on the right, masked. PyTorch, not packed, takes the output of each last real step.",
        lambda row, task: row.short,
    ),
    (
        "One text at a time",
        "Batch 1: a text of 200 ids in one call, or one id a call with the state handed on (stream).",
        lambda row, task: row.batch == 1,
    ),
    (
        "The layer alone",
        "Features (128, 200, 128) to every state: forward, and with the gradients of the features and of all weights.",
        lambda row, task: row.kind == "layer",
    ),
]

HOW = """## How each is run

- **Keras**, and ours as Keras layers: `fit` and `predict` on the data of several batches, `predict_on_batch` at batch 1; alone,
  the layer's `stateless_call` inside `jax.jit`. Each backend as Keras sets it up, without TensorFlow beside JAX or torch.
- **`lax.scan`**: plain JAX under `jax.jit`, the input product outside the loop.
- **PyTorch**: a plain loop, `inference_mode` to predict; its LSTM takes oneDNN's kernels. Packed: `pack_padded_sequence`, its
  rows in any order.
- **oneDNN**: the primitives called from C++, arrays time first as it likes them, no framework around; a training step packs the
  weights anew, since a step changes them.
- **ONNX Runtime**: a graph of the operators RNN, LSTM and GRU, the lengths given to them; it only predicts.
- Plain SGD everywhere: the one optimizer with the same step in every library, so that the step timed is the step checked.
- GRU with the reset gate after the product (Keras's `reset_after`), which all of them have.

## Again

```console
make peers                                       # the environment of the others, then what is not measured yet, then this page
.venv/bin/python -m benchmarks.peers torch       # one of them again, ours beside it
.venv/bin/python -m benchmarks.peers --minutes 3 # stops in time; the next call goes on
```

The figures are in [peers/measured.json](peers/measured.json), with every turn. A change of the kernels, of the layers or of the
machine voids them."""


def title(row: Row, task: str) -> str:
    """What a reader calls the line."""
    words = [f"{ {'rnn': 'SimpleRNN', 'lstm': 'LSTM', 'gru': 'GRU'}[row.cell] } {row.units}"]
    words += ["features, every step"] * (row.kind == "features") + ["both ways"] * row.both_ways
    several = row.short or row.kind == "layer" or row.batch == 1
    return ", ".join(words + [task] * several)


def ratio(entry: Entry) -> float:
    """Theirs over ours, the median over the turns."""
    return statistics.median(theirs / ours for theirs, ours in zip(entry["ms"], entry["ours_ms"], strict=True))


def timed(entry: Entry | None) -> bool:
    return bool(entry and entry.get("ms"))


def cell(entry: Entry | None) -> str:
    if entry is None:
        return "–"
    if not timed(entry):
        return "**WRONG**" if "wrong" in entry else "**FAILED**"
    ms = f"{figure(statistics.median(entry['ms']))} ({figure(min(entry['ms']))})"
    return f"{ms} **{ratio(entry):.2f}**" if "ours_ms" in entry else ms


def figure(value: float) -> str:
    """Three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value < 0.1 else f"{value:#.3g}"


def standing(line: dict[str, Entry]) -> tuple[float, str]:
    """The smallest ratio, and the peer that has it; infinite where there is nobody to compare with."""
    ratios = [(ratio(entry), PEERS[name].title) for name, entry in line.items() if name != OURS and timed(entry)]
    return min(ratios, default=(float("inf"), ""))


def verdict(line: dict[str, Entry]) -> str:
    least, peer = standing(line)
    if not peer:
        return "–"
    if least > LEVEL:
        return f"ahead, {least:.2f} ({peer})"
    return f"level, {least:.2f} ({peer})" if least >= 1 / LEVEL else f"**behind {peer} by {1 / least:.2f}**"


def table(lines: list[Line], cell_of: Callable[[Entry | None], str], last: Callable[[dict[str, Entry]], str] | None) -> str:
    """A column for each peer that has an entry in one of the lines."""
    peers = [name for name in PEERS if any(name in line for _, line in lines)]
    head = ["", *(PEERS[name].title for name in peers), *(["ours"] if last else [])]
    body = [[name, *(cell_of(line.get(peer)) for peer in peers), *([last(line)] if last else [])] for name, line in lines]
    rule = ["---", *["---:"] * len(peers), *(["---"] if last else [])]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *body])


def lines_of(kept: dict[str, Any], belongs: Callable[[Row, str], bool], name: Callable[[Row, str], str]) -> list[Line]:
    pairs = [(row, task) for row in rows() for task in row.tasks if belongs(row, task)]
    found = [(name(row, task), kept["lines"].get(f"{row.name} {task}")) for row, task in pairs]
    return [(words, line) for words, line in found if line]


def balance(lines: list[Line]) -> str:
    """Where we stand in one paragraph, the lines where we are behind named."""
    standings = [(*standing(line), words) for words, line in lines if standing(line)[1]]
    behind = sorted(entry for entry in standings if entry[0] < 1 / LEVEL)
    ahead = sum(least > LEVEL for least, _, _ in standings)
    level = len(standings) - ahead - len(behind)
    told = f"Of {len(standings)} lines we are ahead of all in {ahead}, level with the fastest in {level}, behind in {len(behind)}"
    return told + "".join(f"\n- {words}: {peer} is {1 / least:.2f} times as fast" for least, peer, words in behind)


def seconds(entry: Entry | None) -> str:
    return f"{entry['first_s']:.2f}" if entry and timed(entry) else cell(entry)


def complaints(lines: list[Line]) -> list[str]:
    """One item for each entry that was not timed."""
    untimed = [(words, name, entry) for words, line in lines for name, entry in line.items() if not timed(entry)]
    return [f"- {PEERS[name].title}, {words}: {entry.get('wrong') or entry.get('failed')}" for words, name, entry in untimed]


def versions(kept: dict[str, dict[str, str]]) -> str:
    told = {name: ", ".join(f"{package} {version}" for package, version in kept[name].items()) for name in PEERS if name in kept}
    return "\n".join(f"- {PEERS[name].title}: {words}" for name, words in told.items() if name != REFERENCE)


def page(kept: dict[str, Any]) -> str:
    everything = lines_of(kept, lambda row, task: True, lambda row, task: f"`{row.name}` {task}")
    rounds = {len(entry["ms"]) for _, line in everything for entry in line.values() if timed(entry)}
    facts = {**kept["header"], "date": kept["date"], "rounds": " or ".join(map(str, sorted(rounds))), "level": LEVEL - 1}
    parts = [INTRODUCTION.format(**facts), "## Where we stand", balance(everything)]
    for heading, text, belongs in SECTIONS:
        if lines := lines_of(kept, belongs, title):
            parts += [f"## {heading}", text, table(lines, cell, verdict)]
    if wrong := complaints(everything):
        parts += ["## Not timed", "\n".join(wrong)]
    first = "Seconds from nothing to the first result, compilation in it; the first line has the library's own start in it, too."
    parts += ["## The first step", first, table(everything, seconds, None)]
    parts += ["## Versions", versions(kept["versions"])]
    return "\n\n".join([*parts, HOW]) + "\n"
