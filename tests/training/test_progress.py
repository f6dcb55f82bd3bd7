import io
from dataclasses import replace

import pytest
from bptt.training.progress import LiveLine, PlainLines, Status, clock, progress_on
from rich.console import Console

from bptt.training import progress

STATUS = Status(
    fraction=0.345,
    epoch=2,
    epochs=8,
    loss=0.41234,
    accuracy=0.8125,
    val_accuracy=None,
    learning_rate=0.0005,
    tokens_per_second=312_400,
    elapsed=12.0,
    remaining=75.4,
)
LINE = "34%  ETA 1:15  epoch 2/8  loss 0.412  acc 0.812  312k tok/s  lr 0.0005"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    times = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: times[0])
    return times


def test_a_status_is_one_line_for_a_terminal_of_80_columns() -> None:
    assert str(STATUS) == LINE
    later = str(replace(STATUS, val_accuracy=0.85))
    assert "acc 0.812 val 0.850  312k" in later
    assert len(later) <= 80


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.9, "0:59"), (60, "1:00"), (3725, "62:05")])
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_plain_lines_come_every_five_seconds_and_at_each_epoch(now: list[float]) -> None:
    stream = io.StringIO()
    with PlainLines(stream) as lines:
        for second in range(12):
            now[0] = 100.0 + second
            lines.update(STATUS)
        lines.update(replace(STATUS, epoch_finished=True))
        lines.say("done")
    assert stream.getvalue().splitlines() == [f"[0:05] {LINE}", f"[0:10] {LINE}", f"[0:11] {LINE}", "[0:11] done"]


def test_plain_lines_are_flushed_one_by_one() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw)
    PlainLines(stream).say("compiling")
    assert raw.getvalue() == b"[0:00] compiling\n"


def test_the_live_line_stays_one_line() -> None:
    stream = io.StringIO()
    with LiveLine(Console(file=stream, force_terminal=True, width=60)) as line:
        line.update(replace(STATUS, loss=1.5))
        line.say("compiling shape 1 of 2 ...")
        line.update(STATUS)
    assert stream.getvalue().count("\n") == 1
    shown = stream.getvalue().split("\x1b[2K")[-1]
    assert LINE[:50] in shown
    assert "lr" not in shown  # cut at the 60th column, not wrapped


def test_no_markup_is_read_out_of_a_sentence() -> None:
    stream = io.StringIO()
    with LiveLine(Console(file=stream, force_terminal=True, width=60)) as line:
        line.say("[red]x[/red]")
    assert "[red]x[/red]" in stream.getvalue()


def test_the_stream_decides() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert isinstance(progress_on(Terminal()), LiveLine)
    assert isinstance(progress_on(io.StringIO()), PlainLines)
