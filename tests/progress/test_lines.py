"""What each way of showing progress writes, to the letter."""

import io
import json
import re
from dataclasses import replace

import pytest

from bptt.errors import ConfigError
from bptt.progress import JsonLines, LiveLine, PlainLines, Silence, Status, clock, lines, progress_on

STATUS = Status(
    fraction=0.345,
    epoch=2,
    epochs=8,
    batch=17,
    batches=313,
    loss=0.41234,
    metric="accuracy",
    value=0.8125,
    val_loss=None,
    val_value=None,
    learning_rate=0.0005,
    tokens_per_second=312_400,
    elapsed=12.0,
    remaining=75.4,
)
LINE = "34%  ETA 1:15  epoch 2/8  loss 0.412  acc 0.812  312k tok/s  lr 0.0005"
HOSTILE = "\x1b[31mred\x9b\r\n\u202e\x00"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    times = [100.0]
    monkeypatch.setattr(lines.time, "monotonic", lambda: times[0])
    return times


def test_a_status_is_one_line_for_a_terminal_of_80_columns() -> None:
    assert str(STATUS) == LINE
    later = str(replace(STATUS, val_value=0.85))
    assert "acc 0.812 val 0.850  312k" in later
    assert len(later) <= 80


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.9, "0:59"), (60, "1:00"), (3725, "62:05")])
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_plain_lines_come_every_five_seconds_and_at_each_epoch(now: list[float]) -> None:
    stream = io.StringIO()
    plain = PlainLines(stream)
    for second in range(12):
        now[0] = 100.0 + second
        plain.update(STATUS)
    plain.update(replace(STATUS, epoch_finished=True))
    plain.begin("compiling", bucket=1)
    plain.say("done")
    assert stream.getvalue().splitlines() == [
        *(f"[0:05] {LINE}", f"[0:10] {LINE}", f"[0:11] {LINE}"),
        *("[0:11] compiling ...", "[0:11] done"),
    ]


def test_json_lines_say_the_same_to_programs(now: list[float]) -> None:
    stream = io.StringIO()
    events = JsonLines(stream)
    events.begin("compiling bucket 1 of 2", bucket=1, buckets=2)
    now[0] += 0.5
    events.update(STATUS)
    now[0] += 0.5
    events.update(STATUS)
    events.update(replace(STATUS, val_value=0.75, epoch_finished=True))
    events.say(HOSTILE)
    begun, progress, epoch, note = map(json.loads, stream.getvalue().splitlines())
    assert begun == {"event": "begin", "doing": "compiling bucket 1 of 2", "bucket": 1, "buckets": 2, "elapsed_seconds": 0.0}
    assert progress == {
        **{"event": "progress", "epoch": 2, "epochs": 8, "batch": 17, "batches": 313, "percent": 34.5, "loss": 0.41234},
        **{"accuracy": 0.8125, "val_loss": None, "val_accuracy": None, "learning_rate": 0.0005, "tokens_per_second": 312_400},
        **{"eta_seconds": 75.4, "elapsed_seconds": 1.0},
    }
    assert epoch == progress | {"event": "epoch", "val_accuracy": 0.75}
    assert note["message"] == HOSTILE


def test_lines_are_flushed_one_by_one() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw)
    PlainLines(stream).say("compiling")
    assert raw.getvalue() == b"[0:00] compiling\n"


@pytest.mark.parametrize("kind", [PlainLines, JsonLines])
def test_no_control_character_leaves_with_a_line(kind: type) -> None:
    stream = io.StringIO()
    hearer = kind(stream)
    hearer.begin(HOSTILE)
    hearer.say(HOSTILE)
    assert len(stream.getvalue().splitlines()) == 2
    assert all(line.isprintable() for line in stream.getvalue().splitlines())


def live(width: int = 60) -> tuple[io.StringIO, LiveLine]:
    stream = io.StringIO()
    return stream, LiveLine(stream, force_terminal=True, width=width)


def test_the_live_line_stays_one_line() -> None:
    stream, line = live()
    with line:
        line.update(replace(STATUS, loss=1.5))
        line.begin("compiling bucket 1 of 2")
        line._live.refresh()
        line.update(STATUS)
    assert "compiling bucket 1 of 2 ...  0:00" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
    shown = stream.getvalue().split("\x1b[2K")[-1]
    assert LINE[:50] in shown
    assert "lr" not in shown  # cut at the 60th column, not wrapped


def test_a_sentence_stands_above_the_live_line_and_stays() -> None:
    stream, line = live()
    with line:
        line.update(STATUS)
        line.say("[red]stopped[/red]")
        line.say("the best epoch")
    above = [re.split(r"\x1b\[\S*?[Klh]", part)[-1].rstrip("\r") for part in stream.getvalue().split("\n")]
    assert above[:2] == ["[red]stopped[/red]", "the best epoch"]
    assert above[2].startswith(LINE[:50])


def test_the_live_line_shows_what_is_hidden_by_its_number() -> None:
    stream, line = live()
    with line:
        line.begin(HOSTILE)
        line.say(HOSTILE)
        line._live.refresh()
    assert stream.getvalue().count("⟨U+001B⟩[31mred⟨U+009B⟩⟨U+000D⟩⟨U+000A⟩⟨U+202E⟩⟨U+0000⟩") >= 2
    assert "\x1b[31m" not in stream.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_mode_decides_and_auto_asks_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    kinds = {mode: type(progress_on(Terminal(), mode)) for mode in ("auto", "rich", "plain", "json", "none")}
    assert kinds == {"auto": LiveLine, "rich": LiveLine, "plain": PlainLines, "json": JsonLines, "none": Silence}
    assert type(progress_on(io.StringIO())) is PlainLines
    with pytest.raises(ValueError, match="ritch"):
        progress_on(io.StringIO(), "ritch")
    with pytest.raises(ConfigError, match="--progress rich needs a terminal"):
        progress_on(io.StringIO(), "rich")
    monkeypatch.setenv("TERM", "dumb")
    assert type(progress_on(Terminal())) is PlainLines
