"""What the tests of the command line share: the command itself, and one run that it made."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Result, bptt, run_bptt, tiny, write_reviews

__all__ = ["bptt", "trained"]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A run on reviews.csv (in the same folder), and what `bptt train` said."""
    folder = tmp_path_factory.mktemp("trained")
    write_reviews(folder / "reviews.csv")
    several = tiny("--training.batch_size", "64")  # shapes of batches to compile
    result = run_bptt("train", "reviews.csv", "--text", "review", "--label", "score", "--run", "run", *several, cwd=folder)
    assert result.returncode == 0, result.stderr.decode()
    return folder / "run", result


@pytest.fixture
def heard() -> Iterator[None]:
    """Lets the processes that a test starts hear Ctrl-C, which a shell makes its background jobs ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
