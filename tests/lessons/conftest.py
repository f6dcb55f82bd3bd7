"""What the lessons' code needs around it: a place to draw, a folder to write to, names counted from the start."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import matplotlib as mpl
import pytest

mpl.use("Agg")

Table = Callable[[], list[tuple[str, ...]]]


@pytest.fixture(autouse=True)
def start_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    yield
    mpl.pyplot.close("all")


@pytest.fixture
def table(capsys: pytest.CaptureFixture[str]) -> Table:
    """The rows that `model.summary()` has printed since the last call: layer, output shape, parameters; then the total."""

    def read() -> list[tuple[str, ...]]:
        printed = capsys.readouterr().out
        rows = [tuple(cell.strip() for cell in line.strip("│ \n").split("│")) for line in printed.splitlines() if "│" in line]
        total = re.search(r"Total params: ([\d,]+)", printed)
        return [*rows, ("total", total[1])] if total else rows

    return read
