"""The comparison with other libraries: a wrong answer is never timed, and the page says what the figures say."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.peers import page
from benchmarks.peers.__main__ import MEASURED, PAGE
from benchmarks.peers.conduct import difference, measure
from benchmarks.peers.registry import OURS, PEERS, REFERENCE
from benchmarks.peers.workloads import Row, rows, weights

ROW = Row("gru")
RIGHT = {name: array * 0.9 for name, array in weights(ROW).items()}  # "after a step"


class Puppet:
    """A worker that answers what it is told, and takes `ms` for a turn."""

    def __init__(self, answer: dict[str, Any], ms: float = 1.0, break_at: int = 99) -> None:
        self.answer, self.ms, self.turns, self.break_at = answer, ms, 0, break_at

    def ask(self, do: str, **more: str) -> dict[str, Any]:
        if do == "prepare":
            np.savez(more["answer"], **self.answer)
            return {"first_s": 0.5}
        self.turns += 1
        return {"failed": "out of memory"} if self.turns == self.break_at else {"ms": self.ms * self.turns}


def line(**workers: Puppet) -> tuple[dict[str, Any], dict[str, Puppet]]:
    everyone = {REFERENCE: Puppet(RIGHT), OURS: Puppet(RIGHT)} | {name.replace("_", "-"): w for name, w in workers.items()}
    others = [name for name in everyone if name not in (REFERENCE, OURS)]
    return measure(everyone, ROW, "train", others, rounds=3), everyone


def test_who_is_right_is_timed_in_turn() -> None:
    entries, workers = line(torch=Puppet(RIGHT, ms=4.0))
    assert entries["torch"]["ms"] == [4.0, 8.0, 12.0]
    assert entries["torch"]["ours_ms"] == entries[OURS]["ms"] == [1.0, 2.0, 3.0]
    assert workers[REFERENCE].turns == 0


@pytest.mark.parametrize(
    "fault",
    [
        {"bias": RIGHT["bias"] * [[1.01], [1]]},  # one of two biases moved a hundredth of its size
        {"table": weights(ROW)["table"]},  # a weight without an update
        {"kernel": RIGHT["kernel"][:, ::-1]},  # gates in another order
        {"dense": np.full_like(RIGHT["dense"], np.nan)},
        {"dense": RIGHT["dense"].T},
        {"another": RIGHT["dense"]},
    ],
    ids=["bias", "no-update", "gates", "nan", "shape", "name"],
)
def test_a_wrong_answer_is_never_timed(fault: dict[str, Any]) -> None:
    entries, workers = line(torch=Puppet(RIGHT | fault), lax_scan=Puppet(RIGHT))
    assert workers["torch"].turns == 0
    assert entries["torch"].keys() == {"wrong"}
    assert len(entries["lax-scan"]["ms"]) == 3


def test_where_ours_is_wrong_nobody_is_timed() -> None:
    entries, workers = line(ours=Puppet({"dense": RIGHT["dense"]}), torch=Puppet(RIGHT))
    assert set(entries) == {OURS}
    assert "wrong" in entries[OURS]
    assert workers["torch"].turns == 0


def test_who_breaks_while_timed_keeps_no_figure() -> None:
    entries, _ = line(torch=Puppet(RIGHT, break_at=2), lax_scan=Puppet(RIGHT))
    assert entries["torch"] == {"failed": "out of memory"}
    assert len(entries["lax-scan"]["ms"]) == 3


def test_the_difference_of_weights_is_that_of_their_change() -> None:
    start, truth = np.full(4, 100.0), np.full(4, 100.1)
    assert difference({"w": truth + 0.01}, {"w": truth}, {"w": start}) == pytest.approx(0.1)
    assert difference({"w": truth + 0.01}, {"w": truth}, {}) < 1e-3


def timed(ms: list[float], ours: list[float] | None = None, first: float = 1.5) -> dict[str, Any]:
    return {"first_s": first, "ms": ms} | ({} if ours is None else {"ours_ms": ours})


ODD: dict[str, Any] = {
    "header": {"sources": "0123456789ab", "processor": "A processor", "threads": 2},
    "date": "2000-01-01",
    "versions": {OURS: {"bptt": "1.2"}, "torch": {"torch": "3.4"}, REFERENCE: {"jax": "5"}},
    "lines": {
        # the machine's speed changed in the middle: the ratio of most turns is 2, that of the medians 6
        "rnn-64-ids train": {
            OURS: timed([10, 40, 10]),
            "torch": timed([20, 80, 60], [10, 40, 10]),
            "lax-scan": timed([9999], [1]),
        },
        "lstm-64-ids train": {OURS: timed([10, 10, 10]), "torch": timed([5, 4, 6], [10, 10, 10])},
        "gru-64-ids train": {OURS: timed([10]), "torch": timed([10.2], [10]), "keras-jax": {"wrong": "differs by 1e-1"}},
        "rnn-64-ids predict": {OURS: {"wrong": "differs by inf"}},
        "rnn-64-ids-short predict": {OURS: timed([0.0123, 0.02]), "torch-packed": {"failed": "no | memory"}},
        "gone-64-ids train": {OURS: timed([1.0])},
    },
}


def row_of(text: str, name: str, section: str) -> list[str]:
    """The cells of a line of a section's table."""
    part = text.split(f"## {section}\n")[1].split("\n## ")[0]
    [found] = [line for line in part.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_the_page_says_what_the_figures_say() -> None:
    text = page.page(ODD)
    assert row_of(text, "SimpleRNN 64", "A training step")[1:] == [
        "10.0 (10.0)", "–", "9999 (9999) **9999.00**", "60.0 (20.0) **2.00**", "ahead, 2.00 (PyTorch)",
    ]  # fmt: skip
    assert row_of(text, "LSTM 64", "A training step")[-2:] == ["5.00 (4.00) **0.50**", "**behind PyTorch by 2.00**"]
    assert row_of(text, "GRU 64", "A training step")[-4:] == ["**WRONG**", "–", "10.2 (10.2) **1.02**", "level, 1.02 (PyTorch)"]
    assert row_of(text, "SimpleRNN 64", "A prediction") == ["SimpleRNN 64", "**WRONG**", "–"]
    assert row_of(text, "SimpleRNN 64, predict", "Short rows")[1:] == ["0.0162 (0.0123)", "**FAILED**", "–"]
    assert row_of(text, "`rnn-64-ids` train", "The first step")[1] == "1.50"


def test_the_page_counts_where_we_stand_and_tells_what_was_not_timed() -> None:
    text = page.page(ODD)
    assert "Of 3 lines we are ahead of all in 1, level with the fastest in 1, behind in 1" in text
    assert "- `lstm-64-ids` train: PyTorch is 2.00 times as fast" in text
    assert "- Keras on JAX, `gru-64-ids` train: differs by 1e-1" in text
    assert "- PyTorch, packed, `rnn-64-ids-short` predict: no | memory" in text
    assert "A processor, 2 threads, 2000-01-01; sources of our kernels and layers `0123456789ab`" in text
    assert "median (minimum) of 1 or 2 or 3 turns" in text
    assert "- PyTorch: torch 3.4" in text
    assert "jax 5" not in text


def test_no_figure_of_the_page_was_written_by_hand() -> None:
    assert PAGE.exists() == MEASURED.exists()
    if MEASURED.exists():
        assert PAGE.read_text(encoding="utf-8") == page.page(json.loads(MEASURED.read_text(encoding="utf-8")))


def test_rows_and_peers_have_names_of_their_own() -> None:
    assert len({row.name for row in rows()}) == len(rows())
    assert all((Path(page.__file__).parent / f"{peer.module}.py").exists() for peer in PEERS.values())
    assert all(any(peer.can(row, task) for row in rows() for task in row.tasks) for peer in PEERS.values())
